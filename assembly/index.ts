// What AssemblyScript programs import as "wevent/assembly". Limits first: a body takes one argument,
// as there are no closures; a blocking call answers a Status, as there are no exceptions; and nothing
// can be suspended outside of a greenlet, or while JavaScript stands between two frames of the module.

import "./guest/exports";

export { Status } from "./guest/abi";
export { Answer } from "./guest/answer";
export { idle, sleep } from "./guest/blocking";
export { Channel } from "./guest/channel";
export { Event } from "./guest/event";
export { fetch, Response } from "./guest/fetch";
export { AnyGreenlet, catchExit, getCurrent, Greenlet, kill, onExit, spawn, spawnLater } from "./guest/greenlet";
export { joinAll, wait } from "./guest/join";
export { Pool, Results } from "./guest/pool";
export { select, Selectable } from "./guest/select";
export { Semaphore } from "./guest/semaphore";
export { collect } from "./guest/switch";
export { arguments } from "./guest/text";
export { Timeout, withTimeout } from "./guest/timeout";
