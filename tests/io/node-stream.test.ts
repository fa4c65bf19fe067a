// The step from a stream of Node to a handle: when it has let go of what was written.
import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { NodeStream } from "../../build/host/drivers/node-stream.js";
import { runtimeTurn } from "../lib/hub.ts";

/** A stream of Node that takes the first write at once and keeps the others until `release`. */
function slowAfterFirst() {
  const kept: (() => void)[] = [];
  let isFirst = true;
  const stream = new Writable({
    write(_chunk, _encoding, callback) {
      if (!isFirst) kept.push(callback);
      else callback();
      isFirst = false;
    },
  });
  return { stream, release: () => kept.shift()!() };
}

it("a handle is drained by the write that was kept, and not by the callback of one before", async () => {
  const { stream, release } = slowAfterFirst();
  let drained = 0;
  const handle = new NodeStream(stream);
  handle.start({ received() {}, ended() {}, failed() {}, closed() {}, drained: () => drained++ });
  expect(handle.write(new Uint8Array(1))).toBe(true);
  expect(handle.write(new Uint8Array(1))).toBe(false);
  await runtimeTurn();
  expect(drained).toBe(0);
  release();
  await runtimeTurn();
  expect(drained).toBe(1);
  handle.destroy();
});
