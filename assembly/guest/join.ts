// Owns waiting for several at once.

import { Status } from "./abi";
import { AnyGreenlet, kill, spawn } from "./greenlet";
import { deadlineAfter, leftUntil } from "./limit";
import { Line } from "./line";

/**
 * Waits until all of them have ended.
 *
 * @switches unless all have ended
 * @param timeoutMs - Longest wait for all, milliseconds. Omitted or less than 0: no limit.
 * @returns those that have ended, in the order given.
 * @source gevent.joinall, gevent 26.5
 * @since 0.1
 */
export function joinAll<T extends AnyGreenlet>(greenlets: T[], timeoutMs: f64 = -1): T[] {
  const deadline = deadlineAfter(timeoutMs);
  for (let i = 0; i < greenlets.length; i++) {
    if (greenlets[i].join(leftUntil(deadline)) != Status.Ok) break;
  }
  const ended: T[] = [];
  for (let i = 0; i < greenlets.length; i++) {
    if (greenlets[i].dead) ended.push(greenlets[i]);
  }
  return ended;
}

/** Ready objects in the order in which they became so, and the one who waits for them. */
class Watch<T> {
  readonly ready: T[] = [];
  readonly line: Line = new Line();
}

class Watched<T> {
  constructor(
    readonly watch: Watch<T>,
    readonly object: T,
  ) {}
}

/**
 * Waits until objects are ready: greenlets that have ended, events and results that are set, semaphores with
 * a free permit.
 *
 * @switches unless enough of them are ready
 * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit.
 * @param count - How many to wait for. Omitted or less than 0: all.
 * @returns those that are ready, in the order in which they became so.
 * @source gevent.wait, gevent 26.5
 * @since 0.1
 */
export function wait<T>(objects: T[], timeoutMs: f64 = -1, count: i32 = -1): T[] {
  const wanted = count < 0 ? objects.length : min(count, objects.length);
  const watch = new Watch<T>();
  const watchers: AnyGreenlet[] = [];
  for (let i = 0; i < objects.length; i++) {
    if (objects[i].ready) watch.ready.push(objects[i]);
  }
  if (watch.ready.length < wanted) {
    for (let i = 0; i < objects.length; i++) {
      if (objects[i].ready) continue;
      watchers.push(spawn((one: Watched<T>): void => {
        if (!one.object.waitUntilReady()) return;
        one.watch.ready.push(one.object);
        one.watch.line.notify();
      }, new Watched<T>(watch, objects[i])));
    }
  }
  const deadline = deadlineAfter(timeoutMs);
  while (watch.ready.length < wanted) {
    if (watch.line.wait(leftUntil(deadline)) != Status.Ok) break;
  }
  for (let i = 0; i < watchers.length; i++) kill(watchers[i]);
  return watch.ready.slice(0, max(wanted, 0));
}
