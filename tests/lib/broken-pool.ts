// A pool of one that fails to spawn the first time.

import type { Body, Greenlet, Operation } from "wevent";
import { Pool } from "wevent/pool";

export class BrokenPool extends Pool {
  hasFailed = false;

  constructor() {
    super(1);
  }

  override spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Operation<Greenlet<T>> {
    if (this.hasFailed) return super.spawn(body, ...args);
    this.hasFailed = true;
    throw new Error("no more");
  }
}
