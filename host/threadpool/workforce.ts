// Owns the threads of one pool and the calls that wait for them: which thread gets which call, and how
// many there are. Who waits for a call is not its business.

import type { Hub } from "../core/hub.js";
import { Event } from "../event.js";
import { type Job, Thread, ThreadEndedError } from "./thread.js";

export class Workforce {
  readonly hub: Hub;
  /** Set while there is no call, and no thread that is ending. */
  readonly quiet = new Event();
  readonly #threads = new Set<Thread>();
  readonly #idle: Thread[] = [];
  readonly #queue: Job[] = [];
  /** Threads that were ended and are not gone. */
  #ending = 0;
  #maxSize: number;

  constructor(hub: Hub, maxSize: number) {
    this.hub = hub;
    this.#maxSize = maxSize;
    this.quiet.set();
  }

  get maxSize(): number {
    return this.#maxSize;
  }

  set maxSize(maxSize: number) {
    this.#maxSize = maxSize;
    this.#shrink(maxSize);
    this.#assign();
  }

  get size(): number {
    return this.#threads.size;
  }

  set size(size: number) {
    this.#shrink(size);
    while (this.#threads.size < size) this.#idle.push(this.#start());
  }

  /** Calls that run or wait. */
  get taskCount(): number {
    let running = 0;
    for (const thread of this.#threads) if (thread.job !== null) running++;
    return this.#queue.length + running;
  }

  /** Begins a call, now or when its turn comes. */
  submit(job: Job): void {
    this.#queue.push(job);
    this.#assign();
  }

  /** Nobody waits for the call any more. */
  cancel(job: Job): void {
    const at = this.#queue.indexOf(job);
    if (at !== -1) this.#queue.splice(at, 1);
    for (const thread of this.#threads) if (thread.job === job) this.#end(thread);
    this.#assign();
  }

  /** Ends all threads, and fails all calls. */
  kill(): void {
    const jobs = this.#queue.splice(0);
    for (const thread of [...this.#threads]) {
      if (thread.job !== null) jobs.push(thread.job);
      this.#end(thread);
    }
    this.#note();
    for (const job of jobs) {
      job.settle({ error: new ThreadEndedError(job.request.name, "its pool was killed") });
    }
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const thread = this.#idle.pop() ?? (this.#threads.size < this.#maxSize ? this.#start() : null);
      if (thread === null) break;
      thread.call(this.#queue.shift()!);
    }
    this.#note();
  }

  #start(): Thread {
    const thread = new Thread(this.hub, {
      idle: (idle) => this.#becameIdle(idle),
      gone: (gone) => this.#isGone(gone),
    });
    this.#threads.add(thread);
    return thread;
  }

  #becameIdle(thread: Thread): void {
    if (!this.#threads.has(thread)) return;
    if (this.#threads.size > this.#maxSize) this.#end(thread);
    else this.#idle.push(thread);
    this.#assign();
  }

  #isGone(thread: Thread): void {
    // One that was ended has left the set before.
    if (this.#threads.delete(thread)) this.#removeIdle(thread);
    else {
      this.#ending--;
      this.hub.completions--;
    }
    this.#assign();
  }

  #end(thread: Thread): void {
    this.#threads.delete(thread);
    this.#removeIdle(thread);
    this.#ending++;
    this.hub.completions++;
    thread.end();
  }

  #removeIdle(thread: Thread): void {
    const at = this.#idle.indexOf(thread);
    if (at !== -1) this.#idle.splice(at, 1);
  }

  #shrink(size: number): void {
    while (this.#threads.size > size && this.#idle.length > 0) this.#end(this.#idle.at(-1)!);
  }

  #note(): void {
    if (this.taskCount > 0 || this.#ending > 0) this.quiet.clear();
    else if (!this.quiet.isSet()) this.quiet.set();
  }
}
