// The chat: who hears what, and what a member who reads slowly, vanishes or misbehaves does to the others.
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { joinAll, sleep, spawn } from "wevent";
import { createConnection, type Socket } from "wevent/socket";
import { type ChatOptions, ChatServer } from "../../examples/io/lib/chat.js";
import { inHub, type World, type WorldOptions } from "../lib/hub.ts";
import { openHandles, proveClosed } from "../lib/leak.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "wevent-chat-"));
const SOCKET_PATH = join(FOLDER, "chat.sock");
afterAll(() => rmSync(FOLDER, { recursive: true }));

type Place = { readonly port: number } | { readonly path: string };
type Body = (chat: ChatServer, place: Place, world: World) => Generator<unknown, unknown, unknown>;

/** A test with a chat that is stopped after it, and must have left nothing. */
function chatting(
  body: Body,
  options: ChatOptions = {},
  hubOptions: WorldOptions = { clock: "real" },
  path?: string,
) {
  return inHub(function* (world) {
    const before = openHandles();
    const chat = new ChatServer(path === undefined ? {} : { path }, { pace: 1, ...options });
    yield* chat.start();
    yield* body(chat, chat.address as Place, world);
    yield* chat.stop();
    expect([chat.memberCount, chat.rooms]).toEqual([0, []]);
    yield* proveClosed(world.hub, before);
  }, hubOptions);
}

/** Somebody who has come into a room. */
function* enter(place: Place, name: string, room: string): Generator<unknown, Socket, unknown> {
  const socket = yield* createConnection(place);
  yield* socket.sendAll(`${name}\n/join ${room}\n`);
  for (let i = 0; i < 3; i++) yield* socket.readLine();
  return socket;
}

function* heard(socket: Socket, count: number) {
  const lines: (string | null)[] = [];
  while (lines.length < count) lines.push(yield* socket.readLine());
  return lines;
}

it(
  "a line is heard by everybody else in the room, in order, and by nobody elsewhere",
  chatting(function* (chat, place) {
    const ann = yield* enter(place, "ann", "tea");
    const bob = yield* enter(place, "bob", "tea");
    const cid = yield* enter(place, "cid", "coffee");
    expect([...chat.rooms].sort()).toEqual(["coffee", "tea"]);
    yield* bob.sendAll("one\ntwo\n");
    yield* cid.sendAll("three\n/rooms\n/join tea\n");
    expect(yield* heard(cid, 2)).toEqual(["* rooms: tea, coffee", "* you are in tea with ann, bob"]);
    expect(yield* heard(ann, 4)).toEqual(["* bob has come", "bob: one", "bob: two", "* cid has come"]);
    yield* bob.sendAll("/quit\n");
    expect(yield* heard(bob, 2)).toEqual(["* cid has come", null]);
    expect(yield* heard(cid, 1)).toEqual(["* bob has left"]);
    for (const socket of [ann, bob, cid]) socket.close();
  }),
);

it(
  "two hundred members in twenty rooms hear each of their nine neighbours",
  chatting(function* (chat, place) {
    const rooms = 20;
    const perRoom = 10;
    const sockets: Socket[] = [];
    for (let i = 0; i < rooms * perRoom; i++) {
      sockets.push(yield* enter(place, `member-${i}`, `room-${i % rooms}`));
    }
    expect(chat.memberCount).toBe(rooms * perRoom);
    const members = sockets.map((socket, i) =>
      spawn(function* () {
        yield* socket.sendAll(`hello from ${i}\n`);
        const greetings = new Set<string>();
        while (greetings.size < perRoom - 1) {
          const line = (yield* socket.readLine())!;
          if (line.startsWith("* ")) continue;
          const [, name, from] = /^member-(\d+): hello from (\d+)$/.exec(line)!;
          expect(from).toBe(name);
          expect(Number(from) % rooms).toBe(i % rooms);
          greetings.add(line);
        }
        // Nobody leaves before all have heard: a farewell is no greeting.
      }),
    );
    yield* joinAll(members, { raiseError: true });
    for (const socket of sockets) socket.close();
  }),
);

it(
  "one who does not read is shown out, and the others hear everything meanwhile",
  chatting(
    function* (chat, place) {
      const ann = yield* enter(place, "ann", "tea");
      const bob = yield* enter(place, "bob", "tea");
      const slow = yield* enter(place, "slow", "tea");
      yield* heard(ann, 2);
      const talking = spawn(function* () {
        for (let i = 0; ; i++) yield* bob.sendAll(`${i} ${"x".repeat(900)}\n`);
      });
      let count = 0;
      for (;;) {
        const line = (yield* ann.readLine())!;
        if (line === "* slow was too slow") break;
        expect(line.startsWith(`bob: ${count} `)).toBe(true);
        count++;
      }
      expect(count).toBeGreaterThan(100);
      yield* talking.kill();
      expect(chat.memberCount).toBe(2);
      for (const socket of [ann, bob, slow]) socket.close();
    },
    {},
    { clock: "real" },
    // Between such sockets the system holds less than over TCP.
    SOCKET_PATH,
  ),
);

it(
  "one who pours out lines is read at his pace, and drops nobody who reads",
  chatting(
    function* (_chat, place, { hub }) {
      const ann = yield* enter(place, "ann", "tea");
      const bob = yield* enter(place, "bob", "tea");
      yield* heard(ann, 1);
      const beganMs = hub.now();
      const lines = Array.from({ length: 5000 }, (_, i) => `${i}`);
      const talking = spawn(() => bob.sendAll(`${lines.join("\n")}\n`));
      expect(yield* heard(ann, lines.length)).toEqual(lines.map((line) => `bob: ${line}`));
      yield* talking;
      expect(hub.now() - beganMs).toBeGreaterThanOrEqual((lines.length - 1) * 10);
      for (const socket of [ann, bob]) socket.close();
    },
    { pace: 10 },
    { clock: "virtual", network: "memory" },
  ),
);

it(
  "who vanishes in the middle of a line, with or without a reset, has left for the others",
  chatting(function* (_chat, place) {
    const ann = yield* enter(place, "ann", "tea");
    const bob = yield* enter(place, "bob", "tea");
    yield* bob.sendAll("half a li");
    bob.close();
    expect(yield* heard(ann, 3)).toEqual(["* bob has come", "bob: half a li", "* bob has left"]);
    const cid = connect((place as { readonly port: number }).port, "127.0.0.1");
    cid.on("error", () => {});
    cid.write("cid\n/join tea\nhalf");
    expect(yield* heard(ann, 1)).toEqual(["* cid has come"]);
    cid.resetAndDestroy();
    expect(yield* heard(ann, 1)).toEqual(["* cid has vanished"]);
    ann.close();
  }),
);

it(
  "names and rooms are checked, and a line that is too long ends its member alone",
  chatting(function* (chat, place) {
    const ann = yield* enter(place, "ann", "tea");
    using other = yield* createConnection(place);
    yield* other.sendAll("ann\n\n../etc\nbob\nhello\n/join\n/what\n/join tea\n");
    expect(yield* heard(other, 9)).toEqual([
      "* your name?",
      "* there is a ann already; your name?",
      "* letters and digits; your name?",
      "* letters and digits; your name?",
      "* hello bob: /join ROOM, /rooms, /quit",
      "* you are in no room: /join ROOM",
      "* a room is called by letters and digits",
      "* there is no /what",
      "* you are in tea with ann",
    ]);
    yield* other.sendAll("x".repeat(5000));
    expect(yield* heard(other, 1)).toEqual(["* a line has at most 1000 bytes"]);
    expect(yield* heard(ann, 2)).toEqual(["* bob has come", "* bob said too much"]);
    expect(chat.memberCount).toBe(1);
    ann.close();
  }),
);

it(
  "stop says goodbye to those who read, and does not wait long for those who do not",
  chatting(function* (chat, place) {
    const ann = yield* enter(place, "ann", "tea");
    using _silent = yield* createConnection(place);
    while (chat.memberCount < 2) yield* sleep(1);
    const goodbye = spawn(() => heard(ann, 2));
    yield* chat.stop();
    expect(yield* goodbye).toEqual(["* the chat is over", null]);
    ann.close();
  }),
);
