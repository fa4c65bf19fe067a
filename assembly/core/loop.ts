// Long because only this file resumes anybody, and all who park or wake a task stand beside that. Owns
// the turn: takes entries from the run queue, resumes tasks, serves waiters, fires deadlines, and
// tells the host when to come back.
//
// Order within a turn, until nothing is ready, the budget is spent or the host asks to stop:
//   1. the run queue, first in first out, including what is queued meanwhile;
//   2. if it is empty and somebody waits for idleness, those;
//   3. the deadlines that are due, if one is before the turn's end; they resume their tasks directly.
//
// A trap in a guest unwinds this module's frames too. So no step keeps in a local what the next
// one needs: `current`, `dispatching` and `firing` say where a turn was cut, and the next one
// picks up there. tests/guest/life.test.ts cuts turns at random points.

import { Entry, Flag, Kind, Observed, Outcome, Reason, State, Status, Turn } from "./abi";
import * as host from "./host";
import { tell } from "./observe";
import { allocateRow, freeRow, isCurrent, Row } from "./row";
import { entryOp, entryRow, isEmpty, place, pop, push, readyCount, reserveInterrupt } from "./run-queue";
import { arm, cancel, earliest, firstRow, isDueBefore, mark, timerCount } from "./timers";
import {
  beginDispatch,
  dispatching,
  endDispatch,
  enqueue,
  enqueueFirst,
  isDispatching,
  isLineOfMeeting,
  joinDispatch,
  leave,
  lengthOf,
  nextWaiter,
  notify,
  notifyOne,
  queueDispatch,
} from "./wait-queue";

/** Entries, or deadlines, between two looks at the clock. */
const ENTRIES_PER_LOOK: i32 = 50;

/** The task that is running, or null. */
export let current: Row | null = null;
/** The row that is being delivered: a Timer whose task is interrupted, a Link whose callback runs. */
let firing: Row | null = null;
/** The host asked to end the turn. */
let isStopping: bool = false;
/** The turn's time, or its entries, are used up: what is left to do is to look at the deadlines. */
let isSpent: bool = false;
let turnEnd: f64 = 0;
let entriesLeft: i32 = 0;
let untilLook: i32 = 0;
/**
 * Entries to take before the deadlines are looked at, after stop() has cut a turn; -1: all. Without
 * it, who stops every turn would keep the deadlines from ever being served (core-turn.test.ts).
 */
let owed: i32 = -1;
let idleQueue: Row | null = null;
let meetingGiver: usize = 0;
/** The meeting whose taker runs: its rows stay meanwhile, for it may come back at once. */
let meeting: Row | null = null;
let meetingSerial: u32 = 0;
export let switchCount: u32 = 0;

/**
 * The point `delayMs` from here. A negative delay is 0: a deadline before those that are overdue would
 * be served before them in every turn and starve them. So is NaN, which has no place in an order.
 */
// @ts-ignore: decorator
@inline
function deadlineIn(delayMs: f64): f64 {
  return host.now() + (delayMs > 0 ? delayMs : 0);
}

/** Ends the turn after the present step: code outside the hub is to run next. */
export function stop(): void {
  isStopping = true;
}

// ---- tasks

function newTask(kind: Kind, serial: u32): Row | null {
  const task = allocateRow(kind, serial);
  if (task == null) return null;
  const parent = current;
  if (parent != null) {
    task.parent = changetype<usize>(parent);
    task.parentSerial = parent.serial;
  }
  return task;
}

/** A host task that has not started, or 0 when memory is exhausted. @grows */
export function createTask(serial: u32): usize {
  return changetype<usize>(newTask(Kind.HostTask, serial));
}

/** A host task at the back of the run queue, or 0 when memory is exhausted. @grows */
export function spawnTask(serial: u32): usize {
  const task = newTask(Kind.HostTask, serial);
  if (task == null) return 0;
  task.state = State.Starting;
  push(task, Entry.Resume);
  return changetype<usize>(task);
}

/**
 * A guest task that has not started. `entry`: place of the guest's trampoline in the core's
 * table; `body`: what the trampoline is called with. 0 when memory is exhausted. @grows
 */
export function createGuestTask(entry: u32, body: usize): usize {
  const task = newTask(Kind.GuestTask, 0);
  if (task == null) return 0;
  task.entry = entry;
  task.body = body;
  return changetype<usize>(task);
}

/** Says whose a host task's frames are: a guest runs an export for it, and keeps its record at `body`. */
export function adoptTask(task: Row, entry: u32, body: usize): void {
  task.entry = entry;
  task.body = body;
}

/** The record that a guest keeps of a task; 0: the task is not that guest's. */
export function bodyOf(task: Row, entry: u32): usize {
  return task.entry == entry ? task.body : 0;
}

/** Queues the first run of a task; after `delayMs` if that is 0 or more. Starting twice does nothing. @grows */
export function start(task: Row, delayMs: f64): Status {
  if (task.state != State.New) return Status.Ok;
  if (delayMs >= 0) {
    if (!arm(task, deadlineIn(delayMs), true)) return Status.Exhausted;
  } else {
    push(task, Entry.Resume);
  }
  task.state = State.Starting;
  return Status.Ok;
}

// @ts-ignore: decorator
@inline
function resume(task: Row, reason: Reason, cause: usize): void {
  task.state = State.Running;
  current = task;
  switchCount++;
  tell(Observed.Entered, task, reason);
  const row = changetype<usize>(task);
  const outcome =
    task.kind == Kind.HostTask
      ? host.resume(row, reason, cause)
      : call_indirect<i32>(task.entry, task.body, reason, cause);
  current = null;
  tell(Observed.Left, task, outcome);
  if (outcome == Outcome.Ready) {
    task.state = State.Ready;
    place(task, Entry.Resume);
  } else if (outcome == Outcome.Done) {
    end(task);
  }
}

/** Ends a task: its waiters are served by a dispatch at the back of the run queue. */
export function end(task: Row): void {
  // A guest can trap between its park and the return to this module: it is still waited for.
  if (task.state == State.Parked) release(task);
  task.state = State.Dead;
  if (task.tail != null) notify(task);
  else settle(task);
}

/** Frees a row that nothing needs any more; the two lines of a meeting together. */
export function settle(row: Row): void {
  if (isNeeded(row)) return;
  if (isLineOfMeeting(row)) {
    const other = changetype<Row>(row.parent);
    if (isNeeded(other)) return;
    freeRow(other);
  }
  freeRow(row);
}

// @ts-ignore: decorator
@inline
function isNeeded(row: Row): bool {
  if (row.entries != 0 || row.head != null || dispatching == row || meeting == row) return true;
  return row.state != State.Dead && (row.kind != Kind.Queue || (row.flags & Flag.Pinned) != 0);
}

/** Takes a parked or ready task out of whatever would resume it. */
function release(task: Row): void {
  if (task.state == State.Ready) {
    task.stale++;
    return;
  }
  const queue = task.queue;
  leave(task);
  cancel(task);
  if (queue != null) settle(queue);
}

// ---- parking: what the running task calls before it answers Outcome.Parked

// @ts-ignore: decorator
@inline
function markParked(task: Row): void {
  task.state = State.Parked;
  // At every park, also one that hands out no ticket: a completion that comes after its task was
  // interrupted must not wake whatever that task waits for next (core-order.test.ts).
  task.ticket = task.ticket + 1 || 1;
  tell(Observed.Parked, task, 0);
}

/** Waits for the host: wake() with the ticket answered resumes it. 0: memory exhausted. @grows */
export function park(task: Row, timeoutMs: f64): u32 {
  if (timeoutMs >= 0 && !arm(task, deadlineIn(timeoutMs), true)) return 0;
  markParked(task);
  return task.ticket;
}

/** Waits for time to pass. @grows */
export function sleep(task: Row, delayMs: f64, isRef: bool): Status {
  if (!arm(task, deadlineIn(delayMs), isRef)) return Status.Exhausted;
  markParked(task);
  return Status.Ok;
}

/**
 * Waits in the queue's line, at its end. `timeoutMs` below 0: no limit.
 * Gone: the queue's row was reused, or is a task that ended. @grows
 */
export function waitOn(task: Row, queue: Row, serial: u32, timeoutMs: f64, isRef: bool): Status {
  const status = beginWait(task, queue, serial, timeoutMs, isRef);
  if (status == Status.Ok) stand(queue, task);
  return status;
}

/** As waitOn, at the head of the line: for one who was served and found that another was faster. @grows */
export function waitFirst(task: Row, queue: Row, serial: u32, timeoutMs: f64): Status {
  const status = beginWait(task, queue, serial, timeoutMs, true);
  if (status == Status.Ok) {
    enqueueFirst(queue, task);
    meetSoon(queue);
  }
  return status;
}

// @ts-ignore: decorator
@inline
function beginWait(task: Row, queue: Row, serial: u32, timeoutMs: f64, isRef: bool): Status {
  if (!isCurrent(queue, serial) || queue.state == State.Dead) return Status.Gone;
  if (timeoutMs >= 0 && !arm(task, deadlineIn(timeoutMs), isRef)) return Status.Exhausted;
  markParked(task);
  return Status.Ok;
}

/** As waitOn, for one who needs to wait only until those served at this moment have run. */
export function waitForDispatch(task: Row, queue: Row, serial: u32): Status {
  if (!isCurrent(queue, serial) || !isDispatching(queue)) return Status.Gone;
  markParked(task);
  enqueue(queue, task);
  joinDispatch(queue);
  return Status.Ok;
}

// ---- waking

/** Makes a task that the host parked ready. False: the ticket is late. */
export function wake(task: Row, ticket: u32): bool {
  if (task.ticket != ticket || task.state != State.Parked) return false;
  release(task);
  task.state = State.Ready;
  push(task, Entry.Resume);
  return true;
}

/**
 * Makes the first waiter of a queue ready, as if a dispatch had come to it, and answers its row.
 * 0: nobody waits there.
 */
export function wakeFirst(queue: Row, serial: u32): usize {
  if (!isCurrent(queue, serial)) return 0;
  const waiter = queue.head;
  if (waiter == null) return 0;
  leave(waiter);
  settle(queue);
  makeReady(waiter);
  return changetype<usize>(waiter);
}

/** Gives a waiter that has left its line a place in the run queue. */
function makeReady(waiter: Row): void {
  if (waiter.kind == Kind.Link) {
    push(waiter, Entry.Callback);
    return;
  }
  cancel(waiter);
  waiter.state = State.Ready;
  push(waiter, Entry.Resume);
}

/** As wake, for a callback of the hub: the task runs at once, inside the callback. @switches */
export function resumeNow(task: Row, ticket: u32): bool {
  if (task.ticket != ticket || task.state != State.Parked) return false;
  release(task);
  resume(task, Reason.Wake, 0);
  return true;
}

/** A guest names tasks by numbers, and a number may be another thing's handle (core-entries.test.ts). */
// @ts-ignore: decorator
@inline
function isTask(row: Row | null): bool {
  return row != null && (row.kind == Kind.HostTask || row.kind == Kind.GuestTask);
}

/** Queues an interruption: the task gets Reason.Interrupt once those ready before it have run. @grows */
export function interrupt(task: Row, serial: u32): Status {
  if (!isTask(task) || !isCurrent(task, serial) || task.state == State.Dead) return Status.Gone;
  if (task.state <= State.Starting) {
    cancel(task);
    if (task.kind == Kind.GuestTask) call_indirect<i32>(task.entry, task.body, Reason.Discard, 0);
    end(task);
    return Status.Discarded;
  }
  // The two places left in the row's count are for a resume and a dispatch, which cannot be refused.
  if (task.entries >= u16.MAX_VALUE - 2 || !reserveInterrupt()) return Status.Exhausted;
  push(task, Entry.Interrupt);
  return Status.Ok;
}

// ---- queues and links

/** A wait queue of its own, freed when its last waiter has left. 0: memory exhausted. @grows */
export function createQueue(serial: u32, isPinned: bool): usize {
  const queue = allocateRow(Kind.Queue, serial);
  if (queue == null) return 0;
  if (isPinned) queue.flags = <u8>Flag.Pinned;
  return changetype<usize>(queue);
}

/**
 * Two lines whose waiters meet in pairs: the row of those who take. 0: memory exhausted.
 *
 * A dispatch of that row takes the first of either line. The one who gives is made ready, the one
 * who takes is resumed at once with the giver's row as cause: what passes between them is theirs. @grows
 */
export function createMeeting(takersSerial: u32, giversSerial: u32): usize {
  const takers = allocateRow(Kind.Queue, takersSerial);
  if (takers == null) return 0;
  const givers = allocateRow(Kind.Queue, giversSerial);
  if (givers == null) {
    freeRow(takers);
    return 0;
  }
  takers.flags = <u8>Flag.Takers;
  givers.flags = <u8>Flag.Givers;
  takers.parent = changetype<usize>(givers);
  givers.parent = changetype<usize>(takers);
  return changetype<usize>(takers);
}

/** The other line of a meeting; 0: the row is no line of one. */
export function otherLine(line: Row, serial: u32): usize {
  return isCurrent(line, serial) && isLineOfMeeting(line) ? line.parent : 0;
}

/** How many wait in a queue's line; 0 for the line of a task, whose number nobody counts. */
export function waitersOf(queue: Row, serial: u32): u32 {
  return isCurrent(queue, serial) && queue.kind == Kind.Queue ? lengthOf(queue) : 0;
}

/** The row that gives to the task which a meeting has just resumed: valid until that one's next call. */
export function giver(): usize {
  return meetingGiver;
}

/** A waiter takes its place at the end of a line. */
// @ts-ignore: decorator
@inline
function stand(queue: Row, waiter: Row): void {
  enqueue(queue, waiter);
  meetSoon(queue);
}

/** If somebody stands in either line of a meeting, its dispatch is queued. */
// @ts-ignore: decorator
@inline
function meetSoon(line: Row): void {
  if (!isLineOfMeeting(line)) return;
  const takers = line.flags & Flag.Takers ? line : changetype<Row>(line.parent);
  if (takers.head != null && changetype<Row>(takers.parent).head != null) queueDispatch(takers);
}

/** Frees a pinned queue as soon as nobody waits in it. */
export function unpinQueue(queue: Row, serial: u32): void {
  if (!isCurrent(queue, serial)) return;
  queue.flags &= ~(<u8>Flag.Pinned);
  settle(queue);
}

export function notifyQueue(queue: Row, serial: u32): void {
  if (isCurrent(queue, serial)) notify(queue);
}

export function notifyOneOf(queue: Row, serial: u32): void {
  if (isCurrent(queue, serial)) notifyOne(queue);
}

/**
 * A host callback at the end of a queue's line; 0: memory exhausted, or the queue is gone.
 * A task that ended takes links until its waiters are served. @grows
 */
export function link(serial: u32, queue: Row, queueSerial: u32): usize {
  if (!isCurrent(queue, queueSerial)) return 0;
  if (queue.state == State.Dead && dispatching != queue && !(queue.flags & Flag.DispatchQueued)) return 0;
  const row = allocateRow(Kind.Link, serial);
  if (row == null) return 0;
  stand(queue, row);
  return changetype<usize>(row);
}

/** A host callback at the back of the run queue; 0: memory exhausted. @grows */
export function callSoon(serial: u32): usize {
  const row = allocateRow(Kind.Link, serial);
  if (row == null) return 0;
  push(row, Entry.Callback);
  return changetype<usize>(row);
}

/** A host callback after `delayMs`; 0: memory exhausted. @grows */
export function callLater(serial: u32, delayMs: f64, isRef: bool): usize {
  const row = allocateRow(Kind.Link, serial);
  if (row == null) return 0;
  if (!arm(row, deadlineIn(delayMs), isRef)) {
    freeRow(row);
    return 0;
  }
  return changetype<usize>(row);
}

/** A deadline that interrupts `task` with Reason.Timeout; 0: memory exhausted. @grows */
export function armTimeout(serial: u32, task: Row, delayMs: f64): usize {
  const row = allocateRow(Kind.Timer, serial);
  if (row == null) return 0;
  if (!arm(row, deadlineIn(delayMs), true)) {
    freeRow(row);
    return 0;
  }
  row.parent = changetype<usize>(task);
  row.parentSerial = task.serial;
  return changetype<usize>(row);
}

/** Takes back a link, a callback or a deadline that has not been called. */
export function cancelRow(row: Row, serial: u32): void {
  if (!isCurrent(row, serial) || row == firing) return;
  const queue = row.queue;
  leave(row);
  cancel(row);
  row.state = State.Dead;
  settle(row);
  if (queue != null) settle(queue);
}

/** The queue whose waiters are served when the run queue is empty. */
export function idleRow(): usize {
  if (idleQueue == null) idleQueue = changetype<Row>(createQueue(0, true));
  return changetype<usize>(idleQueue);
}

// ---- the turn

function callLink(link: Row, reason: Reason): void {
  // Out of every list before it is called, and out of cancelRow's reach while it is: a callback that
  // cancels itself must not free the row a second time (core-order.test.ts).
  firing = link;
  host.callback(changetype<usize>(link), reason);
  firing = null;
  freeRow(link);
}

/** Lets one pair meet; the next one has a dispatch of its own, behind the giver of this one. */
function serveMeeting(takers: Row): void {
  takers.flags &= ~(<u8>Flag.DispatchQueued);
  const taker = takers.head;
  const giver = changetype<Row>(takers.parent).head;
  if (taker == null || giver == null) {
    settle(takers);
    return;
  }
  leave(taker);
  leave(giver);
  makeReady(giver);
  meetSoon(takers);
  meetingGiver = changetype<usize>(giver);
  meeting = takers;
  meetingSerial = takers.serial;
  if (taker.kind == Kind.Link) {
    callLink(taker, Reason.Wake);
  } else {
    cancel(taker);
    resume(taker, Reason.Wake, meetingGiver);
  }
  endMeeting();
}

/** The taker has run, or was cut. Its meeting can be gone by then, and its row another's. */
function endMeeting(): void {
  const met = meeting;
  meeting = null;
  if (isCurrent(met, meetingSerial)) settle(met!);
}

function serveWaiters(queue: Row): void {
  const all = queue.state == State.Dead;
  for (;;) {
    if (isStopping || isSpent) return;
    const waiter = nextWaiter(queue, all);
    if (waiter == null) break;
    spend();
    if (waiter.kind == Kind.Link) {
      callLink(waiter, Reason.Wake);
    } else {
      cancel(waiter);
      resume(waiter, Reason.Wake, 0);
    }
  }
  endDispatch();
  settle(queue);
}

// @ts-ignore: decorator
@inline
function step(entry: usize): void {
  const row = entryRow(entry);
  switch (entryOp(entry)) {
    case Entry.Resume: {
      if (row.stale != 0) row.stale--;
      else if (row.state == State.Ready || row.state == State.Starting) {
        resume(row, Reason.Wake, 0);
        return;
      }
      break;
    }
    case Entry.Interrupt: {
      if (row.state == State.Parked || row.state == State.Ready) {
        release(row);
        resume(row, Reason.Interrupt, 0);
        return;
      }
      break;
    }
    case Entry.Dispatch: {
      if (row.flags & Flag.Takers) {
        serveMeeting(row);
        return;
      }
      beginDispatch(row);
      serveWaiters(row);
      return;
    }
    case Entry.Callback: {
      if (row.state != State.Dead) {
        callLink(row, Reason.Wake);
        return;
      }
      break;
    }
  }
  settle(row);
}

function fire(row: Row): void {
  cancel(row);
  if (row.kind == Kind.Link) {
    callLink(row, Reason.TimedOut);
  } else if (row.kind == Kind.Timer) {
    const task = changetype<Row>(row.parent);
    firing = row;
    if (isCurrent(task, row.parentSerial) && (task.state == State.Parked || task.state == State.Ready)) {
      release(task);
      resume(task, Reason.Timeout, changetype<usize>(row));
    }
    firing = null;
    freeRow(row);
  } else if (row.state == State.Starting) {
    resume(row, Reason.Wake, 0);
  } else {
    const queue = row.queue;
    leave(row);
    if (queue != null) settle(queue);
    resume(row, Reason.TimedOut, 0);
  }
}

/** The task that was running when a trap cut the turn, or 0. The host ends it with end(). */
export function abandonedTask(): usize {
  const task = changetype<usize>(current);
  current = null;
  return task;
}

/** Looks at the clock now and then: whether the turn's time is used up. */
// @ts-ignore: decorator
@inline
function isTimeUp(): bool {
  if (--untilLook > 0) return false;
  untilLook = ENTRIES_PER_LOOK;
  if (host.now() < turnEnd) return false;
  isSpent = true;
  return true;
}

/** Counts an entry taken, or a waiter served. */
// @ts-ignore: decorator
@inline
function spend(): void {
  if (--entriesLeft <= 0) isSpent = true;
  isTimeUp();
}

/** Serves the deadlines that are due and were set before this moment. False: it was cut. */
function serveDeadlines(): bool {
  const now = host.now();
  const newest = mark();
  while (isDueBefore(now, newest)) {
    fire(firstRow());
    if (isStopping || isTimeUp()) return false;
  }
  return true;
}

/**
 * Runs one turn: until nothing is ready, `turnMs` have passed, `maxEntries` steps were taken, or
 * stop() was called. Answers the earliest deadline in ms, or a Turn. @calls-user @switches
 */
export function run(turnMs: f64, maxEntries: i32): f64 {
  isStopping = false;
  isSpent = maxEntries <= 0;
  turnEnd = host.now() + turnMs;
  entriesLeft = maxEntries;
  untilLook = ENTRIES_PER_LOOK;
  if (firing != null) {
    freeRow(firing!);
    firing = null;
  }
  if (meeting != null) endMeeting();
  if (dispatching != null) serveWaiters(dispatching!);
  while (true) {
    while (!isStopping && !isSpent && owed != 0 && !isEmpty()) {
      if (owed > 0) owed--;
      step(pop());
      spend();
    }
    if (isStopping) {
      if (owed < 0) owed = readyCount();
      return Turn.Again;
    }
    if (owed < 0 && isEmpty() && !isSpent && idleQueue != null && idleQueue!.head != null) {
      notify(idleQueue!);
      continue;
    }
    owed = -1;
    // A deadline after the turn's end is the next one's: the clock, which costs more than a switch, is not asked.
    if (timerCount() != 0 && (isSpent || earliest() <= turnEnd) && !serveDeadlines()) {
      if (isStopping) owed = 0;
      return Turn.Again;
    }
    // One whom a deadline resumed may wait for idleness, and this is it (core-order.test.ts).
    const isIdleWaited = idleQueue != null && idleQueue!.head != null;
    if (dispatching == null && isEmpty() && !isIdleWaited) return timerCount() != 0 ? earliest() : Turn.Idle;
    if (isSpent) return Turn.Again;
  }
}
