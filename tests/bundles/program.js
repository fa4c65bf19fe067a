// The program that every bundler builds: greenlets that pass items on, and a guest that was built before.
import { joinAll, Queue, sleep, spawn } from "wevent";
import { loadGuest } from "wevent/guest";

/** @param {BufferSource | WebAssembly.Module} source - The guest. */
export async function program(source) {
  const queue = new Queue(1);
  const seen = [];
  function* give() {
    for (let i = 1; i <= 3; i++) {
      yield* queue.put(i);
      yield* sleep(1);
    }
  }
  function* take() {
    for (let i = 1; i <= 3; i++) seen.push(yield* queue.get());
  }
  await joinAll([spawn(take), spawn(give)]);
  const guest = await loadGuest(source);
  seen.push(await guest.call("slowSum", 20, 22));
  return seen.join(" ");
}
