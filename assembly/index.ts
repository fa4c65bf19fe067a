// What AssemblyScript programs import as "wevent/assembly". Limits first: a body takes one argument,
// as there are no closures; a blocking call answers a Status, as there are no exceptions; and nothing
// can be suspended outside of a greenlet, or while JavaScript stands between two frames of the module.

import "./guest/exports";

export { Shutdown, Status } from "./guest/abi";
export { Address } from "./guest/address";
export { Answer } from "./guest/answer";
export { AsyncResult } from "./guest/async-result";
export { idle, sleep } from "./guest/blocking";
export { BoundedSemaphore } from "./guest/bounded-semaphore";
export { Channel } from "./guest/channel";
export { Datagram, DatagramOptions, DatagramSocket } from "./guest/datagram";
export { DatagramServer } from "./guest/datagram-server";
export { DummySemaphore } from "./guest/dummy-semaphore";
export { Event } from "./guest/event";
export { fetch, Response } from "./guest/fetch";
export { AnyGreenlet, catchExit, getCurrent, Greenlet, kill, onExit, spawn, spawnLater } from "./guest/greenlet";
export { Group } from "./guest/group";
export { joinAll, wait } from "./guest/join";
export { LifoQueue } from "./guest/lifo-queue";
export { Local, local } from "./guest/local";
export { Pool } from "./guest/pool";
export { PriorityQueue } from "./guest/priority-queue";
export { Queue } from "./guest/queue";
export { Results } from "./guest/results";
export { RLock } from "./guest/rlock";
export { select, Selected } from "./guest/select";
export { Selectable } from "./guest/selectable";
export { Semaphore } from "./guest/semaphore";
export { SimpleQueue } from "./guest/simple-queue";
export { ConnectOptions, createConnection, listen, Listener, ListenOptions, lookup, Socket, socketPair } from "./guest/socket";
export { SocketError } from "./guest/socket-error";
export { StreamServer } from "./guest/stream-server";
export { collect } from "./guest/switch";
export { arguments } from "./guest/text";
export { Timeout, withTimeout } from "./guest/timeout";
