// What the compiler infers of processes, signals and threads.
import { spawn } from "wevent";
import { onSignal, waitSignal } from "wevent/signal";
import {
  type CompletedProcess,
  call,
  checkOutput,
  type Output,
  type Popen,
  run,
  spawnProcess,
} from "wevent/subprocess";
import { ThreadPool } from "wevent/threadpool";
import { type Equal, proves } from "./equal.ts";

export function* processes() {
  const child = yield* spawnProcess("cat", ["-"], { stdin: "pipe" });
  proves<Equal<typeof child, Popen>>();
  const part = yield* child.stdout!.recv();
  proves<Equal<typeof part, Uint8Array>>();
  const line = yield* child.stdout!.readLine(5);
  proves<Equal<typeof line, string | null>>();
  const sent = yield* child.stdin!.sendAll("x", { timeout: 5 });
  proves<Equal<typeof sent, number>>();
  const output = yield* child.communicate();
  proves<Equal<typeof output, Output>>();
  const code = yield* child.wait();
  proves<Equal<typeof code, number>>();
  const completed = yield* run("true");
  proves<Equal<typeof completed, CompletedProcess>>();
  const returnCode = yield* call("true");
  proves<Equal<typeof returnCode, number>>();
  const greenlet = spawn(() => checkOutput("true"));
  const text = yield* greenlet;
  proves<Equal<typeof text, string>>();
  // @ts-expect-error: there is no such way
  spawnProcess("cat", [], { stdin: "file" });
  // @ts-expect-error: a number cannot be sent
  child.stdin!.send(5);
}

export function* signals() {
  const name = yield* waitSignal(["SIGTERM", "SIGINT"], 5);
  proves<Equal<typeof name, string>>();
  onSignal("SIGTERM", (signal: string, count: number) => signal.repeat(count), 5);
  // @ts-expect-error: the argument is missing
  onSignal("SIGTERM", (signal: string, count: number) => signal.repeat(count));
}

export function* threads() {
  const pool = new ThreadPool(2);
  const unknown = yield* pool.apply("./work.js", "add", [1, 2]);
  proves<Equal<typeof unknown, unknown>>();
  const sum = yield* pool.apply<number>("./work.js", "add", [1, 2]);
  proves<Equal<typeof sum, number>>();
  const all = yield* pool.map<number>("./work.js", "double", [1, 2]);
  proves<Equal<typeof all, number[]>>();
  const value = yield* pool.spawn<string>("./work.js", "x");
  proves<Equal<typeof value, string>>();
  yield* pool.kill();
  // @ts-expect-error: a function cannot be copied to a thread
  pool.apply(() => 1, "x");
}
