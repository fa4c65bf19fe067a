// Locks of every kind: `wevent/lock`.

export { Barrier, type BarrierOptions } from "./barrier.js";
export { Condition } from "./condition.js";
export { BrokenBarrierError, LockError } from "./core/errors.js";
export { RLock } from "./rlock.js";
export { BoundedSemaphore, DummySemaphore, Semaphore } from "./semaphore.js";
