// Owns the guest's record of a greenlet from its first step to its end: the core's row, the parked
// stack, what is to run when it ends, and how it ended. It must not block, nor know how a switch is
// made: switch.ts calls it, not the other way round.
//
// A task that has a row is alive, and is kept from the collector by the chain of live tasks until it
// ends. A chain of ordinary references, not pins: the collector walks pinned objects in one step and
// twice in each cycle, a chain one task at a time.
//
//   New --start--> alive --body returns, kill, trap--> onExit handlers --> ended (fate is not None)

import { Reason, Status as CoreStatus } from "../core/abi";
import { Fate, Status } from "./abi";
import * as core from "./imports";
import { AnyItem } from "./item";
import { discard, free, Stack } from "./stack";

/** The task that is running, or 0. An address, because the trampoline may hold no managed reference. */
export let current: usize = 0;

export function setCurrent(task: usize): void {
  current = task;
}

/** A call to make when the greenlet ends. */
export abstract class Exit {
  /** The one registered before this one. */
  below: Exit | null = null;
  abstract run(): void;
}

/** Something that is told when a greenlet has ended, whichever way. It may not block. */
export abstract class Owner {
  abstract left(task: Task): void;
}

/** One of those who are told of a greenlet's end. */
class Ownership {
  constructor(
    readonly owner: Owner,
    public below: Ownership | null,
  ) {}
}

/** A deadline of a greenlet: what a Timer row of the core stands for. */
export class Deadline {
  row: usize = 0;
  serial: u32 = 0;
  hasFired: bool = false;
  below: Deadline | null = null;
}

/** What most greenlets never need; apart, so that the others stay small and quick to collect. */
export class Extra {
  /** Calls to make at the end, the last registered first. */
  exits: Exit | null = null;
  deadlines: Deadline | null = null;
  owners: Ownership | null = null;
  label: string | null = null;
  /** What it gives in a meeting, while it stands there. */
  offer: AnyItem | null = null;

  disarm(deadline: Deadline): void {
    let above: Deadline | null = null;
    for (let it: Deadline | null = this.deadlines; it != null; it = it!.below) {
      if (it == deadline) {
        if (above == null) this.deadlines = it.below;
        else above.below = it.below;
        it.below = null;
        return;
      }
      above = it;
    }
  }
}

export class Task {
  // The words of Stack, in its order: changetype<Stack>(task) is how switch.ts sees a task.
  entry: u32 = 0;
  protected block: usize = 0;
  protected capacity: u32 = 0;
  protected frames: u32 = 0;
  protected roots: u32 = 0;

  row: usize = 0;
  serial: u32 = 0;
  fate: i32 = Fate.None;
  hasEnded: bool = false;
  /** Its frames are elsewhere: a handle to a greenlet of the host or of another guest. */
  isRemote: bool = false;
  /** Its row was given by the host, which runs an export for it. */
  isAdopted: bool = false;
  catchesKill: bool = false;
  /** It waits for a call of the host, which is to be told if it does so no longer. */
  isInHostCall: bool = false;
  extra: Extra | null = null;
  /** The next live task. */
  next: Task | null = null;
  /** The live task before this one. The chain of `next` keeps it; this is only to leave the chain. */
  protected previous: usize = 0;
  /** The result, whatever its type; Greenlet knows which. */
  protected result: u64 = 0;

  enlist(row: usize): void {
    this.row = row;
    this.serial = core.serialOf(row);
    const first = firstLive;
    this.next = first;
    if (first != null) first.previous = changetype<usize>(this);
    firstLive = this;
  }

  /** Table index of the function it was made to run: what listings name it after. */
  functionIndex(): u32 {
    return this.entry;
  }

  /** Ends: everything but the object and its result is given back. */
  end(): void {
    this.hasEnded = true;
    if (this.fate == Fate.None) this.fate = Fate.Returned;
    free(changetype<Stack>(this));
    const extra = this.extra;
    if (extra != null) {
      for (let it = extra.deadlines; it != null; it = it!.below) core.cancelRow(it.row, it.serial);
      for (let it = extra.owners; it != null; it = it!.below) it.owner.left(this);
      extra.exits = null;
      extra.deadlines = null;
      extra.owners = null;
      extra.offer = null;
    }
    if (this.row == 0) return;
    const next = this.next;
    const previous = changetype<Task | null>(this.previous);
    if (next != null) next.previous = this.previous;
    if (previous != null) previous.next = next;
    else firstLive = next;
    this.next = null;
    this.previous = 0;
  }

  /** The frames are given up; what is left to do is to call the onExit handlers. */
  abandon(fate: Fate): void {
    if (this.isInHostCall) {
      this.isInHostCall = false;
      core.dropCall(this.row);
    }
    discard(changetype<Stack>(this));
    if (this.fate == Fate.None) this.fate = fate;
    this.entry = exitsEntry();
  }

  more(): Extra {
    let extra = this.extra;
    if (extra == null) {
      extra = new Extra();
      this.extra = extra;
    }
    return extra;
  }

  // A custom visitor replaces the generated one, so it names every reference of this class. asc
  // takes it only from library source: the module must be imported as "wevent/assembly".
  @unsafe protected __visit(cookie: u32): void {
    __visit(changetype<usize>(this.extra), cookie);
    __visit(changetype<usize>(this.next), cookie);
    let root = this.block + this.frames;
    const end = root + this.roots;
    for (; root < end; root += sizeof<usize>()) __visit(load<usize>(root), cookie);
  }
}

let firstLive: Task | null = null;

/** Has an owner told of the end of a task; at once if it has ended. */
export function addOwner(task: Task, owner: Owner): void {
  if (task.hasEnded) {
    owner.left(task);
    return;
  }
  const extra = task.more();
  extra.owners = new Ownership(owner, extra.owners);
}

/** Takes back one addOwner(). */
export function removeOwner(task: Task, owner: Owner): void {
  const extra = task.more();
  let above: Ownership | null = null;
  for (let it = extra.owners; it != null; it = it!.below) {
    if (it.owner == owner) {
      if (above == null) extra.owners = it.below;
      else above.below = it.below;
      return;
    }
    above = it;
  }
}

/** Body of a task that has nothing left but its handlers: the last registered first. They may block. */
function runExits(): void {
  for (;;) {
    const extra = changetype<Task>(current).extra;
    if (extra == null) return;
    const exit = extra.exits;
    if (exit == null) return;
    // Taken before it is called: a handler that traps or is killed is not called again.
    extra.exits = exit.below;
    exit.run();
  }
}

/** Table index of runExits. Asked for, not kept: a global that names a function makes asc compile in circles. */
function exitsEntry(): u32 {
  const body: () => void = runExits;
  return body.index;
}

// ---- what the trampoline reports

/** The body returned. True: `entry` is to be called, there are handlers. False: the task has ended. */
export function finish(body: usize): bool {
  const task = changetype<Task>(body);
  const extra = task.extra;
  if (extra == null || extra.exits == null) {
    task.end();
    return false;
  }
  if (task.fate == Fate.None) task.fate = Fate.Returned;
  task.entry = exitsEntry();
  return true;
}

/** It is resumed for a reason of its own; answers what the blocking call comes to. */
export function deliver(body: usize, reason: i32, cause: usize): Status {
  const task = changetype<Task>(body);
  if (reason == Reason.Timeout) {
    const extra = task.more();
    for (let it = extra.deadlines; it != null; it = it!.below) {
      if (it.row == cause && it.serial == core.serialOf(cause)) {
        it.hasFired = true;
        extra.disarm(it);
        break;
      }
    }
    return Status.Expired;
  }
  if (task.catchesKill) return Status.Killed;
  task.abandon(Fate.Killed);
  return Status.Ok;
}

/** It was killed before its first run. */
export function drop(body: usize): void {
  const task = changetype<Task>(body);
  task.fate = Fate.Killed;
  task.end();
}

/**
 * It cannot go on: a trap, or more stack than the limit. It is made ready once more, to call its handlers
 * and end; whatever it waited for is cancelled by that. False: what failed is its very end, in a heap that
 * somebody has overwritten, and trying again would not end.
 */
export function fail(body: usize, fate: Fate): bool {
  const task = changetype<Task>(body);
  if (task.hasEnded) return false;
  task.abandon(fate);
  core.wake(task.row, core.park(task.row, -1));
  return true;
}

/** Makes a row for a task and puts it in the chain of the living. False: the core's memory is exhausted. */
export function enroll(task: Task): bool {
  const row = core.createGuestTask(core.entry, changetype<usize>(task));
  if (row == 0) {
    task.fate = Fate.Exhausted;
    task.hasEnded = true;
    return false;
  }
  task.enlist(row);
  return true;
}

/** Queues the first run of a task, after `delayMs` if that is 0 or more. */
export function launch(task: Task, delayMs: f64): Status {
  if (task.hasEnded || task.isRemote) return Status.Gone;
  if (task.row == 0 && !enroll(task)) return Status.Exhausted;
  if (core.start(task.row, delayMs) != CoreStatus.Ok) return Status.Exhausted;
  return Status.Ok;
}
