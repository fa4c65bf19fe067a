// Event, and what `wevent/event` gives beside it.

import { Role } from "../assembly/core/abi.js";
import { isTimedOut } from "./core/current.js";
import { currentHub, type Hub } from "./core/hub.js";
import { LeveledQueue } from "./core/leveled-queue.js";
import { done, Operation, PARKED, type Step } from "./core/operation.js";
import type { Task } from "./core/task.js";
import { type Limit, limited, limitsOf } from "./core/timeout.js";
import type { WaitQueue } from "./core/wait-queue.js";

export { AsyncResult } from "./async-result.js";

/**
 * A flag that greenlets wait for. Setting it releases all who wait at that moment, even if it is
 * cleared again before they run.
 *
 * @source gevent.event.Event
 * @since 0.1
 */
export class Event {
  readonly #queue = new LeveledQueue("Event.wait", Role.Event, 0);
  /** The wait without a timeout: one for all, for an operation has no state of one call. */
  #wait: WaitForEvent | null = null;

  /**
   * The event that a guest, or another part of the program, has shared.
   *
   * @noswitch
   * @param handle - What `handle` answered there.
   * @param hub - The hub it was shared in. Omitted: the current one.
   * @throws {@link UsageError} WEV_ERR_HANDLE when the handle does not name an event that is shared there
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub, {@link HubDestroyed} WEV_ERR_HUB_DESTROYED when it was destroyed
   */
  static fromHandle(handle: bigint, hub: Hub = currentHub()): Event {
    const event = new Event();
    event.#queue.attach(handle, hub);
    return event;
  }

  /** Its name for guests and for `fromHandle`. Asked for, it keeps a row of the hub until `unshare`. @noswitch */
  get handle(): bigint {
    return this.#queue.share();
  }

  /** Takes the handle back: it names nothing any more. Who waits goes on waiting. @noswitch */
  unshare(): void {
    this.#queue.unshare();
  }

  /** Whether the flag is set. @noswitch */
  isSet(): boolean {
    return this.#queue.level !== 0;
  }

  /** As `isSet`. @noswitch */
  ready(): boolean {
    return this.isSet();
  }

  /** Sets the flag; those who wait are resumed in a later step, in the order they came. @noswitch */
  set(): void {
    this.#queue.level = 1;
    this.#queue.notify();
  }

  /** Takes the flag back: who comes from here on waits. Those whom `set` has released stay released. @noswitch */
  clear(): void {
    this.#queue.level = 0;
  }

  /**
   * Waits until the flag is set. Gives true, or false if the timeout passes first.
   *
   * @switches when the flag is not set, and when those who waited before are being resumed
   * @param limit - Longest wait, ms or a Timeout. 0: lets others run once. Omitted: no limit.
   * Or `{ timeout, signal }`.
   */
  wait(limit?: Limit): Operation<boolean> {
    if (limit === undefined) {
      this.#wait ??= new WaitForEvent(this, this.#queue, -1);
      return this.#wait;
    }
    return limited(limitsOf(limit), (ms) => new WaitForEvent(this, this.#queue, ms));
  }

  /** Calls `callback(event)` once, in the hub, when the flag is set; soon if it is. @noswitch */
  rawlink(callback: (event: this) => unknown): void {
    this.#queue.rawlink(callback as (source: unknown) => unknown, this, this.isSet());
  }

  /** Takes back what `rawlink` was given; none: nothing happens. @noswitch */
  unlink(callback: unknown): void {
    this.#queue.unlink(callback);
  }

  /** How many callbacks are linked. */
  get linkCount(): number {
    return this.#queue.linkCount;
  }
}

class WaitForEvent extends Operation<boolean> {
  readonly #event: Event;
  readonly #queue: WaitQueue;
  readonly #timeoutMs: number;

  constructor(event: Event, queue: WaitQueue, ms: number) {
    super();
    this.#event = event;
    this.#queue = queue;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return "Event.wait";
  }

  override get home(): Hub | null {
    return this.#queue.home;
  }

  start(task: Task): Step<boolean> {
    if (this.#event.isSet()) return this.#queue.waitForDispatch(task) ? PARKED : done(true);
    this.#queue.wait(task, this.#timeoutMs);
    return PARKED;
  }

  resume(): Step<boolean> {
    return done(!isTimedOut());
  }
}
