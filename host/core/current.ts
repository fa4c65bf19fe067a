// Owns which task is running: one at a time in a JavaScript thread, whatever its hub. A leaf of the
// import graph, so that operations need to know neither tasks nor hubs to find theirs.

import type { Task } from "./task.js";

/** The running task, or null: main, or a callback of the hub. */
export let current: Task | null = null;

/** Changes the running task; answers the one before, to be put back. */
export function switchTo(task: Task | null): Task | null {
  const before = current;
  current = task;
  return before;
}

/** Runs plain code as if no task were running: callbacks of the hub. */
export function outsideTasks<T>(body: () => T): T {
  const before = switchTo(null);
  try {
    return body();
  } finally {
    current = before;
  }
}

let timedOut = false;

/** Says why the task is resumed that is switched to next. */
export function setTimedOut(isTimedOut: boolean): void {
  timedOut = isTimedOut;
}

/** Whether the running task was resumed because its call's own time had passed: for `resume` only. */
export function isTimedOut(): boolean {
  return timedOut;
}
