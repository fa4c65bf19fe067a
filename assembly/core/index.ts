// The face of core.wasm: what the host and the guests may call. Everything else stays inside.

import { Count } from "./abi";
import { rowCount } from "./row";
import { readyCount } from "./run-queue";
import { refTimerCount, timerCount } from "./timers";
import { current, switchCount } from "./loop";

export { limitMemory } from "./memory";
export { observe } from "./observe";
export { seedOrder } from "./run-queue";
export { tableStart } from "./row";
export {
  abandonedTask,
  adoptTask,
  armTimeout,
  bodyOf,
  callLater,
  callSoon,
  cancelRow,
  createGuestTask,
  createMeeting,
  createQueue,
  createTask,
  end,
  giver,
  idleRow,
  interrupt,
  link,
  notifyOneOf,
  notifyQueue,
  otherLine,
  park,
  resumeNow,
  run,
  sleep,
  spawnTask,
  start,
  stop,
  unpinQueue,
  waitFirst,
  waitersOf,
  waitForDispatch,
  waitOn,
  wake,
  wakeFirst,
} from "./loop";

export { levelOf, roleOf, setLevel, share, takeLevel, unshare } from "./shared";

/** The running task, or 0. */
export function currentTask(): usize {
  return changetype<usize>(current);
}

/** Numbers for hub.stats(). */
export function count(what: Count): u32 {
  switch (what) {
    case Count.Rows: return rowCount;
    case Count.Ready: return readyCount();
    case Count.Timers: return timerCount();
    case Count.RefTimers: return refTimerCount();
    default: return switchCount;
  }
}

/** The serial of a row. */
export function serialOf(row: usize): u32 {
  return load<u32>(row, 60);
}
