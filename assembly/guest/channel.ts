// Owns Channel: a queue without room.

import { Status } from "./abi";
import { Answer, nothing } from "./answer";
import * as core from "./imports";
import { AnyItem, Item, kindOf, takeForeign, takeOwn } from "./item";
import { Meeting } from "./meeting";
import { Task } from "./task";

/**
 * Whoever puts waits for one who gets, and the other way round. They meet in the order they came, the
 * getter goes on first.
 *
 * A channel of numbers, strings or `Uint8Array`s can be shared with TypeScript and with other guests by
 * its `handle`; bytes and strings are copied on their way.
 * A number that a `T` cannot hold as it is, a fraction for an integer type, traps in the one who gets.
 *
 * @source gevent.queue.Channel, gevent 26.5
 * @since 0.1
 */
export class Channel<T> {
  private meeting: Meeting = new Meeting();

  /**
   * The channel that somebody else has shared. Traps if the handle names none, or one of other items.
   *
   * @noswitch
   * @param handle - What `handle` answered there.
   */
  static fromHandle<T>(handle: u64): Channel<T> {
    const channel = new Channel<T>();
    channel.meeting = Meeting.attach(handle, kindOf<T>());
    return channel;
  }

  /** Its name for others: serial << 32 | row. 0: the scheduler's memory is exhausted. Kept until `unshare`. @noswitch */
  get handle(): u64 {
    return this.meeting.share(kindOf<T>());
  }

  /** Takes the handle back: it names nothing any more. Who waits goes on waiting. @noswitch */
  unshare(): void {
    this.meeting.unshare();
  }

  /**
   * Gives an item to one who gets, waiting for him.
   *
   * @switches always
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns `Ok` when it was taken; else what cut the wait short, and nothing was given.
   */
  put(item: T, timeoutMs: f64 = -1): Status {
    return this.meeting.give(new Item<T>(item), timeoutMs);
  }

  /**
   * Takes the item of one who puts, waiting for him.
   *
   * @switches always
   * @param timeoutMs - as in {@link put}
   */
  get(timeoutMs: f64 = -1): Answer<T> {
    const status = this.meeting.take(timeoutMs);
    if (status != Status.Ok) return nothing<T>(status);
    return new Answer<T>(Status.Ok, received<T>(core.giver()));
  }

  /** As {@link get}, without waiting: `WouldBlock` when nobody waits to give. @noswitch */
  getNowait(): Answer<T> {
    const giver = this.meeting.takeNow();
    if (giver == 0) return nothing<T>(Status.WouldBlock);
    return new Answer<T>(Status.Ok, received<T>(giver));
  }

  /** How many wait to put, less those who wait to get. @noswitch */
  get balance(): i32 {
    return this.meeting.balance;
  }

  /** Always 0. @noswitch */
  qsize(): i32 {
    return 0;
  }

  /** Always true. @noswitch */
  empty(): bool {
    return true;
  }

  /** Always true. @noswitch */
  full(): bool {
    return true;
  }
}

/** What the task behind a row gives. */
function received<T>(giver: usize): T {
  const body = core.bodyOf(giver, core.entry);
  if (body == 0) return takeForeign<T>(giver);
  return takeOwn<T>(changetype<AnyItem>(changetype<Task>(body).more().offer));
}
