// Owns the switch: how a greenlet's frames leave the stack at a blocking call and come back. The only
// file that names asyncify.* or __stack_pointer. It must not know why anybody parks.
//
// Two stacks hold a greenlet's frames while it runs, and both are emptied when it parks.
//
//   engine's stack  locals. Asyncify writes them to `scratch`, upwards, while every frame returns; the
//                   trampoline copies just what was written to the greenlet's own block. One scratch for
//                   all: it is full only between the first frame's return and the trampoline. It is
//                   larger than what the engine's stack can hold, so a greenlet that is too deep is
//                   found by its size, before anything is overwritten (tests/guest/overflow.test.ts).
//   shadow stack    managed references, for the collector. Grows down from __heap_base. Compiled code
//                   keeps addresses into it across calls, so a slice goes back to where it was.
//
//   static data | scratch  --> |        free       <-- greenlet's slice | heap ...
//                     __data_end         __stack_pointer        __heap_base
//
// Asyncify does not instrument a function that itself calls it. So if the optimiser copied park() into
// its caller, or a body into resume(), the code there would run again at every resume, with right
// results: host/guest/instrument.ts marks this file no-inline, tests/guest/stress.test.ts counts.
// resume() holds no managed local: its frame would be addressed through the pointer it changes.

import { Outcome, Reason } from "../core/abi";
import { Fate, Refusal, Status } from "./abi";
import * as host from "./imports";
import { reserve, restoreRoots, save, Stack } from "./stack";
import { current, deliver, drop, fail, finish, setCurrent, Task } from "./task";

// @ts-ignore: decorator
@external("asyncify", "start_unwind") declare function startUnwind(descriptor: usize): void;
// @ts-ignore: decorator
@external("asyncify", "stop_unwind") declare function stopUnwind(): void;
// @ts-ignore: decorator
@external("asyncify", "start_rewind") declare function startRewind(descriptor: usize): void;
// @ts-ignore: decorator
@external("asyncify", "stop_rewind") declare function stopRewind(): void;

// @ts-ignore: decorator
@inline const SCRATCH_BYTES: i32 = 2 << 20;
/** Asyncify's descriptors: where it writes or reads, and the end it may not pass. Below scratch, out of its reach. */
const unwinding: usize = memory.data(8, 4);
const rewinding: usize = memory.data(8, 4);
const scratch: usize = memory.data(SCRATCH_BYTES, 16);
store<usize>(unwinding, scratch);
store<usize>(unwinding, scratch + SCRATCH_BYTES, 4);
store<usize>(rewinding, usize.MAX_VALUE, 4);

// @ts-ignore: decorator
@inline const RUNNING: i32 = -1;
// @ts-ignore: decorator
@inline const REWINDING: i32 = 1;
// @ts-ignore: decorator
@inline const BARRED: i32 = 2;
/** What the trampoline is to answer, once park() has been called. */
let answer: i32 = RUNNING;
/** What the blocking call that is resumed comes to. */
let status: i32 = Status.Ok;
/**
 * What park() may do. 0: suspend. 1: go on, the frames are coming back. 2 and more: nothing; 2 while no
 * greenlet runs, and 2 more for each JavaScript frame between.
 */
let mode: i32 = BARRED;
let isCollectionAsked: bool = false;

/** The row of the running greenlet. Called first in whatever blocks: throws where nothing can be suspended. */
export function runningRow(): usize {
  if (mode != 0) host.refuse(Refusal.CannotPark, 0);
  return load<usize>(current, offsetof<Task>("row"));
}

/** Suspends the running greenlet; answers what it was resumed with. Its wake-up is arranged already. @switches */
export function park(outcome: Outcome): Status {
  if (mode != 0) {
    if (mode != REWINDING) host.refuse(Refusal.CannotPark, 0);
    mode = 0;
    stopRewind();
    return status;
  }
  answer = outcome;
  store<usize>(unwinding, scratch);
  startUnwind(unwinding);
  return Status.Ok;
}

/** Makes `body` the running greenlet, its frames about to come back. */
// @ts-ignore: decorator
@inline
function begin(body: usize, reason: i32, cause: usize): void {
  if (__stack_pointer != __heap_base) host.refuse(Refusal.FramesBelow, 0);
  setCurrent(body);
  status = reason > Reason.TimedOut ? deliver(body, reason, cause) : reason;
  const stack = changetype<Stack>(body);
  const frames = stack.frames;
  if (frames == 0) {
    mode = 0;
    return;
  }
  mode = REWINDING;
  store<usize>(rewinding, stack.block + frames);
  __stack_pointer = restoreRoots(stack, __heap_base);
  startRewind(rewinding);
}

/** The body has returned, or its frames have just been written to scratch; answers which, to the core. */
// @ts-ignore: decorator
@inline
function conclude(): Outcome {
  while (answer == RUNNING) {
    if (!finish(current)) {
      mode = BARRED;
      setCurrent(0);
      return Outcome.Done;
    }
    call_indirect<void>(changetype<Stack>(current).entry);
  }
  let outcome = answer;
  answer = RUNNING;
  mode = BARRED;
  const stack = changetype<Stack>(current);
  const frames = <u32>(load<usize>(unwinding) - scratch);
  const top = __stack_pointer;
  const roots = <u32>(__heap_base - top);
  // Before anything in memory is trusted, and before stopUnwind(), which would trap on it: the position
  // is the canary. It can be hit where the engine's stack was made larger than its default.
  if (frames > <u32>SCRATCH_BYTES) host.refuse(Refusal.Poisoned, frames);
  const fits = frames + roots <= stack.capacity || reserve(stack, frames + roots);
  stopUnwind();
  __stack_pointer = __heap_base;
  if (fits) {
    save(stack, scratch, frames, top, roots);
  } else {
    host.tooDeep(load<usize>(current, offsetof<Task>("row")), frames + roots);
    fail(current, Fate.TooDeep);
    outcome = Outcome.Parked;
  }
  setCurrent(0);
  if (isCollectionAsked) {
    isCollectionAsked = false;
    __collect();
  }
  return outcome;
}

/** What the core calls to resume a task of this guest. @switches */
export function resume(body: usize, reason: i32, cause: usize): i32 {
  if (reason == Reason.Discard) {
    drop(body);
    return Outcome.Done;
  }
  begin(body, reason, cause);
  call_indirect<void>(changetype<Stack>(body).entry);
  return conclude();
}

/** resume() in two halves, for a task whose body is an export that JavaScript calls. False: it is not to be called. */
export function enter(body: usize, reason: i32, cause: usize): bool {
  begin(body, reason, cause);
  const entry = changetype<Stack>(body).entry;
  if (entry == 0) return true;
  call_indirect<void>(entry);
  return false;
}

export function leave(): i32 {
  return conclude();
}

/**
 * A trap or a thrown error has cut the running greenlet: the frames are gone, no epilogue has run.
 * False: it will not be resumed, and its owner is to end it.
 */
export function recover(): bool {
  const frames = <u32>(load<usize>(unwinding) - scratch);
  if (frames > <u32>SCRATCH_BYTES) host.refuse(Refusal.Poisoned, frames);
  store<usize>(unwinding, scratch);
  stopUnwind();
  answer = RUNNING;
  mode = BARRED;
  __stack_pointer = __heap_base;
  const body = current;
  setCurrent(0);
  return body != 0 && fail(body, Fate.Trapped);
}

/** JavaScript is about to call an export: nothing may park below it. Answers what inside() wants back. */
export function outside(): usize {
  mode += BARRED;
  return __stack_pointer;
}

/** That export has returned or thrown. */
export function inside(top: usize): void {
  mode -= BARRED;
  __stack_pointer = top;
}

/** A full collection: at once if the collector can see the running stack, else at the next switch. @noswitch */
export function collect(): void {
  if (ASC_RUNTIME == 1 && __stack_pointer != __heap_base) isCollectionAsked = true;
  else __collect();
}
