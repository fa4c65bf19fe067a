// Owns every number that crosses the border between core.wasm, guests and the host.
// Both compilers read this file: asc for the wasm side, tsc for the host (const enums, so
// nothing is left of them at run time). It must not import anything.

/** What a row of the table is. */
export const enum Kind {
  /** On the free list. */
  Free = 0,
  /** A greenlet (or an outside waiter) whose frames live in the host. */
  HostTask = 1,
  /** A greenlet whose frames live in a guest's memory. */
  GuestTask = 2,
  /** A host callback standing in a wait queue, or in the run queue. */
  Link = 3,
  /** A deadline that interrupts a task: the row behind a Timeout. */
  Timer = 4,
  /** A wait queue that belongs to no task: the row behind an Event. */
  Queue = 5,
}

/** Where a row is in its life. */
export const enum State {
  Free = 0,
  /** Made, not started: nothing refers to it but its maker. */
  New = 1,
  /** Has its place in the run queue or among the timers, and has not run. */
  Starting = 2,
  /** Woken: has one entry in the run queue. */
  Ready = 3,
  Running = 4,
  /** Waits for a queue, a timer, a completion, or several of them. */
  Parked = 5,
  /** Ended. The row lives on until its waiters are served. */
  Dead = 6,
}

/** Why a task is resumed. */
export const enum Reason {
  /** First run, or what it waited for has happened. */
  Wake = 0,
  /** The time given to the blocking call has passed. */
  TimedOut = 1,
  /** A kill or a throw; the sender keeps the error. */
  Interrupt = 2,
  /** A Timer row fired: `cause` is that row. */
  Timeout = 3,
  /** Killed before its first run: it never runs, its owner drops what it holds. */
  Discard = 4,
}

/** What resuming a task came to. */
export const enum Outcome {
  /** It parked: some core call made during the run says where. */
  Parked = 0,
  /** It gave way and stays ready: to the back of the run queue. */
  Ready = 1,
  /** It ended. */
  Done = 2,
}

/** What a core call answers. */
export const enum Status {
  Ok = 0,
  /** The memory limit is reached; nothing was changed. */
  Exhausted = 1,
  /** The row named has ended or was reused; nothing was changed. */
  Gone = 2,
  /** It had not run: it is dead at once. */
  Discarded = 3,
}

/** What an entry of the run queue asks for. Kept in the low bits of a row's address. */
export const enum Entry {
  Resume = 0,
  Interrupt = 1,
  Dispatch = 2,
  Callback = 3,
}

/** What run() answers besides a deadline in milliseconds. */
export const enum Turn {
  /** More is ready, or the host asked to stop: call again after the runtime had its turn. */
  Again = -1,
  /** Nothing is ready and no deadline is set. */
  Idle = -2,
}

/** What count() is asked for. */
export const enum Count {
  /** Rows in use, of any kind. */
  Rows = 0,
  /** Entries of the run queue. */
  Ready = 1,
  Timers = 2,
  /** Timers that keep the hub alive. */
  RefTimers = 3,
  /** Resumes since the beginning, modulo 2^32. */
  Switches = 4,
}

/** What an observer is told, with a row and one number more. */
export const enum Observed {
  /** A task is about to run; a Reason. */
  Entered = 0,
  /** It has stopped running; an Outcome. */
  Left = 1,
  /** The running task has arranged what it waits for, its frames still on the stack; 0. */
  Parked = 2,
  /** A row was put in the run queue; an Entry. */
  Queued = 3,
}

/** Bits of a row's `flags`. */
export const enum Flag {
  /** A dispatch of this row's waiters stands in the run queue. */
  DispatchQueued = 1,
  /** Its deadline does not keep the hub alive. */
  Unref = 2,
  /** A Queue row that stays when its last waiter has left. */
  Pinned = 4,
  /** One of the two lines of a meeting: those who take. The other line is its `parent`. */
  Takers = 8,
  /** The other line of a meeting: those who give. */
  Givers = 16,
}

/** What a shared Queue row stands for, so that a handle is not taken for another thing. */
export const enum Role {
  None = 0,
  Event = 1,
  Semaphore = 2,
  Channel = 3,
}

/** Byte offsets inside a row, for the host's read-only views (`hub.tree`, LoopExit). */
export const enum RowField {
  State = 0,
  Ticket = 4,
  Queue = 8,
  Next = 12,
  Head = 20,
  Timer = 32,
  Kind = 40,
  Flags = 41,
  Role = 42,
  Parent = 44,
  ParentSerial = 48,
  Entry = 52,
  Body = 56,
  Serial = 60,
  SizeBytes = 64,
}

/** Sizes of the layout. */
export const enum Layout {
  RowBytes = 64,
  /** A row's address >>> RowShift is its slot in the host's table. */
  RowShift = 6,
  PageBytes = 65536,
}
