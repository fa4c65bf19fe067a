// Processes: start, wait, pipes, signals, and that nothing of them is left.
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { Hub, run as runHub, sleep, spawn, Timeout, wait } from "wevent";
import { UnsupportedError } from "wevent/hub";
import {
  CalledProcessError,
  call,
  checkCall,
  checkOutput,
  run,
  SpawnError,
  spawnProcess,
  TimeoutExpired,
} from "wevent/subprocess";
import { codeOf, inHub, rejectionOf, thrownBy, thrownIn } from "../lib/hub.ts";
import { ManualDriver } from "../lib/manual-driver.ts";

const REAL = { clock: "real" } as const;
const KIB = 1024;
const ALL = { stdin: "pipe", stdout: "pipe", stderr: "pipe" } as const;

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const openFiles = () => readdirSync("/proc/self/fd").length;

it(
  "419 a process's exit code comes through wait, poll and wait([p])",
  inHub(function* () {
    const child = yield* spawnProcess("sh", ["-c", "read line; exit 3"], { stdin: "pipe" });
    expect([child.poll(), child.returnCode, child.ready()]).toEqual([null, null, false]);
    const both = [spawn(() => child.wait()), spawn(() => wait([child]))] as const;
    yield* sleep(10);
    child.stdin!.close();
    expect(yield* both[0]).toBe(3);
    expect(yield* both[1]).toEqual([child]);
    expect([child.poll(), child.signal, yield* child.wait()]).toEqual([3, null, 3]);
    expect(yield* wait([child])).toEqual([child]);
  }, REAL),
);

it(
  "419 a missing program is a SpawnError with ENOENT, and so is a missing directory",
  inHub(function* () {
    const error = yield* thrownIn(spawnProcess("/no/such/program", [], ALL));
    expect(error).toBeInstanceOf(SpawnError);
    expect(error).toMatchObject({ code: "ENOENT", command: "/no/such/program", name: "SpawnError" });
    expect(codeOf(yield* thrownIn(run("sh", [], { cwd: "/no/such/place" })))).toBe("ENOENT");
    expect(codeOf(yield* thrownIn(run("/etc/passwd")))).toBe("EACCES");
  }, REAL),
);

it(
  "419 communicate feeds and collects, more than the pipes hold",
  inHub(function* () {
    const input = "x".repeat(300 * KIB);
    const script = "process.stdin.on('data', (d) => [process.stdout, process.stderr].map((s) => s.write(d)))";
    const child = yield* spawnProcess(process.execPath, ["-e", script], ALL);
    const output = yield* child.communicate(input);
    expect(output.stdoutText).toBe(input);
    expect(output.stderr).toHaveLength(input.length);
    expect(child.returnCode).toBe(0);
  }, REAL),
);

it(
  "419 what nobody writes is an empty text",
  inHub(function* () {
    const done = yield* run("true");
    expect([done.stdoutText, done.stderrText, done.returnCode]).toEqual(["", "", 0]);
    expect(done.stdout).toHaveLength(0);
    expect(yield* checkOutput("sh", ["-c", "printf 'a\\303\\244'"])).toBe("aä");
  }, REAL),
);

it(
  "419 run with a timeout throws TimeoutExpired with the partial output, and the process has ended",
  inHub(function* () {
    const error = yield* thrownIn(run("sh", ["-c", "echo $$; exec sleep 60"], { timeout: 200 }));
    expect(error).toBeInstanceOf(TimeoutExpired);
    const { output, ms, command } = error as TimeoutExpired;
    expect([ms, command]).toEqual([200, "sh"]);
    const pid = Number(output!.stdoutText);
    expect(pid).toBeGreaterThan(0);
    while (isAlive(pid)) yield* sleep(5);
  }, REAL),
);

it(
  "419 check throws CalledProcessError with code and output",
  inHub(function* () {
    const error = yield* thrownIn(run("sh", ["-c", "echo out; echo err >&2; exit 4"], { check: true }));
    expect(error).toBeInstanceOf(CalledProcessError);
    const { returnCode, output } = error as CalledProcessError;
    expect([returnCode, output!.stdoutText, output!.stderrText]).toEqual([4, "out\n", "err\n"]);
    expect((yield* run("false")).returnCode).toBe(1);
    expect(yield* call("false")).toBe(1);
    expect(codeOf(yield* thrownIn(checkCall("false")))).toBe("WEV_ERR_PROCESS_FAILED");
    expect(codeOf(yield* thrownIn(checkOutput("false")))).toBe("WEV_ERR_PROCESS_FAILED");
    expect(yield* checkCall("true")).toBe(0);
  }, REAL),
);

it(
  "pipes are read as sockets are, line by line and by number of bytes",
  inHub(function* () {
    using child = yield* spawnProcess("cat", [], { stdin: "pipe", stdout: "pipe" });
    expect(child.stderr).toBeNull();
    expect(yield* child.stdin!.sendAll("one\ntwo\nrest")).toBe(12);
    expect(yield* child.stdout!.readLine()).toBe("one");
    expect(yield* child.stdout!.recvExactly(4)).toEqual(new TextEncoder().encode("two\n"));
    expect(yield* thrownIn(child.stdout!.recvExactly(9, 20))).toBeInstanceOf(Timeout);
    child.stdin!.close();
    expect(child.stdin!.closed).toBe(true);
    expect(codeOf(yield* thrownIn(child.stdin!.sendAll("x")))).toBe("WEV_ERR_SOCKET_CLOSED");
    const view = new Uint8Array(9);
    expect(yield* child.stdout!.recvInto(view)).toBe(4);
    expect(yield* child.stdout!.readLine()).toBeNull();
    expect(yield* child.wait()).toBe(0);
  }, REAL),
);

it(
  "a sender waits for a process that does not read, and goes on when it does",
  inHub(function* () {
    using slow = yield* spawnProcess("sh", ["-c", "sleep 0.2; wc -c"], { stdin: "pipe", stdout: "pipe" });
    const bytes = new Uint8Array(1024 * KIB);
    const sending = spawn(function* () {
      yield* slow.stdin!.sendAll(bytes);
      slow.stdin!.close();
    });
    yield* sleep(100);
    expect(sending.ready()).toBe(false);
    yield* sending;
    expect(Number(yield* slow.stdout!.readLine())).toBe(bytes.length);
  }, REAL),
);

it(
  "a process that nobody reads has to wait",
  inHub(function* () {
    const script = "process.stdout.write('x'.repeat(1 << 20), () => process.stderr.write('written'))";
    using child = yield* spawnProcess(process.execPath, ["-e", script], { stdout: "pipe", stderr: "pipe" });
    expect(yield* thrownIn(child.stderr!.recv(1, 400))).toBeInstanceOf(Timeout);
    let sizeBytes = 0;
    for (let part = yield* child.stdout!.recv(); part.length > 0; part = yield* child.stdout!.recv()) {
      sizeBytes += part.length;
    }
    expect(sizeBytes).toBe(1 << 20);
    expect(yield* child.stderr!.recvExactly(7)).toHaveLength(7);
    expect(yield* child.wait()).toBe(0);
  }, REAL),
);

it(
  "what a process wrote before it ended can be read after",
  inHub(function* () {
    const child = yield* spawnProcess("sh", ["-c", "echo late"], { stdout: "pipe" });
    yield* child.wait();
    yield* sleep(20);
    expect(yield* child.stdout!.readLine()).toBe("late");
    expect(yield* child.stdout!.readLine()).toBeNull();
  }, REAL),
);

it(
  "communicate may be tried again after a timeout, and nothing is lost",
  inHub(function* () {
    const child = yield* spawnProcess("sh", ["-c", "echo early; sleep 0.3; echo late"], { stdout: "pipe" });
    const error = (yield* thrownIn(child.communicate(null, 150))) as TimeoutExpired;
    expect(codeOf(error)).toBe("WEV_ERR_PROCESS_TIMEOUT");
    expect(error.output!.stdoutText).toBe("early\n");
    expect((yield* child.communicate()).stdoutText).toBe("early\nlate\n");
    expect(yield* child.communicate()).toMatchObject({ stdoutText: "early\nlate\n" });
  }, REAL),
);

it(
  "a process that does not read its input to the end is no error",
  inHub(function* () {
    const done = yield* run("sh", ["-c", "exec <&-; sleep 0.1; echo done"], {
      input: "x".repeat(1024 * KIB),
    });
    expect([done.stdoutText, done.returnCode]).toEqual(["done\n", 0]);
  }, REAL),
);

it(
  "kill and terminate end it by a signal, which the return code and signal tell",
  inHub(function* () {
    const killed = yield* spawnProcess("sleep", ["60"]);
    killed.kill();
    expect([yield* killed.wait(), killed.signal]).toEqual([-9, "SIGKILL"]);
    killed.kill();
    const asked = yield* spawnProcess("sleep", ["60"]);
    asked.terminate();
    expect([yield* asked.wait(), asked.signal]).toEqual([-15, "SIGTERM"]);
  }, REAL),
);

it(
  "a greenlet that is killed or timed out while it waits leaves the process running; a using scope ends it",
  inHub(function* () {
    let pid: number;
    {
      using child = yield* spawnProcess("sleep", ["60"]);
      pid = child.pid;
      const waiting = spawn(() => child.wait());
      yield* sleep(5);
      yield* waiting.kill();
      const error = yield* thrownIn(child.wait(5));
      expect(error).toBeInstanceOf(TimeoutExpired);
      expect(yield* thrownIn(child.wait(new Timeout(5)))).toBeInstanceOf(Timeout);
      expect(isAlive(pid)).toBe(true);
    }
    while (isAlive(pid)) yield* sleep(5);
  }, REAL),
);

it(
  "a greenlet that is killed in run ends the process",
  inHub(function* () {
    const running = spawn(() => run("sh", ["-c", "exec sleep 61"]));
    yield* sleep(50);
    yield* running.kill();
    yield* sleep(50);
    expect(yield* checkOutput("sh", ["-c", "ps -eo args | grep -c '^sleep 61' || true"])).toBe("0\n");
  }, REAL),
);

it("await using waits for the end", async () => {
  let child: Awaited<ReturnType<typeof spawnProcess>>;
  {
    await using scoped = await spawnProcess("sleep", ["60"]);
    child = scoped;
  }
  expect(child.returnCode).toBe(-9);
});

it(
  "env and cwd are the process's own",
  inHub(function* () {
    const env = { PATH: process.env["PATH"], COLOUR: "green" };
    expect(yield* checkOutput("sh", ["-c", "echo $COLOUR; pwd"], { env, cwd: "/" })).toBe("green\n/\n");
    expect(yield* checkOutput("printf", ["%s|", "a b", "$HOME", ""])).toBe("a b|$HOME||");
  }, REAL),
);

it("a hub that waits for a process is not stuck, and knows when it is quiet", async () => {
  const code = await new Hub({ closed: true }).run(function* () {
    const child = yield* spawnProcess("sleep", ["0.1"]);
    yield* wait([child]);
    return yield* child.wait();
  });
  expect(code).toBe(0);
});

it("a hundred processes leave no zombie and no open file", async () => {
  await runHub(function* () {
    yield* run("true");
    const before = openFiles();
    for (let i = 0; i < 10; i++) {
      yield* wait(Array.from({ length: 10 }, () => spawn(() => run("echo", ["x"]))));
    }
    yield* sleep(20);
    expect(openFiles()).toBe(before);
    const zombies = yield* checkOutput("sh", ["-c", `ps -o stat= --ppid ${process.pid} | grep -c Z || true`]);
    expect(zombies).toBe("0\n");
  });
});

it(
  "bad arguments are refused at the call",
  inHub(function* () {
    const refusals: (() => unknown)[] = [
      () => spawnProcess(5 as never),
      () => spawnProcess(""),
      () => spawnProcess("a\0b"),
      () => spawnProcess("true", "ab" as never, 5 as never),
      () => spawnProcess("true", 5 as never),
      () => spawnProcess("true", [5 as never]),
      () => spawnProcess("true", ["a\0b"]),
      () => spawnProcess("true", [], { stdout: "pope" as never }),
      () => spawnProcess("true", [], { cwd: 5 as never }),
      () => run("true", [], { input: 5 as never }),
      () => run("true", [], { timeout: "5" as never }),
    ];
    for (const refusal of refusals) expect(codeOf(thrownBy(refusal)), `${refusal}`).toBe("WEV_ERR_ARGUMENT");
    const child = yield* spawnProcess("true");
    expect(codeOf(thrownBy(() => child.communicate("x")))).toBe("WEV_ERR_ARGUMENT");
    expect(codeOf(thrownBy(() => child.kill("SIGNONE")))).toBe("WEV_ERR_ARGUMENT");
    yield* child.wait();
    const other = yield* spawnProcess("cat", [], { stdin: "pipe", stdout: "ignore" });
    yield* other.communicate("all");
    expect(codeOf(thrownBy(() => other.communicate("more")))).toBe("WEV_ERR_ARGUMENT");
  }, REAL),
);

it("a runtime without processes says so at the call", async () => {
  const hub = new Hub({ driver: new ManualDriver() });
  expect(hub.can("process")).toBe(false);
  const error = await rejectionOf(hub.run(() => spawnProcess("true")));
  expect(error).toBeInstanceOf(UnsupportedError);
  expect(error).toMatchObject({ capability: "process", runtime: "manual" });
});
