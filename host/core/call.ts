// Owns call(): a child frame on the task's explicit stack instead of inside a yield* chain.

import { requireBody } from "./check.js";
import { frameOf } from "./frame.js";
import type { Body } from "./greenlet.js";
import { done, Operation, type Step } from "./operation.js";
import type { Task } from "./task.js";

class Call<A extends unknown[], T> extends Operation<T> {
  readonly #body: Body<A, T>;
  readonly #args: A;

  constructor(body: Body<A, T>, args: A) {
    super();
    this.#body = body;
    this.#args = args;
  }

  override get label(): string {
    return `call(${this.#body.name})`;
  }

  start(task: Task): Step<T> {
    const made = this.#body(...this.#args) as unknown;
    const frame = frameOf(made, this.#body);
    return frame === null ? done(made as T) : task._push(frame);
  }

  resume(task: Task): Step<T> {
    return done(task._takeInbox() as T);
  }
}

/**
 * Runs a body in the present greenlet: `yield* call(f, x)` is `yield* f(x)`, with the same result
 * and errors, but a resume below it costs the same at any depth. Beginning and ending it costs
 * more than a plain `yield*`, so it is for calls that live long or go deep.
 *
 * @switches as `body` does
 * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
 * @since 0.1
 */
export function call<A extends unknown[], T>(body: Body<A, T>, ...args: A): Operation<T> {
  requireBody(body, "call");
  return new Call(body, args);
}
