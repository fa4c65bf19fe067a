// Queues and channels: `wevent/queue`.

export { Channel } from "./queue/channel.js";
export { Empty, Full, ShutDown } from "./queue/errors.js";
export type { Compare } from "./queue/heap.js";
export { LifoQueue, PriorityQueue, Queue } from "./queue/queue.js";
export { SimpleQueue } from "./queue/simple-queue.js";
export { Fifo, Stack, type Store } from "./queue/store.js";
