// Long because its public face is gevent's, each member with its docstring. Owns Group: greenlets that are
// joined and killed together. It must not limit how many: Pool does, by overriding how one is admitted.

import { Fate, Status } from "./abi";
import { call } from "./call";
import { AnyGreenlet, Greenlet, kill, Spawned } from "./greenlet";
import { Line } from "./line";
import { Results } from "./results";
import { addOwner, current, launch, Owner, removeOwner, Task } from "./task";

/**
 * Greenlets that are joined and killed together. A greenlet leaves its groups when it has ended, before
 * those who join it go on.
 *
 * @source gevent.pool.Group, gevent 26.5
 * @since 0.1
 */
export class Group extends Owner {
  private members: Set<AnyGreenlet> = new Set<AnyGreenlet>();
  /** Greenlets that spawn members for a reader of results. */
  private feeders: Set<AnyGreenlet> = new Set<AnyGreenlet>();
  private joiners: Line = new Line();
  /** Those who wait in kill(). While there are any, whoever comes in is killed: standing in the line is all
   * the state there is, so a killer that is killed leaves none behind. */
  private killers: Line = new Line();

  /** How many of its greenlets have not ended. @noswitch */
  get size(): i32 {
    return this.members.size;
  }

  /** Whether a greenlet is a member. @noswitch */
  has(greenlet: AnyGreenlet): bool {
    return this.members.has(greenlet);
  }

  /** Whether a spawn would wait. @noswitch */
  full(): bool {
    return false;
  }

  /**
   * Takes in a greenlet of this module; one that is a member or has ended: nothing happens. One that runs
   * elsewhere traps.
   *
   * @switches when it is a pool that is full
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns whether it is a member.
   */
  add(greenlet: AnyGreenlet, timeoutMs: f64 = -1): bool {
    if (greenlet.isRemote) {
      throw new Error("could not add a greenlet because it runs in another module; add one that waits for it");
    }
    if (greenlet.dead) return false;
    if (this.has(greenlet)) return true;
    if (!this.admit(timeoutMs)) return false;
    // While this call waited it may have ended, or come in by another call.
    if (greenlet.dead || this.has(greenlet)) this.dismiss();
    else this.enlist(greenlet);
    return !greenlet.dead;
  }

  /** Lets a greenlet go; one that is no member: nothing happens. @noswitch */
  discard(greenlet: AnyGreenlet): void {
    if (!this.has(greenlet)) return;
    removeOwner(greenlet, this);
    this.left(greenlet);
  }

  /** Takes in a greenlet as {@link add}, and queues its first run. @switches as add */
  start(greenlet: AnyGreenlet, timeoutMs: f64 = -1): bool {
    return this.add(greenlet, timeoutMs) && greenlet.start() == Status.Ok;
  }

  /**
   * Makes a member that calls `fn` with `arg`, and queues its first run.
   *
   * @switches when it is a pool that is full
   * @returns the greenlet; one that has ended and was not successful if the wait was cut short.
   */
  spawn<F, A = i32>(fn: F, arg: A = 0): Greenlet<ReturnType<F>> {
    const greenlet = new Spawned<F, A, ReturnType<F>>(fn, arg);
    if (!this.admit(-1)) return refused(greenlet);
    return this.begin(greenlet);
  }

  /** As {@link spawn}, without waiting; null: there is no place. @noswitch */
  trySpawn<F, A = i32>(fn: F, arg: A = 0): Greenlet<ReturnType<F>> | null {
    if (!this.tryAdmit()) return null;
    return this.begin(new Spawned<F, A, ReturnType<F>>(fn, arg));
  }

  /**
   * Waits until it is empty.
   *
   * @switches unless it is empty
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns whether it was empty; `false` when the time passed, or this wait was cut short otherwise.
   */
  join(timeoutMs: f64 = -1): bool {
    return this.members.size == 0 || this.joiners.wait(timeoutMs) == Status.Ok;
  }

  /**
   * Kills every member, and those that come in meanwhile, and waits until it is empty.
   *
   * @switches unless it is empty
   * @param timeoutMs - Longest wait, as in {@link join}; the members are killed all the same.
   * @returns whether it is empty.
   */
  kill(timeoutMs: f64 = -1): bool {
    killEach(this.feeders);
    killEach(this.members);
    return this.isQuiet || this.killers.wait(timeoutMs) == Status.Ok;
  }

  /** Kills one member and waits for its end; one that is no member: nothing happens. @switches as Greenlet.kill */
  killOne(greenlet: AnyGreenlet, timeoutMs: f64 = -1): Status {
    return this.has(greenlet) ? greenlet.kill(timeoutMs) : Status.Ok;
  }

  /**
   * Calls `fn` with `arg` in a member, and gives its result; in the caller, if that is a member itself, as
   * it might wait for its own place.
   *
   * @switches always, unless called by a member
   * @returns as `Greenlet.get`
   */
  apply<F, A = i32>(fn: F, arg: A = 0): ReturnType<F> {
    if (current != 0 && this.has(changetype<AnyGreenlet>(current))) return call<F, A>(fn, arg);
    return this.spawn<F, A>(fn, arg).get();
  }

  /**
   * Calls `fn` for each item, and gives the results in the order of the items; the type's zero for one
   * that was killed or failed.
   *
   * @switches when there are items
   */
  map<T, R>(fn: (item: T) => R, items: T[]): R[] {
    const workers: Greenlet<R>[] = [];
    for (let i = 0; i < items.length; i++) workers.push(this.spawn(fn, items[i]));
    const results: R[] = [];
    for (let i = 0; i < workers.length; i++) results.push(workers[i].get());
    return results;
  }

  /**
   * Calls `fn` for each item, and gives the results in the order of the items, each as soon as it can.
   *
   * @noswitch; `next()` of what it answers waits
   * @param maxSize - Most items that are begun and not yet given. Less than 1: no limit.
   */
  imap<T, R>(fn: (item: T) => R, items: T[], maxSize: i32 = 0): Results<T, R> {
    return new Results<T, R>(this, fn, items, true, maxSize);
  }

  /** As {@link imap}, in the order in which the results come. @noswitch; `next()` of what it answers waits */
  imapUnordered<T, R>(fn: (item: T) => R, items: T[], maxSize: i32 = 0): Results<T, R> {
    return new Results<T, R>(this, fn, items, false, maxSize);
  }

  left(task: Task): void {
    const greenlet = changetype<AnyGreenlet>(task);
    if (!this.feeders.delete(greenlet)) {
      this.members.delete(greenlet);
      this.dismiss();
      if (this.members.size == 0) this.joiners.notify();
    }
    if (!this.isQuiet || !this.killers.isOccupied) return;
    this.killers.notify();
    // The old line goes when the last of them has run, and they may spawn again before.
    this.killers = new Line();
  }

  /** Takes in a greenlet that spawns members for Results: kill ends it, and join does not wait for it. @noswitch */
  addFeeder(feeder: AnyGreenlet): void {
    this.feeders.add(feeder);
    addOwner(feeder, this);
    if (this.killers.isOccupied) kill(feeder);
  }

  /** Whether it is empty, and nobody is about to change that. */
  private get isQuiet(): bool {
    return this.members.size == 0 && this.feeders.size == 0;
  }

  /** Gets a place for one more. @switches when there is none */
  protected admit(timeoutMs: f64): bool {
    return true;
  }

  protected tryAdmit(): bool {
    return true;
  }

  /** Gives a place back. */
  protected dismiss(): void {}

  private enlist(greenlet: AnyGreenlet): void {
    this.members.add(greenlet);
    addOwner(greenlet, this);
    if (this.killers.isOccupied) kill(greenlet);
  }

  private begin<G extends AnyGreenlet>(greenlet: G): G {
    this.enlist(greenlet);
    if (launch(greenlet, -1) != Status.Ok) greenlet.end();
    return greenlet;
  }
}

function killEach(greenlets: Set<AnyGreenlet>): void {
  const all = greenlets.values();
  for (let i = 0; i < all.length; i++) kill(all[i]);
}

/** A greenlet that never gets to run. */
function refused<G extends AnyGreenlet>(greenlet: G): G {
  greenlet.fate = Fate.Exhausted;
  greenlet.end();
  return greenlet;
}
