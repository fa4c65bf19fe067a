// Owns every function a guest takes from outside, but those of sockets, which socket-imports.ts has. All
// come from one module, "wevent": the core's exports as they are, wasm to wasm, and beside them a few
// services of the loader. None of them suspends; a guest gives way only in switch.ts.

/** Place of this guest's trampoline in the core's table. */
// @ts-ignore: decorator
@external("wevent", "entry")
export declare const entry: u32;

// ---- core.wasm; assembly/core/loop.ts says what each does

// @ts-ignore: decorator
@external("wevent", "createGuestTask")
export declare function createGuestTask(entry: u32, body: usize): usize;
// @ts-ignore: decorator
@external("wevent", "serialOf")
export declare function serialOf(row: usize): u32;
// @ts-ignore: decorator
@external("wevent", "start")
export declare function start(row: usize, delayMs: f64): i32;
// @ts-ignore: decorator
@external("wevent", "sleep")
export declare function sleep(row: usize, delayMs: f64, isRef: bool): i32;
// @ts-ignore: decorator
@external("wevent", "park")
export declare function park(row: usize, timeoutMs: f64): u32;
// @ts-ignore: decorator
@external("wevent", "wake")
export declare function wake(row: usize, ticket: u32): bool;
// @ts-ignore: decorator
@external("wevent", "interrupt")
export declare function interrupt(row: usize, serial: u32): i32;
// @ts-ignore: decorator
@external("wevent", "waitOn")
export declare function waitOn(row: usize, queue: usize, serial: u32, timeoutMs: f64, isRef: bool): i32;
// @ts-ignore: decorator
@external("wevent", "waitForDispatch")
export declare function waitForDispatch(row: usize, queue: usize, serial: u32): i32;
// @ts-ignore: decorator
@external("wevent", "createQueue")
export declare function createQueue(serial: u32, isPinned: bool): usize;
// @ts-ignore: decorator
@external("wevent", "unpinQueue")
export declare function unpinQueue(queue: usize, serial: u32): void;
// @ts-ignore: decorator
@external("wevent", "notifyQueue")
export declare function notifyQueue(queue: usize, serial: u32): void;
// @ts-ignore: decorator
@external("wevent", "notifyOneOf")
export declare function notifyOneOf(queue: usize, serial: u32): void;
// @ts-ignore: decorator
@external("wevent", "waitFirst")
export declare function waitFirst(row: usize, queue: usize, serial: u32, timeoutMs: f64): i32;
// @ts-ignore: decorator
@external("wevent", "idleRow")
export declare function idleRow(): usize;
// @ts-ignore: decorator
@external("wevent", "armTimeout")
export declare function armTimeout(serial: u32, row: usize, delayMs: f64): usize;
// @ts-ignore: decorator
@external("wevent", "cancelRow")
export declare function cancelRow(row: usize, serial: u32): void;

// @ts-ignore: decorator
@external("wevent", "adoptTask")
export declare function adoptTask(row: usize, entry: u32, body: usize): void;
// @ts-ignore: decorator
@external("wevent", "bodyOf")
export declare function bodyOf(row: usize, entry: u32): usize;
// @ts-ignore: decorator
@external("wevent", "createMeeting")
export declare function createMeeting(takersSerial: u32, giversSerial: u32): usize;
// @ts-ignore: decorator
@external("wevent", "otherLine")
export declare function otherLine(line: usize, serial: u32): usize;
// @ts-ignore: decorator
@external("wevent", "waitersOf")
export declare function waitersOf(queue: usize, serial: u32): i32;
// @ts-ignore: decorator
@external("wevent", "giver")
export declare function giver(): usize;
// @ts-ignore: decorator
@external("wevent", "wakeFirst")
export declare function wakeFirst(queue: usize, serial: u32): usize;

// ---- the same; assembly/core/shared.ts

// @ts-ignore: decorator
@external("wevent", "share")
export declare function share(queue: usize, serial: u32, role: i32, level: i32): void;
// @ts-ignore: decorator
@external("wevent", "unshare")
export declare function unshare(queue: usize, serial: u32): void;
// @ts-ignore: decorator
@external("wevent", "roleOf")
export declare function roleOf(queue: usize, serial: u32): i32;
// @ts-ignore: decorator
@external("wevent", "levelOf")
export declare function levelOf(queue: usize, serial: u32): i32;
// @ts-ignore: decorator
@external("wevent", "setLevel")
export declare function setLevel(queue: usize, serial: u32, level: i32): i32;
// @ts-ignore: decorator
@external("wevent", "takeLevel")
export declare function takeLevel(queue: usize, serial: u32): i32;

// ---- the loader; host/guest/imports.ts

/** Monotonic clock, milliseconds. */
// @ts-ignore: decorator
@external("wevent", "now")
export declare function now(): f64;

/** Throws the error that `why`, a Refusal, stands for. */
// @ts-ignore: decorator
@external("wevent", "refuse")
export declare function refuse(why: i32, value: u32): void;

/** Kills a greenlet whose frames are not in this guest: its owner keeps the books. */
// @ts-ignore: decorator
@external("wevent", "killRemote")
export declare function killRemote(row: usize, serial: u32): void;

/** A greenlet has parked with more stack than the limit; it is going to end. */
// @ts-ignore: decorator
@external("wevent", "tooDeep")
export declare function tooDeep(row: usize, sizeBytes: u32): void;

// Texts go to the guest in two steps, so that the guest makes the string: length, then contents.

/** UTF-16 units of a text. */
// @ts-ignore: decorator
@external("wevent", "textLength")
export declare function textLength(text: u32): u32;
/** Writes a text at an address and forgets it. */
// @ts-ignore: decorator
@external("wevent", "takeText")
export declare function takeText(text: u32, address: usize): void;

/** Whether all that is being given in a line of a meeting is of that ItemKind. */
// @ts-ignore: decorator
@external("wevent", "canCarry")
export declare function canCarry(givers: usize, kind: i32): bool;

/** Takes what a task outside of this guest gives in a meeting. Throws unless it is of that ItemKind. */
// @ts-ignore: decorator
@external("wevent", "takeOffer")
export declare function takeOffer(giver: usize, kind: i32): void;
/** What was taken last, by its kind; a text as a text. */
// @ts-ignore: decorator
@external("wevent", "takenNumber")
export declare function takenNumber(): f64;
// @ts-ignore: decorator
@external("wevent", "takenInteger")
export declare function takenInteger(): i64;
// @ts-ignore: decorator
@external("wevent", "takenText")
export declare function takenText(): u32;
// @ts-ignore: decorator
@external("wevent", "takenLength")
export declare function takenLength(): u32;
/** Writes the bytes that were taken last at an address. */
// @ts-ignore: decorator
@external("wevent", "takenBytes")
export declare function takenBytes(address: usize): void;

// @ts-ignore: decorator
@external("wevent", "argumentCount")
export declare function argumentCount(): i32;
/** A text: the argument at a place. */
// @ts-ignore: decorator
@external("wevent", "argument")
export declare function argument(place: i32): u32;

// ---- calls of the host that may wait; host/guest/host-calls.ts. Each begins for a row and answers a
// Status, or a CallState: then host-call.ts sees it through. What it has given is asked for at once.

/** Goes on with the call of a row that was resumed with a Status; answers as its beginning did. */
// @ts-ignore: decorator
@external("wevent", "resumeCall")
export declare function resumeCall(row: usize, status: i32): i32;
/** Forgets the call of a row, if there is one. */
// @ts-ignore: decorator
@external("wevent", "dropCall")
export declare function dropCall(row: usize): void;

/** Gives a status and a text. */
// @ts-ignore: decorator
@external("wevent", "fetch")
export declare function fetch(row: usize, url: usize): i32;
/** The HTTP status, or 0 when the request failed. */
// @ts-ignore: decorator
@external("wevent", "fetchedStatus")
export declare function fetchedStatus(): i32;
/** A text: the body, or what went wrong. */
// @ts-ignore: decorator
@external("wevent", "fetchedText")
export declare function fetchedText(): u32;
