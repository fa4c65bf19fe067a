// Owns the numbers that cross between a guest and its loader. Both compilers read this file, as
// they do assembly/core/abi.ts. It must not import anything.

/** What a blocking call comes to. AssemblyScript has no exceptions, so every one of them answers this. */
export const enum Status {
  /** What it waited for has happened. */
  Ok = 0,
  /** Its own time limit passed first. The core's word for it is Reason.TimedOut, and the same number. */
  TimedOut = 1,
  /** The greenlet was killed, and had asked by `catchExit(true)` to go on and see it. */
  Killed = 2,
  /** What it was to wait for is no more. */
  Gone = 3,
  /** The scheduler's memory limit is reached; nothing was changed. */
  Exhausted = 4,
  /** A Timeout of this greenlet fired first: its `fired` is set. */
  Expired = 5,
  /** It would have had to wait, and was asked not to. */
  WouldBlock = 6,
  /** The queue was shut down. */
  Closed = 7,
  /** An error was set instead of a value; of a socket: the network or the other end failed, and `error` says how. */
  Failed = 8,
  /** The other end sends nothing more, and less came than was asked for. What came is still there. */
  Ended = 9,
  /** A line is longer than the reader allows. Nothing was taken. */
  TooLong = 10,
  /** The runtime cannot do it. */
  Unsupported = 11,
}

/** What a call of the host has come to so far: a Status when it is over, else one of these. */
export const enum CallState {
  /** The greenlet is to park until it is woken. */
  Waits = -1,
  /** It is to go to the back of the run queue. */
  GivesWay = -2,
}

/** Which end of a socket is asked for its address. */
export const enum End {
  Local = 0,
  Remote = 1,
}

/** Directions of a socket. */
export const enum Shutdown {
  /** Nothing more is received: what comes is dropped. */
  Read = 0,
  /** Nothing more is sent: the other end is told, once what was sent has gone. */
  Write = 1,
  Both = 2,
}

/** A socket's parts of a wait: how many bytes `receive` is to wait for. */
export const enum Amount {
  /** What is there, up to so many. */
  Some = 0,
  /** Just so many. */
  Exactly = 1,
}

/** Why the guest asks its loader to throw. */
export const enum Refusal {
  /** A blocking call was made where nothing can be suspended: outside a greenlet, or under a JavaScript frame. */
  CannotPark = 1,
  /** A greenlet of this guest was to run while other frames of the guest are on the stack. */
  FramesBelow = 2,
  /** More stack was unwound than the guest can hold: its memory is no longer sound. */
  Poisoned = 3,
}

/** What an item is on its way through a channel, if it can cross the border of the guest. */
export const enum ItemKind {
  /** It cannot: an object of the program's own. */
  Opaque = 0,
  /** An f64: all numbers but the 64-bit integers. */
  Number = 1,
  /** An i64: a bigint to the host. */
  Integer = 2,
  /** A string. */
  Text = 3,
  /** A Uint8Array; a copy. */
  Bytes = 4,
  /** A u64: a bigint from 0 to the host. */
  Unsigned = 5,
}

/** Byte offsets inside an item, for the host, which reads it. */
export const enum ItemField {
  Kind = 0,
  Bits = 8,
  Reference = 16,
}

/** How a greenlet ended, or that it has not. */
export const enum Fate {
  /** Not ended. */
  None = 0,
  /** Its body returned. */
  Returned = 1,
  /** It was killed; that counts as success. */
  Killed = 2,
  /** A trap or an error of the host ended it. */
  Trapped = 3,
  /** It parked with more stack than `stackBytes`. */
  TooDeep = 4,
  /** It could not start: the scheduler's memory limit is reached. */
  Exhausted = 5,
}
