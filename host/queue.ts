// Queues and channels: `wevent/queue`.

export { Channel } from "./queue/channel.js";
export { Empty, Full, ShutDown } from "./queue/errors.js";
