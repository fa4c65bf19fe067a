// Owns PriorityQueue: a Queue that gives the smallest item first.

import { ascending, Compare, Heap } from "./heap";
import { Queue } from "./queue";

/**
 * A Queue whose smallest item comes first; of equal items, any.
 *
 * @source gevent.queue.PriorityQueue, gevent 26.5
 * @since 0.1
 */
export class PriorityQueue<T> extends Queue<T> {
  /** @param compare - Less than 0: the first argument comes first. It may not block. Omitted: the order
   *   of numbers or strings; items of other classes trap. */
  constructor(compare: Compare<T> = ascending<T>(), maxSize: i32 = 0, items: T[] = []) {
    super(maxSize, items, new Heap<T>(compare));
  }
}
