// Work in threads that greenlets wait for: `wevent/threadpool`. Node only.

export { type ThreadCallOptions, ThreadPool } from "./threadpool/pool.js";
export { ThreadEndedError } from "./threadpool/thread.js";
