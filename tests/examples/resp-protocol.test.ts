// The reader of RESP alone, over sockets in memory: what it takes, however it is cut, and what it refuses.
import { describe, expect, it } from "vitest";
import { sleep, spawn } from "wevent";
import { type Socket, socketPair } from "wevent/socket";
import { ConnectionLost, ProtocolError, ReplyError } from "../../examples/resp/errors.js";
import {
  encodeCommand,
  encodeReply,
  type ReaderLimits,
  type Reply,
  ReplyReader,
  requireCommand,
} from "../../examples/resp/protocol.js";
import { inHub, thrownBy, thrownIn } from "../lib/hub.ts";

const encoder = new TextEncoder();
const CUT_AT_ALL = 1;

/** Sends parts of a text, and gives way after each. */
function* dribble(socket: Socket, bytes: Uint8Array, partBytes: number) {
  for (let at = 0; at < bytes.length; at += partBytes) {
    yield* socket.sendAll(bytes.subarray(at, at + partBytes));
    yield* sleep(0);
  }
}

function reading(limits: ReaderLimits = {}) {
  const [near, far] = socketPair();
  return { near, far, reader: new ReplyReader(near, limits) };
}

/** What one text is read as, or the error, when it comes in parts and then the stream ends. */
function* replyTo(
  text: string | Uint8Array,
  limits: ReaderLimits = {},
  partBytes = Number.POSITIVE_INFINITY,
) {
  const { near, far, reader } = reading(limits);
  const bytes = typeof text === "string" ? encoder.encode(text) : text;
  const sending = spawn(function* () {
    yield* dribble(far, bytes, Math.min(partBytes, bytes.length || 1));
    far.shutdown("write");
  });
  try {
    return yield* reader.read();
  } catch (error) {
    return { thrown: error };
  } finally {
    yield* sending.kill();
    near.close();
    far.close();
  }
}

const REPLIES: readonly [wire: string, reply: Reply][] = [
  ["+OK\r\n", "OK"],
  ["+\r\n", ""],
  [":0\r\n", 0],
  [":-42\r\n", -42],
  [":9007199254740991\r\n", Number.MAX_SAFE_INTEGER],
  [":9223372036854775807\r\n", 9223372036854775807n],
  [":-9223372036854775808\r\n", -9223372036854775808n],
  ["$0\r\n\r\n", ""],
  ["$5\r\nhello\r\n", "hello"],
  ["$4\r\n\r\n\r\n\r\n", "\r\n\r\n"],
  ["$6\r\n+OK\r\n:\r\n", "+OK\r\n:"],
  ["$5\r\nnaïf\r\n", "naïf"],
  ["$6\r\n\uFEFFbom\r\n", "\uFEFFbom"],
  ["$-1\r\n", null],
  ["*-1\r\n", null],
  ["*0\r\n", []],
  ["*3\r\n:1\r\n$-1\r\n*2\r\n+a\r\n*0\r\n", [1, null, ["a", []]]],
];

describe("ReplyReader.read()", () => {
  it(
    "gives every kind of reply, also cut at every byte",
    inHub(function* () {
      for (const [wire, reply] of REPLIES) {
        expect(yield* replyTo(wire), wire).toEqual(reply);
        expect(yield* replyTo(wire, {}, CUT_AT_ALL), wire).toEqual(reply);
      }
    }),
  );

  it(
    "gives an error of the server's with its code, also inside an array",
    inHub(function* () {
      const reply = yield* replyTo("-WRONGTYPE not a list\r\n");
      expect(reply).toBeInstanceOf(ReplyError);
      expect(reply).toMatchObject({ code: "WRONGTYPE", message: "WRONGTYPE not a list" });
      const [first, second] = (yield* replyTo("*2\r\n-ERR no\r\n:1\r\n", {}, CUT_AT_ALL)) as Reply[];
      expect(first).toBeInstanceOf(ReplyError);
      expect(second).toBe(1);
    }),
  );

  it(
    "gives strings as bytes where bytes are asked for",
    inHub(function* () {
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      const wire = encodeReply(bytes);
      expect(yield* replyTo(wire, { bytes: true }, CUT_AT_ALL)).toEqual(bytes);
    }),
  );

  it(
    "reads replies one after another, and a thousand that come at once",
    inHub(function* () {
      const { near, far, reader } = reading();
      const replies = Array.from({ length: 1000 }, (_, i) => REPLIES[i % REPLIES.length]!);
      const sending = spawn(() => far.sendAll(replies.map(([wire]) => wire).join("")));
      for (const [wire, reply] of replies) expect(yield* reader.read(), wire).toEqual(reply);
      yield* sending;
      near.close();
      far.close();
    }),
  );

  const GARBAGE: readonly (readonly [wire: string, limits?: ReaderLimits])[] = [
    ["\r\n"],
    ["hello\r\n"],
    ["HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["%1\r\n+a\r\n+b\r\n"],
    [":\r\n"],
    [":1.5\r\n"],
    [":12a\r\n"],
    [": 1\r\n"],
    [`:${"9".repeat(30)}\r\n`],
    ["$\r\n\r\n"],
    ["$-2\r\n"],
    ["$+5\r\nhello\r\n"],
    ["$0x5\r\nhello\r\n"],
    ["$1e1\r\nhello\r\n"],
    ["$4\r\nhello\r\n"],
    ["$6\r\nhello\r\n+"],
    ["*-2\r\n"],
    ["*1\r\nhello\r\n"],
    // Lengths that nobody has: they are refused before anything is waited for.
    ["$999999999999999\r\n"],
    ["$99999999999999999999\r\n"],
    ["*999999999999999\r\n"],
    ["$11\r\n", { maxBytes: 10 }],
    ["*3\r\n$5\r\nhello\r\n$5\r\nhello\r\n", { maxBytes: 12 }],
    ["*4\r\n", { maxElements: 3 }],
    ["*2\r\n*2\r\n:1\r\n:2\r\n", { maxElements: 3 }],
    ["*1\r\n".repeat(33)],
    ["*1\r\n*1\r\n:1\r\n", { maxDepth: 1 }],
    [`+${"x".repeat(70_000)}`],
    ["\0".repeat(70_000)],
  ];

  it(
    "throws ProtocolError for what is no reply, and for one beyond its limits",
    inHub(function* () {
      for (const [wire, limits] of GARBAGE) {
        const name = JSON.stringify(wire.slice(0, 40));
        expect(yield* replyTo(wire, limits), name).toMatchObject({ thrown: expect.any(ProtocolError) });
      }
    }),
  );

  it(
    "throws ProtocolError for a length beyond its limits without waiting for a byte more",
    inHub(function* () {
      for (const wire of ["$67108864\r\n", "*1000001\r\n", "$999999999999999\r\n"]) {
        const { near, far, reader } = reading();
        yield* far.sendAll(wire);
        expect(yield* thrownIn(reader.read()), wire).toBeInstanceOf(ProtocolError);
        near.close();
        far.close();
      }
    }),
  );

  it(
    "throws ConnectionLost wherever a reply is cut off, and never gives a part of one",
    inHub(function* () {
      for (const [wire] of [...REPLIES, ["-ERR no\r\n", ""] as const]) {
        const bytes = encoder.encode(wire);
        for (let length = 0; length < bytes.length; length++) {
          const reply = yield* replyTo(bytes.subarray(0, length));
          expect(reply, `${JSON.stringify(wire)} to ${length}`).toMatchObject({
            thrown: expect.any(ConnectionLost),
          });
        }
      }
    }),
  );
});

it(
  "encodeCommand writes any content as strings of known length, and the reader reads it back",
  inHub(function* () {
    const args = ["SET", "a key\r\nDEL other", "", "naïf", 12, -1.5, 10n ** 30n];
    const expected = args.map(String);
    expect(yield* replyTo(encodeCommand(args), {}, CUT_AT_ALL)).toEqual(expected);
    for (const [wire, reply] of REPLIES) expect(yield* replyTo(encodeReply(reply)), wire).toEqual(reply);
  }),
);

it("requireCommand refuses what is no argument, at once", () => {
  for (const bad of [[], ["GET", undefined], ["GET", null], ["GET", {}], ["GET", ["a"]], ["GET", true]]) {
    expect(thrownBy(() => requireCommand(bad))).toBeInstanceOf(TypeError);
  }
});
