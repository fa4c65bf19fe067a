// Channel: `wevent/queue`.

import { requireOptions } from "../core/check.js";
import { isTimedOut } from "../core/current.js";
import type { WaitOptions } from "../core/greenlet.js";
import { currentHub, type Hub } from "../core/hub.js";
import { Meeting } from "../core/meeting.js";
import { DONE, done, Operation, PARKED, type Step } from "../core/operation.js";
import type { Task } from "../core/task.js";
import { limited } from "../core/timeout.js";
import { Empty, Full } from "./errors.js";

/**
 * A queue without room: whoever puts waits for one who gets, and the other way round. They meet in
 * the order they came, the getter goes on first.
 *
 * A channel can be shared with guests by its `handle`; then it carries numbers, bigints of 64 bits, strings
 * and bytes, and sharing it is refused while another item waits in it.
 *
 * @example
 * ```ts
 * const channel = new Channel<string>();
 * spawn(function* () {
 *   yield* channel.put("hello");
 * });
 * console.log(yield* channel.get());
 * ```
 * @source gevent.queue.Channel
 * @since 0.1
 */
export class Channel<T> {
  #meeting = new Meeting("Channel");
  /** The get without options: one for all, for an operation has no state of one call. */
  #get: Get<T> | null = null;

  /**
   * The channel that a guest, or another part of the program, has shared.
   *
   * @noswitch
   * @param handle - What `handle` answered there.
   * @param hub - The hub it was shared in. Omitted: the current one.
   * @throws {@link UsageError} WEV_ERR_HANDLE when the handle does not name a channel that is shared there
   * @throws {@link UsageError} WEV_ERR_ARGUMENT when `hub` is not a hub, {@link HubDestroyed} WEV_ERR_HUB_DESTROYED when it was destroyed
   */
  static fromHandle<T>(handle: bigint, hub: Hub = currentHub()): Channel<T> {
    const channel = new Channel<T>();
    channel.#meeting = Meeting.attach("Channel", handle, hub);
    return channel;
  }

  /** Its name for guests and for `fromHandle`. Asked for, it keeps a row of the hub until `unshare`. @noswitch */
  get handle(): bigint {
    return this.#meeting.share();
  }

  /** Takes the handle back: it names nothing any more. Who waits goes on waiting. @noswitch */
  unshare(): void {
    this.#meeting.unshare();
  }

  /**
   * Gives `item` to the one who gets, waiting for him. A greenlet that is interrupted while it waits has
   * given nothing; one that is interrupted after its item was taken, and before it has gone on, has given it.
   *
   * @switches always, unless `block` is false
   * @throws {@link Full} WEV_ERR_QUEUE_FULL when the timeout passes first, or nobody gets and `block` is false
   */
  put(item: T, options?: WaitOptions): Operation<void> {
    this.#meeting.checkItem(item);
    if (options === undefined) return new Put(this.#meeting, item, true, -1);
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new Put(this.#meeting, item, block, ms));
  }

  /**
   * Takes the item of the one who puts, waiting for him.
   *
   * @switches always, unless `block` is false
   * @throws {@link Empty} WEV_ERR_QUEUE_EMPTY when the timeout passes first, or nobody puts and `block` is false
   */
  get(options?: WaitOptions): Operation<T> {
    if (options === undefined) {
      this.#get ??= new Get<T>(this.#meeting, true, -1);
      return this.#get;
    }
    requireOptions(options);
    const { block = true } = options;
    return limited(options, (ms) => new Get<T>(this.#meeting, block, ms));
  }

  /** As `put` with `block: false`, from anywhere. @noswitch @throws {@link Full} when nobody waits for an item */
  putNowait(item: T): void {
    this.#meeting.checkItem(item);
    if (!this.#meeting.giveNow(item)) throw new Full("put into a Channel");
  }

  /** As `get` with `block: false`, from anywhere. @noswitch @throws {@link Empty} when nobody waits to give one */
  getNowait(): T {
    const offer = this.#meeting.takeNow();
    if (offer === null) throw new Empty("get from a Channel");
    return offer.item as T;
  }

  /** How many wait to put, less those who wait to get. */
  get balance(): number {
    return this.#meeting.balance;
  }

  /** Always 0: a channel holds nothing. @noswitch */
  qsize(): number {
    return 0;
  }

  /** Always true. @noswitch */
  empty(): boolean {
    return true;
  }

  /** Always true. @noswitch */
  full(): boolean {
    return true;
  }

  /** Items as they come, without end: `for await` outside greenlets. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, never, unknown> {
    for (;;) yield await this.get();
  }
}

class Put extends Operation<void> {
  readonly #meeting: Meeting;
  readonly #item: unknown;
  readonly #block: boolean;
  readonly #timeoutMs: number;

  constructor(meeting: Meeting, item: unknown, block: boolean, ms: number) {
    super();
    this.#meeting = meeting;
    this.#item = item;
    this.#block = block;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return "Channel.put";
  }

  override get home(): Hub | null {
    return this.#meeting.home;
  }

  start(task: Task): Step<void> {
    if (this.#block) {
      this.#meeting.give(task, this.#item, this.#timeoutMs);
      return PARKED;
    }
    if (!this.#meeting.giveNow(this.#item)) throw new Full("put into a Channel");
    return DONE;
  }

  resume(task: Task): Step<void> {
    task._inbox = undefined;
    if (isTimedOut()) throw new Full("put into a Channel");
    return DONE;
  }

  override abandon(task: Task): void {
    task._inbox = undefined;
  }
}

class Get<T> extends Operation<T> {
  readonly #meeting: Meeting;
  readonly #block: boolean;
  readonly #timeoutMs: number;

  constructor(meeting: Meeting, block: boolean, ms: number) {
    super();
    this.#meeting = meeting;
    this.#block = block;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return "Channel.get";
  }

  override get home(): Hub | null {
    return this.#meeting.home;
  }

  start(task: Task): Step<T> {
    if (this.#block) {
      this.#meeting.take(task, this.#timeoutMs);
      return PARKED;
    }
    const offer = this.#meeting.takeNow();
    if (offer === null) throw new Empty("get from a Channel");
    return done(offer.item as T);
  }

  resume(task: Task): Step<T> {
    if (isTimedOut()) throw new Empty("get from a Channel");
    const { hub } = task;
    return done(hub.offerOf(hub.core.giver() >>> 0) as T);
  }
}
