// Single rules of core.wasm that are easier to read by hand than in a random program; the ones that a
// random program found first are here with the rule in their name.
import { expect, test } from "vitest";
import { Outcome, Reason, Status, Turn } from "../../assembly/core/abi.ts";
import { NOTHING, Stage } from "../lib/core-stage.ts";

test("spawnTask() starts tasks in the order they were spawned", () => {
  const stage = new Stage();
  const tasks = [stage.spawn(), stage.spawn(), stage.spawn()];
  expect(stage.rows()).toEqual([]);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual(tasks);
});

test("run() takes entries added during a turn in the same turn", () => {
  const stage = new Stage();
  let spawned = 0;
  stage.onResume = () => {
    if (spawned++ < 3) stage.spawn();
    return Outcome.Done;
  };
  stage.spawn();
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.calls.length).toBe(4);
});

test("run() rotates tasks that give way", () => {
  const stage = new Stage();
  const [a, b] = [stage.spawn(), stage.spawn()];
  let left = 6;
  stage.onResume = () => (left-- > 2 ? Outcome.Ready : Outcome.Done);
  stage.run();
  expect(stage.rows()).toEqual([a, b, a, b, a, b]);
});

test("run() fires overdue deadlines one after the other before what the first of them queued", () => {
  const stage = new Stage();
  const { core } = stage;
  const first = core.callLater(stage.serial(), 1, true);
  const second = core.callLater(stage.serial(), 2, true);
  let queued = 0;
  stage.onCallback = (row) => {
    if (row === first) queued = core.callSoon(stage.serial());
  };
  stage.nowMs = 5;
  stage.run();
  expect(stage.rows()).toEqual([first, second, queued]);
});

test("start() with a delay runs after a plain spawn of the same turn", () => {
  const stage = new Stage();
  const late = stage.core.createTask(stage.serial());
  expect(stage.core.start(late, 0)).toBe(Status.Ok);
  const soon = stage.spawn();
  stage.run();
  expect(stage.rows()).toEqual([soon, late]);
});

test("run() serves one who waits for idleness since a deadline resumed it", () => {
  const stage = new Stage();
  const { core } = stage;
  const idle = core.idleRow();
  const sleeper = stage.spawn();
  const other = stage.spawn();
  stage.onResume = (row) => {
    const isFirst = stage.calls.filter((call) => call.row === row).length === 1;
    if (row === other || isFirst) core.sleep(row, row === other ? 100 : 1, true);
    else if (stage.calls.length < 4) core.waitOn(row, idle, core.serialOf(idle), -1, true);
    else return Outcome.Done;
    return Outcome.Parked;
  };
  expect(stage.run()).toBe(1);
  stage.nowMs = 1;
  expect(stage.run()).toBe(100);
  expect(stage.rows()).toEqual([sleeper, other, sleeper, sleeper]);
});

test("run() serves the idle queue only when nothing is ready", () => {
  const stage = new Stage();
  const { core } = stage;
  const idle = core.idleRow();
  let left = 3;
  const task = stage.spawn();
  stage.onResume = () => (left-- > 0 ? Outcome.Ready : Outcome.Done);
  const waiter = core.link(stage.serial(), idle, core.serialOf(idle));
  stage.run();
  expect(stage.rows()).toEqual([task, task, task, task, waiter]);
});

test("run() keeps answering deadlines that are Infinity away without firing them", () => {
  const stage = new Stage();
  stage.core.callLater(stage.serial(), Number.POSITIVE_INFINITY, true);
  stage.nowMs = 1e300;
  expect(stage.run()).toBe(Number.POSITIVE_INFINITY);
  expect(stage.rows()).toEqual([]);
});

test("interrupt() before the first run ends the task without a resume", () => {
  const stage = new Stage();
  const serial = stage.serial();
  const task = stage.core.spawnTask(serial);
  expect(stage.core.interrupt(task, serial)).toBe(Status.Discarded);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual([]);
  expect(stage.counts).toEqual(NOTHING);
});

test("interrupt() tells a guest that its task is discarded", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = core.createGuestTask(stage.entry, 7);
  expect(core.interrupt(task, core.serialOf(task))).toBe(Status.Discarded);
  expect(stage.reasons()).toEqual([Reason.Discard]);
});

test("interrupt() comes after a wake that was queued before it", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const task = core.spawnTask(serial);
  let ticket = 0;
  stage.onResume = (_row, reason) => {
    if (reason === Reason.Interrupt) return Outcome.Done;
    ticket = core.park(task, -1);
    return Outcome.Parked;
  };
  stage.run();
  core.wake(task, ticket);
  core.interrupt(task, serial);
  stage.run();
  expect(stage.reasons()).toEqual([Reason.Wake, Reason.Wake, Reason.Interrupt]);
});

test("interrupt() of a task that ends first is dropped", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const task = core.spawnTask(serial);
  stage.onResume = () => {
    expect(core.interrupt(task, serial)).toBe(Status.Ok);
    return Outcome.Done;
  };
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.calls.length).toBe(1);
  expect(core.interrupt(task, serial)).toBe(Status.Gone);
  expect(stage.counts).toEqual(NOTHING);
});

test("wake() refuses the ticket of a park that was interrupted while the task sleeps", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const task = core.spawnTask(serial);
  let ticket = 0;
  stage.onResume = (_row, reason) => {
    if (reason === Reason.Wake) ticket = core.park(task, -1);
    else core.sleep(task, 10, true);
    return Outcome.Parked;
  };
  stage.run();
  core.interrupt(task, serial);
  stage.run();
  expect(core.wake(task, ticket)).toBe(0);
  expect(stage.counts.timers).toBe(1);
});

test("wake() refuses the ticket of an earlier park while the task waits in a queue", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const task = stage.spawn();
  let ticket = 0;
  stage.onResume = () => {
    if (ticket === 0) ticket = core.park(task, -1);
    else core.waitOn(task, queue, queueSerial, -1, true);
    return Outcome.Parked;
  };
  stage.run();
  expect(core.wake(task, ticket)).toBe(1);
  stage.run();
  expect(core.wake(task, ticket)).toBe(0);
});

test("wake() refuses the ticket of a task whose row was reused", () => {
  const stage = new Stage();
  const { core } = stage;
  const first = stage.spawn();
  let ticket = 0;
  stage.onResume = (row) => {
    ticket = core.park(row, -1);
    return Outcome.Parked;
  };
  stage.run();
  core.wake(first, ticket);
  stage.onResume = () => Outcome.Done;
  stage.run();
  const second = stage.spawn();
  expect(second).toBe(first);
  stage.onResume = (row) => {
    core.park(row, -1);
    return Outcome.Parked;
  };
  stage.run();
  expect(core.wake(second, ticket)).toBe(0);
});

test("cancelRow() of a callback from inside itself does nothing", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const row = core.callSoon(serial);
  stage.onCallback = () => core.cancelRow(row, serial);
  stage.run();
  expect(stage.counts).toEqual(NOTHING);
  expect(new Set([stage.spawn(), stage.spawn(), stage.spawn()]).size).toBe(3);
});

test("cancelRow() of a later link keeps it from being called by the dispatch that is going on", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const serials = [stage.serial(), stage.serial(), stage.serial()];
  const links = serials.map((serial) => core.link(serial, queue, queueSerial));
  stage.onCallback = (row) => {
    if (row === links[0]) core.cancelRow(links[2]!, serials[2]!);
  };
  core.notifyQueue(queue, queueSerial);
  stage.run();
  expect(stage.rows()).toEqual([links[0], links[1]]);
});

test("notifyQueue() serves nobody who came after it", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const before = core.link(stage.serial(), queue, queueSerial);
  core.notifyQueue(queue, queueSerial);
  core.link(stage.serial(), queue, queueSerial);
  stage.run();
  expect(stage.rows()).toEqual([before]);
});

test("notifyQueue() whose last marked waiter leaves serves those before it and nobody after", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const first = core.link(stage.serial(), queue, queueSerial);
  const serial = stage.serial();
  const marked = core.link(serial, queue, queueSerial);
  core.notifyQueue(queue, queueSerial);
  core.link(stage.serial(), queue, queueSerial);
  core.cancelRow(marked, serial);
  stage.run();
  expect(stage.rows()).toEqual([first]);
});

test("link() to a task that ended is called by its dispatch, in the order of linking", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const task = core.spawnTask(serial);
  const links = [core.link(stage.serial(), task, serial)];
  stage.onCallback = () => {
    if (links.length < 3) links.push(core.link(stage.serial(), task, serial));
  };
  stage.run();
  expect(stage.rows()).toEqual([task, ...links]);
  expect(core.link(stage.serial(), task, serial)).toBe(0);
});

test("stop() in the middle of a dispatch leaves the rest of it to the next turn", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, false);
  const links = [1, 2, 3].map(() => core.link(stage.serial(), queue, queueSerial));
  core.notifyQueue(queue, queueSerial);
  const other = stage.spawn();
  stage.onCallback = (row) => {
    if (row === links[1]) core.stop();
  };
  expect(stage.run()).toBe(Turn.Again);
  expect(stage.rows()).toEqual([links[0], links[1]]);
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual([links[2], other]);
  expect(stage.counts).toEqual(NOTHING);
});

test("end() of a task that trapped after its park takes it out of its queue and its deadline back", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const task = stage.spawn();
  stage.onResume = () => {
    core.waitOn(task, queue, queueSerial, 5, true);
    throw new Error("trap");
  };
  expect(() => stage.run()).toThrow("trap");
  expect(core.abandonedTask()).toBe(task);
  core.end(task);
  expect(stage.counts).toEqual({ rows: 1, ready: 0, timers: 0, refTimers: 0 });
});

test("run() after a trap in a dispatch serves the waiters that were not served", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const tasks = [stage.spawn(), stage.spawn(), stage.spawn()];
  stage.onResume = (row) => {
    core.waitOn(row, queue, queueSerial, -1, true);
    return Outcome.Parked;
  };
  stage.run();
  stage.calls.length = 0;
  core.notifyQueue(queue, queueSerial);
  stage.onResume = (row) => {
    if (row === tasks[1]) throw new Error("trap");
    return Outcome.Done;
  };
  expect(() => stage.run()).toThrow("trap");
  core.end(core.abandonedTask());
  expect(stage.run()).toBe(Turn.Idle);
  expect(stage.rows()).toEqual(tasks);
});

test("run() after a trap in a Timeout's interruption frees the Timeout", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  stage.onResume = (_row, reason) => {
    if (reason === Reason.Timeout) throw new Error("trap");
    core.armTimeout(stage.serial(), task, 1);
    core.park(task, -1);
    return Outcome.Parked;
  };
  stage.run();
  stage.nowMs = 1;
  expect(() => stage.run()).toThrow("trap");
  core.end(core.abandonedTask());
  stage.run();
  expect(stage.counts).toEqual(NOTHING);
});

test("run() after a callback that threw frees the callback's row", () => {
  const stage = new Stage();
  stage.onCallback = () => {
    throw new Error("trap");
  };
  stage.core.callSoon(stage.serial());
  expect(() => stage.run()).toThrow("trap");
  expect(stage.core.abandonedTask()).toBe(0);
  stage.run();
  expect(stage.counts).toEqual(NOTHING);
});

test("notifyOneOf() serves one waiter for each call, from the front of the line", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const links = [1, 2, 3].map(() => core.link(stage.serial(), queue, queueSerial));
  core.notifyOneOf(queue, queueSerial);
  core.notifyOneOf(queue, queueSerial);
  stage.run();
  expect(stage.rows()).toEqual(links.slice(0, 2));
});

test("notifyOneOf() passes the turn of a waiter who left on to the next", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const serial = stage.serial();
  const first = core.link(serial, queue, queueSerial);
  const second = core.link(stage.serial(), queue, queueSerial);
  core.notifyOneOf(queue, queueSerial);
  core.cancelRow(first, serial);
  stage.run();
  expect(stage.rows()).toEqual([second]);
});

test("notifyOneOf() keeps no turn for those who come after its dispatch", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const first = core.link(stage.serial(), queue, queueSerial);
  for (let i = 0; i < 3; i++) core.notifyOneOf(queue, queueSerial);
  stage.run();
  const second = core.link(stage.serial(), queue, queueSerial);
  core.link(stage.serial(), queue, queueSerial);
  core.notifyOneOf(queue, queueSerial);
  stage.run();
  expect(stage.rows()).toEqual([first, second]);
});

test("waitFirst() stands before those who wait already", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const link = core.link(stage.serial(), queue, queueSerial);
  const task = stage.spawn();
  stage.onResume = () => {
    core.waitFirst(task, queue, queueSerial, -1);
    return Outcome.Parked;
  };
  stage.run();
  stage.onResume = () => Outcome.Done;
  core.notifyQueue(queue, queueSerial);
  stage.run();
  expect(stage.rows()).toEqual([task, task, link]);
});

test("resumeNow() runs the task before it returns, once", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  let ticket = 0;
  stage.onResume = () => {
    if (ticket !== 0) return Outcome.Done;
    ticket = core.park(task, -1);
    return Outcome.Parked;
  };
  stage.run();
  const answers: number[] = [];
  stage.onCallback = () => {
    answers.push(core.resumeNow(task, ticket), stage.calls.length, core.resumeNow(task, ticket));
  };
  const callback = core.callSoon(stage.serial());
  stage.run();
  expect(answers).toEqual([1, 3, 0]);
  expect(stage.rows()).toEqual([task, callback, task]);
  expect(stage.counts).toEqual(NOTHING);
});

test("waitOn() that times out frees a queue that is not pinned when it was the last to wait", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, false);
  const task = stage.spawn();
  stage.onResume = (_row, reason) => {
    if (reason === Reason.Wake) expect(core.waitOn(task, queue, queueSerial, 1, true)).toBe(Status.Ok);
    else expect(core.waitOn(task, queue, queueSerial, 1, true)).toBe(Status.Gone);
    return reason === Reason.Wake ? Outcome.Parked : Outcome.Done;
  };
  stage.run();
  stage.nowMs = 1;
  stage.run();
  expect(stage.reasons()).toEqual([Reason.Wake, Reason.TimedOut]);
  expect(stage.counts).toEqual(NOTHING);
});

test("cancelRow() of the last link frees a queue that is not pinned", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, false);
  const serial = stage.serial();
  core.cancelRow(core.link(serial, queue, queueSerial), serial);
  expect(stage.counts).toEqual(NOTHING);
});

test("unpinQueue() frees the queue when the last waiter has left, not before", () => {
  const stage = new Stage();
  const { core } = stage;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  const link = core.link(stage.serial(), queue, queueSerial);
  core.unpinQueue(queue, queueSerial);
  expect(stage.counts.rows).toBe(2);
  core.notifyQueue(queue, queueSerial);
  stage.run();
  expect(stage.rows()).toEqual([link]);
  expect(stage.counts).toEqual(NOTHING);
});

/** A task that has ended, with no waiters; an interrupt that came too late still names its row. */
function ended(stage: Stage): { task: number; serial: number } {
  const { core } = stage;
  const serial = stage.serial();
  const task = core.spawnTask(serial);
  stage.onResume = () => {
    core.interrupt(task, serial);
    return Outcome.Done;
  };
  core.run(1e9, 1);
  expect(stage.counts.rows).toBe(1);
  stage.onResume = () => Outcome.Done;
  return { task, serial };
}

test("link() to a task that ended answers 0 when no dispatch is to come", () => {
  const stage = new Stage();
  const { task, serial } = ended(stage);
  expect(stage.core.link(stage.serial(), task, serial)).toBe(0);
  stage.run();
  expect(stage.counts).toEqual(NOTHING);
});

test("waitOn() for a task that ended answers Gone while its row is still named", () => {
  const stage = new Stage();
  const { task, serial } = ended(stage);
  const waiter = stage.spawn();
  let answer = -1;
  stage.onResume = () => {
    answer = stage.core.waitOn(waiter, task, serial, -1, true);
    return Outcome.Done;
  };
  stage.run();
  expect(answer).toBe(Status.Gone);
  expect(stage.counts).toEqual(NOTHING);
});

test("resumeNow() refuses the ticket of an earlier park", () => {
  const stage = new Stage();
  const { core } = stage;
  const task = stage.spawn();
  const tickets: number[] = [];
  stage.onResume = () => {
    tickets.push(core.park(task, -1));
    return Outcome.Parked;
  };
  stage.run();
  core.wake(task, tickets[0]!);
  stage.run();
  stage.onCallback = () => expect(core.resumeNow(task, tickets[0]!)).toBe(0);
  core.callSoon(stage.serial());
  stage.run();
  expect(tickets.length).toBe(2);
});

test("notifyOne() serves nobody twice who comes back while the line is being served", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const queue = core.createQueue(serial, 1);
  let runs = 0;
  stage.onResume = (row) => {
    runs++;
    core.waitOn(row, queue, serial, -1, 1);
    return Outcome.Parked;
  };
  stage.spawn();
  stage.run();
  for (let i = 0; i < 5; i++) core.notifyOneOf(queue, serial);
  stage.run();
  expect(runs).toBe(2);
  expect(core.waitersOf(queue, serial)).toBe(1);
});

test("notifyOne() serves as many as it was called for, of those who stand there", () => {
  const stage = new Stage();
  const { core } = stage;
  const serial = stage.serial();
  const queue = core.createQueue(serial, 1);
  const seen = new Set<number>();
  stage.onResume = (row) => {
    if (seen.has(row)) return Outcome.Done;
    seen.add(row);
    core.waitOn(row, queue, serial, -1, 1);
    return Outcome.Parked;
  };
  const tasks = [stage.spawn(), stage.spawn(), stage.spawn()];
  stage.run();
  stage.rows();
  core.notifyOneOf(queue, serial);
  core.notifyOneOf(queue, serial);
  stage.run();
  expect(stage.rows()).toEqual(tasks.slice(0, 2));
  expect(core.waitersOf(queue, serial)).toBe(1);
});

test("interrupt() takes a waiter out of the middle of a line of 500 000 without walking along it", () => {
  const COUNT = 500_000;
  const stage = new Stage();
  const { core } = stage;
  stage.isLogging = false;
  let left = 0;
  const queueSerial = stage.serial();
  const queue = core.createQueue(queueSerial, true);
  stage.onResume = (row, reason) => {
    if (reason === Reason.Wake) {
      core.waitOn(row, queue, queueSerial, -1, true);
      return Outcome.Parked;
    }
    left++;
    return Outcome.Done;
  };
  const tasks = Array.from({ length: COUNT }, () => {
    const serial = stage.serial();
    return { row: core.spawnTask(serial), serial };
  });
  stage.run();
  // From the middle outwards: who walked from either end would pass a quarter of the line each time.
  const middle = COUNT / 2;
  for (let i = 0; i < middle; i++) {
    for (const { row, serial } of [tasks[middle + i]!, tasks[middle - 1 - i]!]) core.interrupt(row, serial);
    if (i % 1000 === 0) stage.run();
  }
  stage.run();
  expect(left).toBe(COUNT);
  // A fraction of a second; to walk would take minutes.
}, 20_000);
