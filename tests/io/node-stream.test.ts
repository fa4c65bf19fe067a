// The step from a stream of Node to a handle: when it has let go of what was written.
import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { NodeStream } from "../../build/host/drivers/node-stream.js";
import { runtimeTurn } from "../lib/hub.ts";

/** A stream of Node that takes the first write at once, keeps the second until `release`, and notes what came. */
function slowSecond() {
  const seen: number[] = [];
  let release = () => {};
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, callback) {
      seen.push(...chunk);
      if (chunk[0] === 2) release = callback;
      else callback();
    },
  });
  return { stream, seen, release: () => release() };
}

function opened(stream: Writable) {
  const told: string[] = [];
  const handle = new NodeStream(stream);
  handle.start({
    received() {},
    ended() {},
    failed: (error) => told.push(String(error)),
    closed: () => told.push("closed"),
    drained: () => told.push("drained"),
  });
  return { handle, told };
}

it("a handle is drained once the write that was kept is done, and what is sent is what was written", async () => {
  const { stream, seen, release } = slowSecond();
  const { handle, told } = opened(stream);
  expect(handle.write(new Uint8Array([1]))).toBe(true);
  expect(handle.write(new Uint8Array([2]))).toBe(false);
  await runtimeTurn();
  expect(told).toEqual([]);
  release();
  await runtimeTurn();
  expect(told).toEqual(["drained"]);
  expect(handle.write(new Uint8Array([3]))).toBe(true);
  handle.end();
  await runtimeTurn();
  expect([seen, told]).toEqual([
    [1, 2, 3],
    ["drained", "closed"],
  ]);
});

it("a write that was kept when the stream failed is not drained", async () => {
  const { stream } = slowSecond();
  const { handle, told } = opened(stream);
  handle.write(new Uint8Array([1]));
  expect(handle.write(new Uint8Array([2]))).toBe(false);
  stream.destroy(new Error("as asked"));
  await runtimeTurn();
  expect(told).toEqual(["Error: as asked", "closed"]);
});

it("a stream that encrypts lets go of a write when it is told so, and not at once", async () => {
  const { stream, seen } = slowSecond();
  const { handle, told } = opened(Object.assign(stream, { encrypted: true }));
  expect(handle.write(new Uint8Array([1]))).toBe(false);
  await runtimeTurn();
  expect([seen, told]).toEqual([[1], ["drained"]]);
  handle.destroy();
});
