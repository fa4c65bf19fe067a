// Queues' public face: `wevent/queue`.

export { Empty, Full, ShutDown } from "./queue/errors.js";
export type { Compare } from "./queue/heap.js";
export { LifoQueue, PriorityQueue, Queue } from "./queue/queue.js";
export { SimpleQueue } from "./queue/simple-queue.js";
export { Fifo, Stack, type Store } from "./queue/store.js";
