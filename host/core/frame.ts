// Owns frames: what a task resumes. A frame is a suspended generator; whatever a body gives back (a
// generator, an operation, a promise) becomes one here, for greenlets and for call() alike.

import { UsageError } from "./errors.js";
import { Operation } from "./operation.js";
import { isThenable, waitFor } from "./wait-promise.js";

/** A suspended generator, whatever it gives. */
export type Frame = Generator<unknown, unknown, unknown>;

// Every generator function has its own prototype, so `frame.next` looks different for each; the
// method itself is one. bench/switch.js shows the difference.
const GENERATOR_PROTOTYPE = Object.getPrototypeOf(delegate.prototype) as Frame;
export const NEXT = GENERATOR_PROTOTYPE.next;
export const THROW = GENERATOR_PROTOTYPE.throw;
/** Not a constructor: what `instanceof` needs to know a native generator by its prototype. */
function NativeGenerator() {}
NativeGenerator.prototype = GENERATOR_PROTOTYPE;

/** A generator that is only another's, or an operation's, first frame. */
export function* delegate<T>(op: Iterable<unknown, T, unknown>): Generator<unknown, T, unknown> {
  return yield* op;
}

/** A suspended generator for `value`, or null if it is none. */
export function asFrame(value: unknown): Frame | null {
  if (typeof value !== "object" || value === null) return null;
  if (value instanceof (NativeGenerator as unknown as new () => Frame)) return value;
  const candidate = value as Partial<Frame>;
  return typeof candidate.next === "function" &&
    typeof candidate.throw === "function" &&
    typeof candidate[Symbol.iterator] === "function"
    ? delegate(candidate as Iterable<unknown, unknown, unknown>)
    : null;
}

/** The frame that what a body gave back is to be waited for in; null: it is the result itself. */
export function frameOf(made: unknown, body: { readonly name: string }): Frame | null {
  const frame = asFrame(made);
  if (frame !== null) return frame;
  if (made instanceof Operation) return delegate(made);
  if (isThenable(made)) return delegate(waitFor(made));
  if (isAsyncGenerator(made)) {
    throw new UsageError(
      "WEV_ERR_BODY",
      `could not run ${body.name} because it is an async generator function; use a generator function, or an async one`,
    );
  }
  return null;
}

function isAsyncGenerator(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "throw" in value;
}
