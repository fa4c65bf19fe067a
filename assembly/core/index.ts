// The face of core.wasm: what the host and the guests may call. Everything else stays inside.

import { rowCount } from "./row";
import { readyCount } from "./run-queue";
import { refTimerCount, timerCount } from "./timers";
import { current, switchCount } from "./loop";

export { limitMemory } from "./memory";
export { seedOrder } from "./run-queue";
export { tableStart } from "./row";
export {
  abandonedTask,
  armTimeout,
  callLater,
  callSoon,
  cancelRow,
  createGuestTask,
  createQueue,
  createTask,
  end,
  idleRow,
  interrupt,
  link,
  notifyOneOf,
  notifyQueue,
  park,
  resumeNow,
  run,
  sleep,
  spawnTask,
  start,
  stop,
  unpinQueue,
  waitFirst,
  waitForDispatch,
  waitOn,
  wake,
} from "./loop";

/** The running task, or 0. */
export function currentTask(): usize {
  return changetype<usize>(current);
}

/** Numbers for hub.stats(), by place: rows, ready entries, timers, timers that keep the hub alive, switches. */
export function count(what: i32): u32 {
  switch (what) {
    case 0: return rowCount;
    case 1: return readyCount();
    case 2: return timerCount();
    case 3: return refTimerCount();
    default: return switchCount;
  }
}

/** The serial of a row. */
export function serialOf(row: usize): u32 {
  return load<u32>(row, 60);
}
