// socketPair: sockets in memory, under virtual time.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Greenlet, joinAll, LoopExit, sleep, spawn, Timeout } from "wevent";
import { select } from "wevent/select";
import { ClosedError, SocketError, socketPair } from "wevent/socket";
import { codeOf, inHub, rejectionOf, thrownIn, withHub } from "../lib/hub.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it(
  "what one end sends the other receives, and the sender may use its bytes again",
  inHub(function* () {
    const [left, right] = socketPair();
    const bytes = new Uint8Array([1, 2, 3]);
    yield* left.sendAll(bytes);
    bytes.fill(9);
    expect([...(yield* right.recvExactly(3))]).toEqual([1, 2, 3]);
    yield* right.sendAll("line\nrest");
    expect(yield* left.readLine()).toBe("line");
    left.shutdown("write");
    expect((yield* right.recv()).length).toBe(0);
    right.close();
    expect(text(yield* left.recv())).toBe("rest");
    expect((yield* left.recv()).length).toBe(0);
    left.close();
  }),
);

it(
  "a sender waits while the other end does not read, and holds no copy of what it sends",
  inHub(function* ({ hub }) {
    const [left, right] = socketPair();
    const sizeBytes = 1_000_000;
    const sender = spawn(function* () {
      yield* left.sendAll(new Uint8Array(sizeBytes).fill(5));
      left.shutdown("write");
    });
    yield* sleep(10);
    expect(sender.dead).toBe(false);
    let gotBytes = 0;
    for (;;) {
      const part = yield* right.recv();
      if (part.length === 0) break;
      expect(part.every((byte) => byte === 5)).toBe(true);
      gotBytes += part.length;
    }
    expect([gotBytes, hub.now()]).toEqual([sizeBytes, 10]);
    yield* sender;
    left.close();
    right.close();
  }),
);

it(
  "an end whose other end has closed reads what came, then the end, and cannot send",
  inHub(function* () {
    const [left, right] = socketPair();
    yield* left.sendAll("last");
    left.close();
    const failed = yield* thrownIn(right.sendAll("x"));
    expect(failed).toBeInstanceOf(SocketError);
    expect(codeOf(failed)).toBe("WEV_ERR_SOCKET_RESET");
    expect(text(yield* right.recv())).toBe("last");
    expect((yield* right.recv()).length).toBe(0);
    expect(yield* thrownIn(left.recv())).toBeInstanceOf(ClosedError);
    right.close();
  }),
);

it(
  "a sender that waits is told when the other end closes, and one that is killed leaves the rest unsent",
  inHub(function* () {
    for (const isKilled of [false, true]) {
      const [left, right] = socketPair();
      const sender = spawn(() => left.sendAll(new Uint8Array(500_000))) as Greenlet;
      yield* sleep(1);
      if (isKilled) yield* sender.kill();
      right.close();
      yield* sender.join();
      expect(sender.dead).toBe(true);
      if (!isKilled) expect(codeOf(sender.error)).toBe("WEV_ERR_SOCKET_RESET");
      left.close();
    }
  }),
);

it(
  "a pair's end comes behind all that was sent before, also by those who waited for their turn",
  inHub(function* () {
    const [left, right] = socketPair();
    const sizeBytes = 200_000;
    const senders = [1, 2, 3].map(() => spawn(() => left.sendAll(new Uint8Array(sizeBytes))));
    yield* sleep(1);
    left.shutdown("write");
    let gotBytes = 0;
    for (let part = yield* right.recv(); part.length > 0; part = yield* right.recv()) gotBytes += part.length;
    expect(gotBytes).toBe(3 * sizeBytes);
    yield* joinAll(senders, { raiseError: true });
    left.close();
    right.close();
  }),
);

it(
  "select and timeouts hold for pairs under virtual time",
  inHub(function* ({ hub }) {
    const [left, right] = socketPair();
    expect(yield* select([right], [], [], 20)).toEqual([[], [], []]);
    expect(yield* thrownIn(right.recv(1, 5))).toBeInstanceOf(Timeout);
    expect(hub.now()).toBe(25);
    const selecting = spawn(() => select([left, right], [], []));
    yield* sleep(1);
    yield* left.sendAll("x");
    expect((yield* selecting)[0]).toHaveLength(1);
    left.close();
    right.close();
  }),
);

it(
  "who reads from a pair that nobody writes to is named by LoopExit",
  withHub(async ({ hub }) => {
    const [left, right] = await hub.run(() => socketPair());
    const error = await rejectionOf(hub.run(() => left.recv()));
    expect(error).toBeInstanceOf(LoopExit);
    expect((error as LoopExit).waiting.some(({ waitsFor }) => waitsFor === "Socket.recv")).toBe(true);
    left.close();
    right.close();
  }),
);

it("bytes arrive whole and in order, however they are cut", async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 200_000 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 100_000 }), fc.nat({ max: 1000 }), (parts, max, seed) =>
      inHub(
        function* () {
          const [left, right] = socketPair();
          let sent = 0;
          const sender = spawn(function* () {
            for (const size of parts) {
              const from = sent;
              sent += size;
              yield* left.sendAll(Uint8Array.from({ length: size }, (_, i) => (from + i) % 253));
            }
            left.shutdown("write");
          });
          let got = 0;
          for (;;) {
            const bytes = yield* right.recv(max);
            if (bytes.length === 0) break;
            for (const byte of bytes) if (byte !== got++ % 253) throw new Error(`byte ${got - 1} is wrong`);
          }
          yield* joinAll([sender], { raiseError: true });
          expect(got).toBe(parts.reduce((sum, size) => sum + size, 0));
          left.close();
          right.close();
        },
        { seed },
      )(),
    ),
    { numRuns: 40 },
  );
});
