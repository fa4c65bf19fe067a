// The everyday names: `wevent`.

export { AsyncResult, Event } from "./event.js";
export {
  type Body,
  call,
  Greenlet,
  GreenletExit,
  getCurrent,
  kill,
  killAll,
  run,
  spawn,
  spawnLater,
} from "./greenlet.js";
export { getHub, Hub, type HubOptions, LoopExit, type Main, Operation } from "./hub.js";
export { collect, forEach, type OperationIterator } from "./operation-iterator.js";
export { Queue } from "./queue.js";
export { idle, sleep } from "./sleep.js";
export { Timeout, withTimeout } from "./timeout.js";
export { iwait, joinAll, wait } from "./wait.js";
