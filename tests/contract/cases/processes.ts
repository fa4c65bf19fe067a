// Processes, signals and threads, where a runtime has them.

import { joinAll, sleep, spawn } from "wevent";
import { onSignal, waitSignal } from "wevent/signal";
import { checkOutput, run, spawnProcess } from "wevent/subprocess";
import { ThreadPool } from "wevent/threadpool";
import { codeThrownIn, equal, ok } from "../assert.ts";
import { type Case, chapter, REAL } from "../case.ts";

const nodeProcess = () =>
  (globalThis as unknown as { process: { pid: number; kill(pid: number, signal: string): void } }).process;
const raise = (signal: string) => nodeProcess().kill(nodeProcess().pid, signal);

const processes = chapter("processes", [
  {
    name: "a process gives its output and its code",
    *run() {
      equal(yield* checkOutput("tr", ["a-z", "A-Z"], { input: "hello" }), "HELLO");
      const { returnCode, stderrText } = yield* run("sh", ["-c", "echo oops >&2; exit 3"]);
      equal([returnCode, stderrText], [3, "oops\n"]);
    },
  },
  {
    name: "its pipes are streams: more than they hold goes both ways",
    *run() {
      const length = 1_000_000;
      const child = yield* spawnProcess("cat", [], { stdin: "pipe", stdout: "pipe" });
      const sending = spawn(function* () {
        yield* child.stdin!.sendAll("x".repeat(length));
        child.stdin!.close();
      });
      equal((yield* child.stdout!.recvExactly(length)).length, length);
      equal((yield* child.stdout!.recv()).length, 0, "the bytes after the end");
      yield* sending;
      equal(yield* child.wait(), 0);
    },
  },
  {
    name: "lines come as they are written",
    *run() {
      const child = yield* spawnProcess("sed", ["-u", "s/^/> /"], { stdin: "pipe", stdout: "pipe" });
      for (const word of ["one", "two"]) {
        yield* child.stdin!.sendAll(`${word}\n`);
        equal(yield* child.stdout!.readLine(), `> ${word}`);
      }
      child.stdin!.close();
      equal(yield* child.wait(), 0);
    },
  },
  {
    name: "a limit ends it, and what it wrote is told",
    *run() {
      equal(
        yield* codeThrownIn(run("sh", ["-c", "echo begun; exec sleep 60"], { timeout: 200 })),
        "WEV_ERR_PROCESS_TIMEOUT",
      );
    },
  },
  {
    name: "a signal ends it, and is its end",
    *run() {
      const child = yield* spawnProcess("sleep", ["60"]);
      child.kill("SIGTERM");
      yield* child.wait();
      equal([child.signal, child.ready()], ["SIGTERM", true]);
    },
  },
  {
    name: "a program that is not there is an error at once",
    *run() {
      equal(yield* codeThrownIn(spawnProcess("/no/such/program", [])), "ENOENT");
    },
  },
  {
    name: "a greenlet that is killed takes its process along",
    *run() {
      const waiting = spawn(() => run("sleep", ["60"]));
      yield* sleep(50);
      yield* waiting.kill();
      ok(waiting.ready(), "it has ended");
    },
  },
  {
    name: "20 at once, each with its own output",
    *run() {
      const all = Array.from({ length: 20 }, (_, id) => spawn(() => checkOutput("echo", [`${id}`])));
      yield* joinAll(all);
      equal(
        all.map(({ value }) => value),
        Array.from({ length: 20 }, (_, id) => `${id}\n`),
      );
    },
  },
] satisfies Case[]).map((each): Case => ({ ...each, needs: ["process"], hub: REAL }));

const signals = chapter("signals", [
  {
    name: "a handler is a greenlet for each signal, until it is cancelled",
    *run({ log }) {
      const handler = onSignal("SIGUSR2", function* (name) {
        yield* sleep(1);
        log.push(name);
      });
      for (let i = 1; i <= 2; i++) {
        raise("SIGUSR2");
        for (let tries = 0; log.length < i && tries < 1000; tries++) yield* sleep(5);
      }
      handler.cancel();
      equal(log, ["SIGUSR2", "SIGUSR2"]);
    },
  },
  {
    name: "waitSignal waits for one, and a limit ends it",
    *run() {
      const waiting = spawn(() => waitSignal(["SIGHUP", "SIGUSR2"]));
      yield* sleep(1);
      raise("SIGUSR2");
      equal(yield* waiting, "SIGUSR2");
      equal(yield* codeThrownIn(waitSignal("SIGUSR2", 5)), "WEV_ERR_TIMEOUT");
    },
  },
] satisfies Case[]).map((each): Case => ({ ...each, needs: ["signal"], hub: REAL }));

const threads = chapter("threads", [
  {
    name: "exports of a module run in threads: results, promises, errors",
    *run({ world }) {
      const work = world.fileUrl!("work.mjs");
      const pool = new ThreadPool(2);
      equal(yield* pool.apply(work, "add", [2, 3]), 5);
      equal(yield* pool.apply(work, "later", [5, "late"]), "late");
      equal(yield* codeThrownIn(pool.apply(work, "fail")), "E_OWN");
      const bytes = new Uint8Array(1000);
      equal(yield* pool.apply(work, "lengthOf", [bytes], { transfer: [bytes.buffer] }), 1000);
      equal(bytes.length, 0, "what was moved");
      yield* pool.kill();
    },
  },
  {
    name: "a limit ends a thread in the middle of what it does, and the pool goes on",
    *run({ world }) {
      const work = world.fileUrl!("work.mjs");
      const pool = new ThreadPool(1);
      equal(yield* codeThrownIn(pool.apply(work, "spin", [], { timeout: 300 })), "WEV_ERR_TIMEOUT");
      equal(yield* pool.apply(work, "add", [1, 1]), 2);
      yield* pool.kill();
    },
  },
  {
    name: "greenlets go on meanwhile",
    *run({ world }) {
      const work = world.fileUrl!("work.mjs");
      const pool = new ThreadPool(1);
      const working = pool.spawn(work, "later", [100, "done"]);
      let steps = 0;
      while (!working.ready()) {
        yield* sleep(1);
        steps++;
      }
      equal(working.value, "done");
      ok(steps > 5, `there were more than 5 steps, and not ${steps}`);
      yield* pool.kill();
    },
  },
] satisfies Case[]).map(
  (each): Case => ({ ...each, needs: ["threads"], needsOfWorld: ["fileUrl"], hub: REAL }),
);

export const processCases: Case[] = [...processes, ...signals, ...threads];
