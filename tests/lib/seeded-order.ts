// Owns a small program whose order a seed shuffles.

import { Event, Hub, joinAll, sleep, spawn } from "wevent";

/** What it logs, under the virtual clock. */
export async function orderWith(seed: number): Promise<string> {
  const hub = new Hub({ clock: "virtual", seed });
  const log: string[] = [];
  await hub.run(function* () {
    const event = new Event();
    const body = function* (name: string) {
      for (let i = 0; i < 3; i++) {
        log.push(`${name}${i}`);
        yield* i === 1 ? event.wait(1) : sleep(0);
      }
    };
    yield* joinAll(["a", "b", "c", "d", "e"].map((name) => spawn(body, name)));
  });
  hub.destroy();
  return log.join(" ");
}
