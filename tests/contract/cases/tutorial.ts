// The tutorial's programs, in TypeScript and as guests: they print what their headers promise.

import { firstBreach } from "../../lib/transcript.ts";
import type { Case } from "../case.ts";
import { tutorial } from "../tutorial.js";

function requirePromise(promised: readonly string[], lines: readonly string[]): void {
  const breach = firstBreach(promised, lines.join("\n"));
  if (breach !== null) throw new Error(breach);
}

export const tutorialCases: Case[] = tutorial.flatMap(
  ({ name, promised, guestPromised, needsServer, run }): Case[] => {
    const needs = needsServer ? ({ needs: ["fetch"], needsOfWorld: ["startJsonServer"] } as const) : {};
    return [
      {
        name: `tutorial: ${name}`,
        ...needs,
        // The programs use the default hub, and so does this: its own stays empty.
        async run({ log, world }) {
          const console = { log: (...values: unknown[]) => void log.push(values.join(" ")) };
          await run(console, world.startJsonServer!);
          requirePromise(promised, log);
        },
      },
      {
        name: `tutorial, guest: ${name}`,
        ...needs,
        hub: { clock: "real" },
        async run({ guest, log, reports, world }) {
          const server = needsServer ? await world.startJsonServer!() : null;
          try {
            const program = await guest(`tutorial/${name}`, { args: server === null ? [] : [server.url] });
            await program.call("main");
          } finally {
            await server?.close();
          }
          requirePromise(guestPromised, log);
          // A program may let a greenlet fail, and show it.
          reports.length = 0;
        },
      },
    ];
  },
);
