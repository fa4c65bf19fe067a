// A stream of bytes between a source and greenlets: every rule of host/core/byte-stream.ts.
import { expect, it } from "vitest";
import { type Greenlet, joinAll, type Operation, sleep, spawn, Timeout } from "wevent";
import { FakeSource } from "../lib/fake-source.ts";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn, withHub } from "../lib/hub.ts";

const KIB = 1024;
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function* does<T>(op: Operation<T>) {
  return yield* op;
}

function* errorOf(op: Operation<unknown>) {
  return yield* thrownIn(op);
}

function* recvText(op: Operation<Uint8Array>) {
  return textOf(yield* op);
}

it(
  "recv gives what came, up to its limit, and waits for it",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    const reader = spawn(recvText, stream.recv());
    yield* sleep(5);
    expect(reader.ready()).toBe(false);
    source.give("hello world");
    expect(yield* reader).toBe("hello world");
    source.give("abc");
    expect(yield* recvText(stream.recv(2))).toBe("ab");
    expect(yield* recvText(stream.recv(2))).toBe("c");
  }),
);

it(
  "recv hands a chunk over without copying it, to one who waits and to one who comes later",
  inHub(function* () {
    const { stream } = new FakeSource();
    const chunk = new Uint8Array([1, 2, 3]);
    const reader = spawn(does, stream.recv());
    yield* sleep(1);
    stream.received(chunk);
    expect(yield* reader).toBe(chunk);
    stream.received(chunk);
    expect(yield* stream.recv()).toBe(chunk);
  }),
);

it(
  "a chunk that comes while the hub is idle is read in the very callback that brings it",
  withHub(
    async ({ hub, log }) => {
      const reading = hub.run(function* () {
        const source = new FakeSource();
        setTimeout(() => {
          source.give("x");
          log.push("given");
        }, 5);
        yield* source.stream.recv();
        log.push("read");
      });
      await reading;
      expect(log).toEqual(["read", "given"]);
    },
    { clock: "real" },
  ),
);

it(
  "recvInto copies over several chunks and says how much",
  inHub(function* () {
    const source = new FakeSource();
    for (const part of ["ab", "cd", "ef"]) source.give(part);
    const view = new Uint8Array(5);
    expect(yield* source.stream.recvInto(view)).toBe(5);
    expect(textOf(view)).toBe("abcde");
    source.stream.ended();
    expect(yield* source.stream.recvInto(new DataView(view.buffer, 1, 2))).toBe(1);
    expect(textOf(view)).toBe("afcde");
    expect(yield* source.stream.recvInto(view)).toBe(0);
  }),
);

it(
  "recvExactly waits for all of its bytes, and takes none when the other side ends before",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    const reader = spawn(recvText, stream.recvExactly(4));
    for (const part of ["a", "b", "cde"]) {
      yield* sleep(1);
      source.give(part);
    }
    expect(yield* reader).toBe("abcd");
    const next = spawn(recvText, stream.recvExactly(4));
    yield* sleep(1);
    stream.ended();
    expect(yield* thrownIn(next)).toMatchObject({
      code: "WEV_ERR_STREAM_ENDED",
      wantedBytes: 4,
      availableBytes: 1,
    });
    expect(yield* recvText(stream.recv())).toBe("e");
    expect(yield* stream.recv()).toHaveLength(0);
    expect(yield* stream.recvExactly(0)).toHaveLength(0);
  }),
);

it(
  "readLine gives lines without their ends, the last one too, and then null",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    const lines: unknown[] = [];
    const reader = spawn(function* () {
      for (let line: unknown = ""; line !== null; lines.push(line)) line = yield* stream.readLine();
    });
    for (const part of ["on", "e\ntw", "o\r\n\nthr", "ee"]) {
      yield* sleep(1);
      source.give(part);
    }
    stream.ended();
    yield* reader;
    expect(lines).toEqual(["one", "two", "", "three", null]);
  }),
);

it(
  "readLine refuses a line above its limit and takes nothing",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    const reader = spawn(errorOf, stream.readLine(null, { maxBytes: 4 }));
    yield* sleep(1);
    source.give("abcdef");
    expect(yield* reader).toMatchObject({ code: "WEV_ERR_LINE_TOO_LONG", limit: 4 });
    source.give("gh\nx");
    expect(codeOf(yield* thrownIn(stream.readLine(null, { maxBytes: 4 })))).toBe("WEV_ERR_LINE_TOO_LONG");
    expect(yield* stream.readLine(null, { maxBytes: 9 })).toBe("abcdefgh");
    expect(yield* recvText(stream.recv())).toBe("x");
  }),
);

it(
  "readLine that requires an end refuses a part of a line, and takes nothing",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    source.give("whole\r\npart");
    expect(yield* stream.readLine(null, { requireEnd: true })).toBe("whole");
    const reader = spawn(errorOf, stream.readLine(null, { requireEnd: true }));
    yield* sleep(1);
    stream.ended();
    expect(yield* reader).toMatchObject({
      code: "WEV_ERR_STREAM_ENDED",
      wantedBytes: null,
      availableBytes: 4,
    });
    expect(yield* stream.readLine()).toBe("part");
    expect(yield* stream.readLine(null, { requireEnd: true })).toBeNull();
  }),
);

it(
  "a source is paused when 64 KiB wait, and goes on when 16 KiB are left",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    source.give("x".repeat(63 * KIB));
    expect(source.isPaused).toBe(false);
    source.give("x".repeat(KIB));
    expect(source.isPaused).toBe(true);
    yield* stream.recvExactly(48 * KIB - 1);
    expect(source.isPaused).toBe(true);
    yield* stream.recv(1);
    expect(source.isPaused).toBe(false);
  }),
);

it(
  "a source is not paused while somebody waits for more than the mark",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    source.give("x".repeat(64 * KIB));
    const reader = spawn(recvText, stream.recvExactly(100 * KIB));
    yield* sleep(1);
    expect(source.isPaused).toBe(false);
    source.give("x".repeat(20 * KIB));
    expect(source.isPaused).toBe(false);
    source.give("x".repeat(80 * KIB));
    expect(yield* reader).toHaveLength(100 * KIB);
    // And again, once the one who wanted it has given up.
    const other = spawn(recvText, stream.recvExactly(100 * KIB));
    yield* sleep(1);
    expect(source.isPaused).toBe(false);
    yield* other.kill();
    expect(source.isPaused).toBe(true);
  }),
);

it(
  "readers are served in the order they came",
  inHub(function* ({ log }) {
    const source = new FakeSource();
    const { stream } = source;
    function* read(name: string, countBytes: number) {
      log.push(`${name}:${yield* recvText(stream.recvExactly(countBytes))}`);
    }
    const readers = [spawn(read, "a", 3), spawn(read, "b", 1), spawn(read, "c", 2)];
    yield* sleep(1);
    source.give("12");
    yield* sleep(1);
    expect(log).toEqual([]);
    source.give("3456");
    // One who comes now stands behind those who have been woken.
    source.give("7");
    yield* read("d", 1);
    yield* joinAll(readers);
    expect(log).toEqual(["a:123", "b:4", "c:56", "d:7"]);
  }),
);

it(
  "a reader that is killed or timed out takes nothing, also after its bytes have come",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    const killed = spawn(recvText, stream.recv());
    const second = spawn(recvText, stream.recv());
    yield* sleep(1);
    killed.kill();
    source.give("x");
    expect(yield* second).toBe("x");
    const error = yield* thrownIn(stream.recv(1, 10));
    expect(error).toBeInstanceOf(Timeout);
    source.give("y");
    expect(yield* recvText(stream.recv())).toBe("y");
  }),
);

it(
  "the reader behind one that gives up is served what is there",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    const greedy = spawn(does, stream.recvExactly(10));
    const big = spawn(errorOf, stream.recvExactly(10, 5));
    const small = spawn(recvText, stream.recvExactly(2));
    yield* sleep(1);
    yield* greedy.kill();
    source.give("ab");
    yield* sleep(1);
    expect(small.ready()).toBe(false);
    expect(yield* big).toBeInstanceOf(Timeout);
    expect(yield* small).toBe("ab");
  }),
);

it(
  "sendAll waits while the source holds its bytes; sends go out in order, unmixed",
  inHub(function* ({ log }) {
    const source = new FakeSource();
    const { stream } = source;
    expect(yield* stream.sendAll("free")).toBe(4);
    source.isSlow = true;
    function* send(text: string) {
      yield* stream.sendAll(text);
      log.push(text);
    }
    const senders = ["one", "two", "three"].map((text) => spawn(send, text));
    yield* sleep(1);
    expect(source.written).toEqual(["free", "one"]);
    expect(log).toEqual([]);
    for (const _ of senders) {
      source.drain();
      yield* sleep(1);
    }
    expect(source.written).toEqual(["free", "one", "two", "three"]);
    expect(log).toEqual(["one", "two", "three"]);
  }),
);

it(
  "what is sent stays sent when a sender that is woken with others closes the stream",
  inHub(function* () {
    const source = new FakeSource();
    source.isSlow = true;
    const { stream } = source;
    const closer = spawn(function* () {
      yield* stream.sendAll("one");
      stream.close();
    });
    const other = spawn(does, stream.sendAll("two"));
    yield* sleep(1);
    source.isSlow = false;
    source.drain();
    yield* closer;
    expect(yield* other).toBe(3);
    expect(source.written).toEqual(["one", "two"]);
  }),
);

it(
  "send takes at most 64 KiB and says how much; every kind of bytes can be sent",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    expect(yield* stream.send("x".repeat(100 * KIB))).toBe(64 * KIB);
    expect(source.written.pop()).toHaveLength(64 * KIB);
    const { buffer } = new Uint8Array([97, 98, 99, 100]);
    expect(yield* stream.send(new DataView(buffer, 1, 2))).toBe(2);
    expect(yield* stream.send(buffer)).toBe(4);
    expect(yield* stream.sendAll("")).toBe(0);
    expect(source.written).toEqual(["bc", "abcd"]);
  }),
);

it(
  "a sender that is killed or timed out before its turn sends nothing; the one who is sending is not mixed with the next",
  inHub(function* () {
    const source = new FakeSource();
    source.isSlow = true;
    const { stream } = source;
    const [sending, killed, last] = ["sending", "killed", "last"].map((text) =>
      spawn(does, stream.sendAll(text)),
    ) as [Greenlet, Greenlet, Greenlet];
    yield* sleep(1);
    expect(yield* thrownIn(stream.sendAll("timed out", 5))).toBeInstanceOf(Timeout);
    yield* killed.kill();
    yield* sending.kill();
    // Its bytes are with the source all the same.
    expect(source.written).toEqual(["sending"]);
    source.drain();
    expect(source.written).toEqual(["sending", "last"]);
    source.drain();
    yield* last;
  }),
);

it(
  "endWriting lets what has begun be sent, tells the source once, and refuses what comes after",
  inHub(function* () {
    const source = new FakeSource();
    source.isSlow = true;
    const { stream } = source;
    const senders = ["one", "two"].map((text) => spawn(does, stream.sendAll(text)));
    yield* sleep(1);
    stream.endWriting();
    stream.endWriting();
    expect(codeOf(yield* thrownIn(stream.sendAll("three")))).toBe("WEV_ERR_SOCKET_CLOSED");
    expect(source.isEnded).toBe(false);
    source.drain();
    expect(source.isEnded).toBe(true);
    source.drain();
    yield* joinAll(senders, { raiseError: true });
    expect(source.written).toEqual(["one", "two"]);
    // The other direction goes on.
    source.give("answer");
    expect(yield* recvText(stream.recv())).toBe("answer");
  }),
);

it(
  "close throws ClosedError in all who wait and in later calls, and lets go of the source",
  inHub(function* () {
    const source = new FakeSource();
    source.isSlow = true;
    const { stream } = source;
    const calls: (() => Operation<unknown>)[] = [
      () => stream.recv(),
      () => stream.recvExactly(3),
      () => stream.readLine(),
      () => stream.sendAll("a"),
      () => stream.sendAll("b"),
    ];
    const waiting = calls.map((call) => spawn(errorOf, call()));
    yield* sleep(1);
    stream.close();
    stream.close();
    expect(source.isDestroyed).toBe(true);
    for (const greenlet of waiting) expect(codeOf(yield* greenlet)).toBe("WEV_ERR_SOCKET_CLOSED");
    for (const call of calls) expect(codeOf(yield* thrownIn(call()))).toBe("WEV_ERR_SOCKET_CLOSED");
    // What was on its way when it was closed is nobody's.
    source.give("late");
    expect(codeOf(yield* thrownIn(stream.recv()))).toBe("WEV_ERR_SOCKET_CLOSED");
  }),
);

it(
  "a reader that was woken and finds the stream closed is thrown ClosedError",
  inHub(function* () {
    const source = new FakeSource();
    const reader = spawn(errorOf, source.stream.recv());
    yield* sleep(1);
    source.give("x");
    source.stream.close();
    expect(codeOf(yield* reader)).toBe("WEV_ERR_SOCKET_CLOSED");
  }),
);

it(
  "a failure of the source comes after the bytes that came before it, to all who wait and to every later call",
  inHub(function* () {
    const source = new FakeSource();
    source.isSlow = true;
    const { stream } = source;
    const failure = new Error("reset");
    const sender = spawn(errorOf, stream.sendAll("a"));
    const readers = [1, 2].map(() => spawn(errorOf, stream.recvExactly(5)));
    yield* sleep(1);
    source.give("abc");
    stream.failed(failure);
    expect(yield* sender).toBe(failure);
    for (const reader of readers) expect(yield* reader).toBe(failure);
    expect(yield* recvText(stream.recv())).toBe("abc");
    for (let i = 0; i < 2; i++) expect(yield* thrownIn(stream.recv())).toBe(failure);
    expect(yield* thrownIn(stream.sendAll("b"))).toBe(failure);
  }),
);

it(
  "a source that is gone ends the stream: what came can be read, nothing can be sent",
  inHub(function* () {
    const source = new FakeSource();
    const { stream } = source;
    source.give("rest");
    stream.closed();
    expect(yield* recvText(stream.recv())).toBe("rest");
    expect(yield* stream.recv()).toHaveLength(0);
    expect(codeOf(yield* thrownIn(stream.sendAll("a")))).toBe("WEV_ERR_SOCKET_CLOSED");
  }),
);

it(
  "bad arguments are refused at the call",
  inHub(function* () {
    const { stream } = new FakeSource();
    for (const bad of [0, -1, 1.5, Number.NaN]) {
      expect(codeOf(thrownBy(() => stream.recv(bad)))).toBe("WEV_ERR_RANGE");
      expect(codeOf(thrownBy(() => stream.readLine(null, { maxBytes: bad })))).toBe("WEV_ERR_RANGE");
    }
    expect(codeOf(thrownBy(() => stream.recvExactly(-1)))).toBe("WEV_ERR_RANGE");
    expect(codeOf(thrownBy(() => stream.recvInto(new Uint8Array(0))))).toBe("WEV_ERR_RANGE");
    expect(codeOf(thrownBy(() => stream.readLine(null, 4 as never)))).toBe("WEV_ERR_ARGUMENT");
    for (const bad of ["5", null, {}]) {
      expect(codeOf(thrownBy(() => stream.recv(bad as never)))).toBe("WEV_ERR_ARGUMENT");
      expect(codeOf(thrownBy(() => stream.recvInto(bad as never)))).toBe("WEV_ERR_ARGUMENT");
    }
    for (const bad of [5, null, undefined, {}]) {
      expect(codeOf(thrownBy(() => stream.sendAll(bad as never)))).toBe("WEV_ERR_ARGUMENT");
    }
    yield* sleep(0);
  }),
);

it(
  "a stream that this hub feeds itself does not hide that it is stuck; one from outside does",
  withHub(
    async ({ hub }) => {
      const recv = function* (isExternal: boolean) {
        const { stream } = new FakeSource({ isExternal });
        yield* stream.recv(1, isExternal ? 5 : null);
      };
      expect(await rejectionOf(hub.run(recv, true))).toBeInstanceOf(Timeout);
      expect(codeOf(await rejectionOf(hub.run(recv, false)))).toBe("WEV_ERR_LOOP_EXIT");
    },
    { leaves: "the greenlet that is stuck" },
  ),
);

it(
  "watchers are told of whatever may have made a stream ready",
  inHub(function* ({ log }) {
    const source = new FakeSource();
    const { incoming, outgoing } = source.stream;
    const forget = incoming.watch(() => log.push(`readable ${incoming.isReadable}`));
    outgoing.watch(() => log.push(`writable ${outgoing.isWritable}`));
    expect([incoming.isReadable, outgoing.isWritable]).toEqual([false, true]);
    source.give("x");
    source.isSlow = true;
    const sending = spawn(does, source.stream.sendAll("y"));
    yield* sleep(1);
    expect(outgoing.isWritable).toBe(false);
    source.drain();
    yield* sending;
    source.stream.ended();
    forget();
    source.stream.close();
    expect(log).toEqual(["readable true", "writable true", "readable true", "writable true"]);
  }),
);
