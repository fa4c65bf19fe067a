// Owns Results: what a mapping gives, one result after another. It begins the items in a greenlet of its
// own, and is told by each worker's end.

import { Fate, Status } from "./abi";
import { AnyGreenlet, Greenlet, kill, spawn } from "./greenlet";
import { Group } from "./group";
import { Line } from "./line";
import { Ring } from "./ring";
import { Semaphore } from "./semaphore";
import { addOwner, Owner, Task } from "./task";

/**
 * The results of `imap` or `imapUnordered`: `while (results.next()) use(results.value)`. A worker that was
 * killed or failed gives none.
 *
 * @since 0.1
 */
export class Results<T, R> extends Owner {
  /** Workers to give next: all that were begun, if in order; else those that have ended. */
  private coming: Ring<Greenlet<R>> = new Ring<Greenlet<R>>();
  private latest: Greenlet<R> | null = null;
  /** Workers that were begun and whose result was not asked for. */
  private pending: i32 = 0;
  private isFed: bool = false;
  private isClosed: bool = false;
  private line: Line = new Line();
  private room: Semaphore | null;
  private feeder: AnyGreenlet | null = null;

  constructor(
    private group: Group,
    private fn: (item: T) => R,
    private items: T[],
    private isOrdered: bool,
    maxSize: i32,
  ) {
    super();
    this.room = maxSize < 1 ? null : new Semaphore(maxSize);
    const feeder = spawn((self: Results<T, R>): void => self.feed(), this);
    this.feeder = feeder;
    addOwner(feeder, this);
    group.addFeeder(feeder);
  }

  /**
   * Waits for one more result, which is then in `value`.
   *
   * @switches when none is ready
   * @returns whether there is one; `false` at the end, or when this wait was cut short.
   */
  next(): bool {
    while (!this.isClosed) {
      if (this.coming.size == 0) {
        if (this.isFed && this.pending == 0) return false;
        if (this.line.wait(-1) != Status.Ok) return false;
      } else if (!this.coming.first().dead) {
        if (this.coming.first().join() != Status.Ok) return false;
      } else {
        const worker = this.coming.take();
        this.pending--;
        const room = this.room;
        if (room != null) room.release();
        if (worker.fate != Fate.Returned) continue;
        this.latest = worker;
        return true;
      }
    }
    return false;
  }

  /** The result that the last `next()` has found. Traps before the first. @noswitch */
  get value(): R {
    return this.latest!.value;
  }

  /** Begins no further item; `next()` answers false from here on. What has begun goes on. @noswitch */
  close(): void {
    this.isClosed = true;
    kill(this.feeder!);
    this.line.notify();
  }

  left(task: Task): void {
    if (task == this.feeder) this.isFed = true;
    else if (!this.isOrdered) this.coming.add(changetype<Greenlet<R>>(task));
    this.line.notify();
  }

  private feed(): void {
    const room = this.room;
    for (let i = 0; i < this.items.length; i++) {
      if (room != null) room.acquire();
      const worker = this.group.spawn(this.fn, this.items[i]);
      this.pending++;
      if (this.isOrdered) this.coming.add(worker);
      addOwner(worker, this);
      this.line.notify();
    }
  }
}
