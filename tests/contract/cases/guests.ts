// Guests that were compiled ahead: loaded from what a runtime takes, and at work beside TypeScript.

import { Event, joinAll, sleep, spawn } from "wevent";
import { loadGuest } from "wevent/guest";
import { Semaphore } from "wevent/lock";
import { Channel } from "wevent/queue";
import { StreamServer } from "wevent/server";
import { createConnection, socketPair } from "wevent/socket";
import { stressModel } from "../../lib/stress-model.ts";
import { codeOfRejection, equal, ok } from "../assert.ts";
import { type Case, chapter, REAL } from "../case.ts";

const WASM_START = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

export const guestCases: Case[] = chapter("guests", [
  {
    name: "a guest is loaded from a WebAssembly.Module, any number of times",
    async run({ guest, world, hub }) {
      const first = await guest("stress");
      const second = await guest("stress");
      ok(first !== second && first.memory !== second.memory, "each has a memory of its own");
      equal(await first.call("run", 3), 0);
      equal(await second.call("run", 3), 0);
      ok(world.runtime === hub.runtime, "the hub is of the runtime that runs it");
    },
  },
  {
    name: "and from bytes, where the runtime compiles them",
    async run({ hub, world }) {
      const bytes = await world.guestBytes("stress");
      // A runtime that compiles nothing says so of any bytes.
      if (bytes === null) {
        const empty = new Uint8Array(WASM_START);
        ok((await codeOfRejection(loadGuest(empty, { hub }))) !== "nothing thrown", "bytes are refused");
        return;
      }
      const imports = { env: { "console.log": () => {} } };
      for (const source of [bytes, new Response(bytes as ArrayBuffer)]) {
        equal(await (await loadGuest(source, { hub, imports })).call("run", 3), 0);
      }
    },
  },
  {
    name: "what is no guest is refused by name",
    async run({ hub, world }) {
      if ((await world.guestBytes("stress")) === null) return;
      const empty = new Uint8Array(WASM_START);
      equal(await codeOfRejection(loadGuest(empty, { hub })), "WEV_ERR_GUEST_NOT_INSTRUMENTED");
      equal(await codeOfRejection(loadGuest(5 as never, { hub })), "WEV_ERR_ARGUMENT");
    },
  },
  {
    name: "500 greenlets park anywhere in deep stacks: every frame runs once, nothing alive is collected",
    async run({ guest }) {
      const count = 500;
      const { frames, parks } = stressModel(count);
      const { exports, call } = await boundGuest(guest);
      equal(await call("run", count), 0, "the number of wrong results");
      const read = exports["read"] as (counter: number) => number;
      const counter = (name: string) => read((exports[name] as WebAssembly.Global).value);
      equal(counter("entered"), frames * 2, "frames entered");
      equal(counter("left"), frames * 2, "frames left");
      equal(counter("parked"), parks, "parks");
      equal(counter("finalizedAlive"), 0, "objects collected alive");
    },
  },
  {
    name: "the same with another order of what is ready",
    hub: { clock: "virtual", seed: 20_260_721 },
    async run({ guest }) {
      const { call } = await boundGuest(guest);
      equal(await call("run", 200), 0, "the number of wrong results");
    },
  },
  {
    name: "a channel carries numbers, texts and bytes between the two kinds",
    async run({ guest, hub }) {
      const border = await guest("border");
      await hub.run(function* () {
        const numbers = new Channel<number>();
        const echo = border.spawn("echoNumbers", numbers.handle, 100);
        let doubled = 0;
        for (let i = 0; i < 100; i++) {
          yield* numbers.put(i + 0.5);
          doubled += yield* numbers.get();
        }
        equal([yield* echo, doubled], [5000, 10_000]);
        const texts = new Channel<string>();
        const repeat = border.spawn("echoTexts", texts.handle);
        for (const text of ["", "a", "grün 🌳", "x".repeat(10_000)]) {
          yield* texts.put(text);
          equal(yield* texts.get(), text + text);
        }
        yield* texts.put("stop");
        yield* repeat;
        const bytes = new Channel<Uint8Array>();
        const reverse = border.spawn("reverseBytes", bytes.handle);
        yield* bytes.put(new Uint8Array([1, 2, 255]));
        equal([...(yield* bytes.get())], [255, 2, 1]);
        yield* reverse;
        const integers = new Channel<bigint>();
        const negate = border.spawn("negate", integers.handle);
        yield* integers.put(2n ** 62n);
        ok((yield* integers.get()) === -(2n ** 62n), "a 64-bit integer is whole");
        yield* negate;
      });
    },
  },
  {
    name: "an echo server of a guest's, over a pair",
    hub: { clock: "virtual" },
    async run({ guest, hub }) {
      const sockets = await guest("sockets");
      equal(await sockets.call("stress", 200), 200, "the number of right answers");
      await hub.run(function* () {
        const [mine, its] = socketPair();
        const serving = sockets.spawn("handle", sockets.give(its));
        for (let i = 0; i < 20; i++) {
          yield* mine.sendAll(`line ${i}\n`);
          equal(yield* mine.readLine(), `<line ${i}>`);
        }
        mine.close();
        yield* serving;
      });
    },
  },
  {
    name: "over a network in memory: the guest serves, and is the client",
    hub: { clock: "virtual", network: "memory" },
    async run({ guest }) {
      const sockets = await guest("sockets");
      const port = Number(await sockets.call("startServer", 100, 0));
      equal(await sockets.call("clients", port, 20, 5, 0), 100, "the number of right answers");
      await sockets.call("stopServer", 1000);
    },
  },
  {
    name: "over TCP: the guest serves, and TypeScript is the client",
    needs: ["tcp.connect", "tcp.listen"],
    hub: REAL,
    async run({ guest, hub }) {
      const sockets = await guest("sockets");
      const port = Number(await sockets.call("startServer", 100, 0));
      equal(await sockets.call("clients", port, 20, 5, 0), 100, "the number of right answers");
      await hub.run(function* () {
        const client = yield* createConnection({ port });
        yield* client.sendAll("over TCP\n");
        equal(yield* client.readLine(), "<over TCP>");
        client.close();
        const server = new StreamServer({}, (socket) => sockets.call("handle", sockets.give(socket)));
        yield* server.start();
        const other = yield* createConnection(server.address as { port: number });
        yield* other.sendAll("given\n");
        equal(yield* other.readLine(), "<given>");
        other.close();
        yield* server.stop();
      });
      await sockets.call("stopServer", 1000);
    },
  },
  {
    name: "an event and a semaphore are shared between the two kinds",
    async run({ guest, hub }) {
      const border = await guest("border");
      await hub.run(function* () {
        const event = new Event();
        const waiting = border.spawn("waitForEvent", event.handle, -1);
        yield* sleep(1);
        ok(!waiting.ready(), "the guest waits");
        event.set();
        equal(yield* waiting, 1);
        const semaphore = new Semaphore(1);
        const both = [
          border.spawn("hold", semaphore.handle, 5, 3),
          border.spawn("hold", semaphore.handle, 5, 3),
        ];
        yield* joinAll(both);
        equal(semaphore.counter, 1);
      });
    },
  },
  {
    name: "a trap ends its greenlet and no other",
    async run({ guest, hub, reports }) {
      const state = await guest("tutorial/state");
      await state.call("main");
      const stress = await guest("stress");
      equal(await stress.call("run", 3), 0);
      await hub.run(() => sleep(1));
      reports.length = 0;
    },
  },
  {
    name: "a guest is killed where it waits, and its killer goes on",
    async run({ guest, hub }) {
      const border = await guest("border");
      await hub.run(function* () {
        const event = new Event();
        const waiting = border.spawn("waitForEvent", event.handle, -1);
        yield* sleep(1);
        yield* waiting.kill();
        ok(waiting.ready(), "it has ended");
        const again = spawn(() => event.wait(5));
        equal(yield* again, false);
      });
    },
  },
] satisfies Case[]);

async function boundGuest(guest: Parameters<Case["run"]>[0]["guest"]) {
  const stress = await guest("stress");
  return { exports: stress.exports, call: (name: string, count: number) => stress.call(name, count) };
}
