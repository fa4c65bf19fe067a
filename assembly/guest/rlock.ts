// Owns RLock: a lock that its holder may take again.

import { Semaphore } from "./semaphore";
import { current, Task } from "./task";

/**
 * A lock of one greenlet at a time, which may acquire it as often as it then releases it. A greenlet that
 * ends with it keeps it: register its release with `onExit`.
 *
 * @source gevent.lock.RLock, gevent 26.5; RuntimeError there
 * @since 0.1
 */
export class RLock {
  private block: Semaphore = new Semaphore(1);
  private owner: Task | null = null;
  private depth: i32 = 0;

  /** Whether anybody has it. @noswitch */
  locked(): bool {
    return this.depth > 0;
  }

  /** Whether the running greenlet has it. @noswitch */
  isOwned(): bool {
    return this.depth > 0 && changetype<usize>(this.owner) == current;
  }

  /**
   * Takes the lock, waiting while another greenlet has it.
   *
   * @switches when another greenlet has it
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns whether it was taken; `false` when the time passed, or this wait was cut short otherwise.
   */
  acquire(timeoutMs: f64 = -1): bool {
    return this.tryAcquire() || (this.block.acquire(timeoutMs) && this.enter());
  }

  /** Takes the lock unless another greenlet has it. @noswitch */
  tryAcquire(): bool {
    return (this.isOwned() || this.block.tryAcquire()) && this.enter();
  }

  /**
   * Undoes one acquire; the last one hands the lock to whoever stands first. Traps, and changes nothing,
   * unless the running greenlet has it.
   *
   * @noswitch
   */
  release(): void {
    if (!this.isOwned()) {
      throw new Error(
        "could not release a lock because the running greenlet does not have it; acquire it here first",
      );
    }
    if (--this.depth > 0) return;
    this.owner = null;
    this.block.release();
  }

  private enter(): bool {
    this.owner = changetype<Task | null>(current);
    this.depth++;
    return true;
  }
}
