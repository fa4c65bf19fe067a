// The words in which both sides of list.ts log what a call has come to.
import type { Operation } from "wevent";

export type Log = (text: string) => void;
/** What a program of a case is: a greenlet that logs what it does. */
export type Program = (log: Log) => Generator<unknown, void, unknown>;

const words: Record<string, string> = {
  Empty: "nothing",
  Full: "nothing",
  Timeout: "nothing",
  ShutDown: "closed",
};

function word(error: unknown): string {
  const found = words[(error as Error).name];
  if (found === undefined) throw error;
  return found;
}

/** What a blocking call gives, or the word for why it does not. */
export function* item(call: Operation<unknown>): Generator<unknown, string, unknown> {
  try {
    return String(yield* call);
  } catch (error) {
    return word(error);
  }
}

/** The same for a call that gives nothing. */
export function* told(call: Operation<void>): Generator<unknown, string, unknown> {
  const answer = yield* item(call);
  return answer === "undefined" ? "ok" : answer;
}

/** The same for a call that does not block. */
export function now(call: () => unknown): string {
  try {
    const value = call();
    return value === undefined ? "ok" : String(value);
  } catch (error) {
    return word(error);
  }
}
