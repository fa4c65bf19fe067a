// What AssemblyScript programs import as "wevent/assembly". Limits first: a body takes one argument,
// as there are no closures; a blocking call answers a Status, as there are no exceptions; and nothing
// can be suspended outside of a greenlet, or while JavaScript stands between two frames of the module.

import "./guest/exports";

export { Status } from "./guest/abi";
export { idle, sleep } from "./guest/blocking";
export { Event } from "./guest/event";
export { AnyGreenlet, catchExit, getCurrent, Greenlet, kill, onExit, spawn, spawnLater } from "./guest/greenlet";
export { joinAll } from "./guest/join";
export { collect } from "./guest/switch";
export { Timeout, withTimeout } from "./guest/timeout";
