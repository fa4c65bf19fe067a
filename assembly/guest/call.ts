// Owns calling what the program gives: a function of one argument, or of none. It must not wait itself.

/** Calls `fn`, with `arg` if it takes one. */
// @ts-ignore: decorator
@inline
export function call<F, A>(fn: F, arg: A): ReturnType<F> {
  if (lengthof<F>() == 0) return fn();
  return fn(arg);
}
