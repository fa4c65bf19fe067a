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
//   __data_end            __stack_pointer          __heap_base
//        |      free            |  the greenlet's slice  |  heap ... scratch (SCRATCH_BYTES) ...
//
// Asyncify does not instrument a function that itself calls it. So if the optimiser copied park() into
// its caller, or a body into resume(), the code there would run again at every resume, with right
// results: host/guest/instrument.ts marks this file no-inline, tests/guest/stress.test.ts counts.
// resume() holds no managed local: its frame would be addressed through the pointer it changes.

import { Outcome, Reason } from "../core/abi";
import { Fate, Refusal, Status } from "./abi";
import * as host from "./imports";
import { reserve, Stack } from "./stack";
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
@inline const SCRATCH_BYTES: usize = 2 << 20;
const scratch: usize = heap.alloc(SCRATCH_BYTES);
/** Asyncify's descriptors: where it writes or reads, and the end it may not pass. */
const unwinding: usize = memory.data(8, 4);
const rewinding: usize = memory.data(8, 4);
store<usize>(unwinding, scratch + SCRATCH_BYTES, 4);
store<usize>(rewinding, usize.MAX_VALUE, 4);

// @ts-ignore: decorator
@inline const RUNNING: i32 = -1;
/** What the trampoline is to answer, once park() has been called. */
let answer: i32 = RUNNING;
let isRewinding: bool = false;
/** What the blocking call that is resumed comes to. */
let status: i32 = Status.Ok;
/** What forbids to park: 1 while no greenlet runs, 1 more for each JavaScript frame between. */
let barriers: i32 = 1;
let isCollectionAsked: bool = false;

/** The row of the running greenlet. Called first in whatever blocks: throws where nothing can be suspended. */
export function runningRow(): usize {
  if (barriers != 0) host.refuse(Refusal.CannotPark, 0);
  return load<usize>(current, offsetof<Task>("row"));
}

/** Suspends the running greenlet; answers what it was resumed with. Its wake-up is arranged already. @switches */
export function park(outcome: Outcome): Status {
  if (isRewinding) {
    isRewinding = false;
    stopRewind();
    return status;
  }
  if (barriers != 0) host.refuse(Refusal.CannotPark, 0);
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
  status = reason > Reason.TimedOut ? deliver(body, reason, cause) : reason;
  setCurrent(body);
  barriers = 0;
  const stack = changetype<Stack>(body);
  const frames = stack.frames;
  if (frames == 0) return;
  const roots = stack.roots;
  const slice = stack.block + frames;
  const top = __heap_base - roots;
  for (let i: usize = 0; i < roots; i += 4) store<u32>(top + i, load<u32>(slice + i));
  __stack_pointer = top;
  stack.frames = 0;
  stack.roots = 0;
  store<usize>(rewinding, slice);
  isRewinding = true;
  startRewind(rewinding);
}

/** The body has returned, or its frames have just been written to scratch; answers which, to the core. */
// @ts-ignore: decorator
@inline
function conclude(): Outcome {
  while (answer == RUNNING) {
    if (!finish(current)) {
      barriers = 1;
      setCurrent(0);
      return Outcome.Done;
    }
    call_indirect<void>(changetype<Stack>(current).entry);
  }
  let outcome = answer;
  answer = RUNNING;
  barriers = 1;
  const stack = changetype<Stack>(current);
  const frames = <u32>(load<usize>(unwinding) - scratch);
  const top = __stack_pointer;
  const roots = <u32>(__heap_base - top);
  if (frames > <u32>SCRATCH_BYTES) host.refuse(Refusal.Poisoned, frames);
  stopUnwind();
  __stack_pointer = __heap_base;
  if (frames + roots > stack.capacity && !reserve(stack, frames + roots)) {
    host.tooDeep(load<usize>(current, offsetof<Task>("row")), frames + roots);
    fail(current, Fate.TooDeep);
    outcome = Outcome.Parked;
  } else {
    save(stack, frames, top, roots);
  }
  setCurrent(0);
  if (isCollectionAsked) {
    isCollectionAsked = false;
    __collect();
  }
  return outcome;
}

// @ts-ignore: decorator
@inline
function save(stack: Stack, frames: u32, top: usize, roots: u32): void {
  const block = stack.block;
  if (frames > 256) memory.copy(block, scratch, frames);
  else for (let i: u32 = 0; i < frames; i += 8) store<u64>(block + i, load<u64>(scratch + i));
  const slice = block + frames;
  for (let i: u32 = 0; i < roots; i += 4) {
    const root = load<usize>(top + i);
    store<usize>(slice + i, root);
    // The collector may have walked this task already, and must then walk it again.
    __link(changetype<usize>(stack), root, true);
  }
  stack.frames = frames;
  stack.roots = roots;
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

/** A trap or a thrown error has cut the running greenlet: the frames are gone, no epilogue has run. */
export function recover(): void {
  store<usize>(unwinding, scratch);
  stopUnwind();
  isRewinding = false;
  answer = RUNNING;
  barriers = 1;
  __stack_pointer = __heap_base;
  const body = current;
  setCurrent(0);
  if (body != 0) fail(body, Fate.Trapped);
}

/** JavaScript is about to call an export: nothing may park below it. Answers what inside() wants back. */
export function outside(): usize {
  barriers++;
  return __stack_pointer;
}

/** That export has returned or thrown. */
export function inside(top: usize): void {
  barriers--;
  __stack_pointer = top;
}

/** A full collection: at once if the collector can see the running stack, else at the next switch. */
export function collect(): void {
  if (ASC_RUNTIME == 1 && __stack_pointer != __heap_base) isCollectionAsked = true;
  else __collect();
}
