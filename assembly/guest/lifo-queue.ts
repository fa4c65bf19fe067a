// Owns LifoQueue: a Queue that gives the newest item first.

import { Pile } from "./pile";
import { Queue } from "./queue";

/**
 * A Queue whose newest item comes first.
 *
 * @source gevent.queue.LifoQueue, gevent 26.5
 * @since 0.1
 */
export class LifoQueue<T> extends Queue<T> {
  constructor(maxSize: i32 = 0, items: T[] = []) {
    super(maxSize, items, new Pile<T>());
  }
}
