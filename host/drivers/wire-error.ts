// Owns how an error crosses from one thread to another. A structured clone keeps the message and the
// stack and little else: here its name, its nearest built-in class and its own fields come along.

const CLASSES = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

export interface WireError {
  readonly isError: true;
  readonly base: keyof typeof CLASSES;
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: WireThrown | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What was thrown: an error, or any value that can be copied. */
export type WireThrown = WireError | { readonly isError: false; readonly value: unknown };

export type WireAnswer = { readonly value: unknown } | { readonly error: WireThrown };

/** Causes beyond this depth are left out: one may be its own. */
const DEEPEST_CAUSE = 8;

export function toWire(thrown: unknown, depth = 0): WireThrown {
  if (!(thrown instanceof Error)) return { isError: false, value: copyable(thrown, String(thrown)) };
  const { name, message, stack, cause } = thrown;
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thrown)) {
    if (key === "name" || key === "cause" || copyable(value, MISSING) === MISSING) continue;
    fields[key] = value;
  }
  return {
    isError: true,
    base: builtInClass(thrown),
    name,
    message,
    stack,
    cause: cause === undefined || depth === DEEPEST_CAUSE ? undefined : toWire(cause, depth + 1),
    fields,
  };
}

export function fromWire(thrown: WireThrown): unknown {
  if (!thrown.isError) return thrown.value;
  const { base, name, message, stack, cause, fields } = thrown;
  const options = cause === undefined ? undefined : { cause: fromWire(cause) };
  const error = new CLASSES[base](message, options);
  Object.assign(error, fields);
  if (error.name !== name) {
    Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  }
  if (stack !== undefined) {
    Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  }
  return error;
}

const MISSING = Symbol("cannot be copied");

function copyable<F>(value: unknown, otherwise: F): unknown {
  try {
    structuredClone(value);
    return value;
  } catch {
    return otherwise;
  }
}

function builtInClass(error: Error): keyof typeof CLASSES {
  for (let type = Object.getPrototypeOf(error); type !== null; type = Object.getPrototypeOf(type)) {
    const name = type.constructor?.name as keyof typeof CLASSES;
    if (CLASSES[name]?.prototype === type) return name;
  }
  return "Error";
}
