// What a runtime can is what runtimes.json says of it, no more and no less; and what it cannot throws
// UnsupportedError at the call.

import { type Hub, sleep, spawn, wait } from "wevent";
import { fetch } from "wevent/http";
import { onSignal } from "wevent/signal";
import { createConnection, DatagramSocket, listen } from "wevent/socket";
import { spawnProcess } from "wevent/subprocess";
import { ThreadPool } from "wevent/threadpool";
import { equal, ok } from "../assert.ts";
import { type Case, chapter, REAL } from "../case.ts";

/** A call that needs the capability. It is made only where that is missing. */
const calls: Readonly<Record<string, (hub: Hub) => unknown>> = {
  fetch: () => fetch("http://127.0.0.1/"),
  "tcp.connect": () => createConnection({ port: 1 }),
  "tcp.listen": () => listen(),
  unix: () => createConnection({ path: "/tmp/none" }),
  tls: () => createConnection({ port: 1, tls: true }),
  udp: () => DatagramSocket.bind(),
  context: (hub) => hub.followContext(),
  process: () => spawnProcess("true", []),
  signal: () => onSignal("SIGUSR2", () => {}),
  threads: () => new ThreadPool(1).apply("file:///none.mjs", "none"),
};

export const capabilityCases: Case[] = chapter("capabilities", [
  {
    name: "the hub's are those of the runtime's row, and so is its name",
    async run({ hub, world }) {
      equal(hub.runtime, world.runtime);
      const known = [...Object.keys(calls), "exhaustion"];
      equal(known.filter((name) => hub.can(name)).sort(), [...world.capabilities].sort());
      ok(!hub.can("no such thing"), "what nobody knows is not there");
    },
  },
  {
    name: "what is missing throws UnsupportedError, with its name and the runtime's",
    hub: REAL,
    *run({ hub, world }) {
      for (const [capability, call] of Object.entries(calls)) {
        if (hub.can(capability)) continue;
        let error: { code?: string; capability?: string; runtime?: string } = {};
        try {
          const made = call(hub);
          if (typeof made === "object" && made !== null && Symbol.iterator in made) {
            yield* made as Iterable<unknown>;
          }
        } catch (thrown) {
          error = thrown as typeof error;
        }
        equal(error.code, "WEV_ERR_UNSUPPORTED", `what ${capability} throws`);
        equal([error.runtime, error.capability], [world.runtime, capability]);
      }
    },
  },
  {
    name: "greenlets follow AsyncLocalStorage",
    needs: ["context"],
    needsOfWorld: ["AsyncLocalStorage"],
    hub: { ...REAL, context: true },
    *run({ world }) {
      const storage = new world.AsyncLocalStorage!<string>();
      const seen: (string | undefined)[] = [];
      const body = function* () {
        seen.push(storage.getStore());
        yield* sleep(0);
        seen.push(storage.getStore());
        yield* sleep(2);
        seen.push(storage.getStore());
        yield* wait(Promise.resolve());
        seen.push(storage.getStore());
        yield* wait(storage.run("elsewhere", () => new Promise((resolve) => setTimeout(resolve, 1))));
        seen.push(storage.getStore());
      };
      const mine = storage.run("mine", () => spawn(body));
      const other = storage.run("other", () =>
        spawn(function* () {
          for (let i = 0; i < 5; i++) {
            equal(storage.getStore(), "other");
            yield* sleep(1);
          }
        }),
      );
      yield* mine;
      yield* other;
      equal(seen, ["mine", "mine", "mine", "mine", "mine"]);
      equal(storage.getStore(), undefined);
    },
  },
] satisfies Case[]);
