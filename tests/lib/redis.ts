// Owns a redis-server for one test: in a folder of its own, at a Unix socket in it, ended after the test.
// Where there is none, tests that need it are left out, and say so; where CI can install it, it must be there.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "wevent";
import { createConnection, SocketError } from "wevent/socket";
import { type Popen, spawnProcess } from "wevent/subprocess";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

/** Whether a machine without one is a fault: `.ci/run` installs it there. */
export const mustHaveRedis = process.env["CI"] === "true" && existsSync("/usr/bin/apt-get");

if (!hasRedis) {
  console.warn("Left out: tests with a real redis-server, which is not here (apt-get install redis-server)");
}

export interface Redis extends Disposable {
  readonly path: string;
  readonly process: Popen;
}

export function* startRedis(...settings: string[]): Generator<unknown, Redis, unknown> {
  const folder = mkdtempSync(join(tmpdir(), "wevent-redis-"));
  const path = join(folder, "redis.sock");
  const place = ["--port", "0", "--unixsocket", path, "--dir", folder];
  const args = [...place, "--save", "", "--appendonly", "no", "--daemonize", "no", ...settings];
  const process = yield* spawnProcess("redis-server", args, { stdout: "ignore", stderr: "ignore" });
  const end = () => {
    process[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    while (!(yield* isListening(path))) {
      if (process.poll() !== null) throw new Error(`redis-server ended with ${process.returnCode}`);
      yield* sleep(5);
    }
  } catch (error) {
    end();
    throw error;
  }
  return { path, process, [Symbol.dispose]: end };
}

function* isListening(path: string) {
  try {
    (yield* createConnection({ path })).close();
    return true;
  } catch (error) {
    if (error instanceof SocketError) return false;
    throw error;
  }
}
