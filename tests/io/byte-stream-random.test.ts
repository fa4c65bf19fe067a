// Bytes are conserved and stay in order, whatever chunks they come in and whoever gives up.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Greenlet, Hub, type Operation, sleep, spawn, Timeout } from "wevent";
import { FakeSource } from "../lib/fake-source.ts";

const RUNS = 200;
const LARGEST_CHUNK_BYTES = 70_000;

/** The n-th byte of the stream: neighbours differ, and a newline comes now and then. */
const byteAt = (n: number): number => (n * 7 + (n >>> 8)) % 251;

/** More than 60 chunks of the greatest size. */
const ALL = Uint8Array.from({ length: 61 * LARGEST_CHUNK_BYTES }, (_, i) => byteAt(i));
const bytesFrom = (start: number, count: number): Uint8Array => ALL.subarray(start, start + count);

const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: LARGEST_CHUNK_BYTES }));
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("chunk"), n: size }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("recv", "exactly", "into"), n: size }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("timed"), n: size }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("kill"), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sleep"), n: fc.nat(3) }) },
);
type Step = { readonly kind: string; readonly n: number };

/** What was taken, in the order in which it was. */
type Taken = (part: Uint8Array) => void;

function* reader(op: Operation<Uint8Array>, taken: Taken) {
  try {
    taken(yield* op);
  } catch (error) {
    if (!(error instanceof Timeout) && (error as { code?: string }).code !== "WEV_ERR_STREAM_ENDED")
      throw error;
  }
}

function* intoReader(source: FakeSource, count: number, taken: Taken) {
  const view = new Uint8Array(count);
  taken(view.subarray(0, yield* source.stream.recvInto(view)));
}

function* play(steps: readonly Step[]) {
  const source = new FakeSource();
  const { stream } = source;
  let given = 0;
  let takenBytes = 0;
  const taken = (part: Uint8Array) => {
    // Not toEqual: it takes a second for a megabyte.
    expect(Buffer.compare(part, bytesFrom(takenBytes, part.length))).toBe(0);
    takenBytes += part.length;
  };
  const readers: Greenlet[] = [];
  for (const { kind, n } of steps) {
    if (kind === "chunk") {
      // What a source may do: it gives nothing while it is paused.
      if (source.isPaused) continue;
      stream.received(bytesFrom(given, n));
      given += n;
    } else if (kind === "kill") readers[n % Math.max(readers.length, 1)]?.kill();
    else if (kind === "sleep") yield* sleep(n);
    else if (kind === "into") readers.push(spawn(intoReader, source, n, taken));
    else if (kind === "recv") readers.push(spawn(reader, stream.recv(n), taken));
    else if (kind === "timed") readers.push(spawn(reader, stream.recvExactly(n, 2), taken));
    else readers.push(spawn(reader, stream.recvExactly(n), taken));
  }
  yield* sleep(5);
  stream.ended();
  for (let part = yield* stream.recv(); part.length > 0; part = yield* stream.recv()) taken(part);
  for (const each of readers) yield* each.join();
  for (const each of readers) expect(each.error).toBeUndefined();
  expect(takenBytes).toBe(given);
}

it("every byte is taken once and in order under random chunks, readers, kills, timeouts and pauses", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const hub = new Hub({ clock: "virtual" });
      try {
        await hub.run(play, steps);
      } finally {
        hub.destroy();
      }
    }),
    { numRuns: RUNS },
  );
});
