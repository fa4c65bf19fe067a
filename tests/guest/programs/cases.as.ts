// The guest side of tests/cases/list.ts: one export for each case, by its name, which logs what it does.
export * from "./cases/async-result.as";
export * from "./cases/channel.as";
export * from "./cases/event.as";
export * from "./cases/greenlet.as";
export * from "./cases/local.as";
export * from "./cases/lock.as";
export * from "./cases/pool.as";
export * from "./cases/queue.as";
