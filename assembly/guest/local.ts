// Owns Local: a variable of which every greenlet has its own.

import { addOwner, current, Owner, Task } from "./task";

/**
 * A variable with a value for each greenlet: made by `init` when it is first read there, dropped when the
 * greenlet has ended, after its onExit handlers. Code outside of greenlets shares one.
 *
 * @example
 * const visits = new Local<i32>((): i32 => 0);
 * visits.value++;
 *
 * @source gevent.local.local, gevent 26.5; a namespace there, one value here
 * @since 0.1
 */
export class Local<T> extends Owner {
  /** By the address of the greenlet: whoever has ended is not in it, so no address means two. */
  private values: Map<usize, T> = new Map<usize, T>();

  /** @param init - Makes the first value of a greenlet. It may not block. */
  constructor(private init: () => T) {
    super();
  }

  /** This greenlet's value. @noswitch */
  get value(): T {
    if (!this.values.has(current)) this.value = this.init();
    return this.values.get(current);
  }

  set value(value: T) {
    if (current != 0 && !this.values.has(current)) addOwner(changetype<Task>(current), this);
    this.values.set(current, value);
  }

  /** For how many greenlets it holds a value. @noswitch */
  get size(): i32 {
    return this.values.size;
  }

  left(task: Task): void {
    this.values.delete(changetype<usize>(task));
  }
}

/** A {@link Local}, under gevent's name. @noswitch */
export function local<T>(init: () => T): Local<T> {
  return new Local<T>(init);
}
