// What the tests of ThreadPool call in threads.
import { appendFileSync } from "node:fs";
import { threadId } from "node:worker_threads";

export const add = (a, b) => a + b;
export const double = (n) => n * 2;
export const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
export const thread = () => threadId;
export const whatIs = (value) => `${value.constructor.name} of ${value.byteLength}`;
export const notCopied = () => () => {};
export const exit = () => process.exit(3);
export const crash = () =>
  new Promise(() =>
    setTimeout(() => {
      throw new TypeError("crashed");
    }, 1),
  );
export const constant = 5;
export default () => "default";

class OwnError extends RangeError {
  name = "OwnError";
  code = "E_OWN";
  callback = () => {};
}

export function fail() {
  throw new OwnError("own", { cause: new TypeError("its cause") });
}
export const failWith = (value) => {
  throw value;
};

/** Holds the thread, and leaves a mark now and then. */
export function spin(path, ms) {
  const end = Date.now() + ms;
  for (let next = 0; Date.now() < end; ) {
    if (Date.now() < next) continue;
    appendFileSync(path, ".");
    next = Date.now() + 10;
  }
}
