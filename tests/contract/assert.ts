// Owns the assertions of the contract suite: a test library's own run in few of the runtimes.

/** Whether two values say the same: numbers, texts, bytes, and arrays and plain objects of them. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => isSame((a as Fields)[name], (b as Fields)[name]));
}

type Fields = Record<string, unknown>;

function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

export function equal(actual: unknown, expected: unknown, what = "it"): void {
  if (!isSame(actual, expected)) throw new Error(`${what} is ${show(actual)} and not ${show(expected)}`);
}

export function ok(isTrue: boolean, what: string): asserts isTrue {
  if (!isTrue) throw new Error(`it is not so that ${what}`);
}

/** The code of what `body` throws, or its name. */
export function codeThrownBy(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return codeOf(error);
  }
  return "nothing thrown";
}

/** The same of a blocking call. */
export function* codeThrownIn(
  call: Iterable<unknown, unknown, unknown>,
): Generator<unknown, string, unknown> {
  try {
    yield* call;
  } catch (error) {
    return codeOf(error);
  }
  return "nothing thrown";
}

/** The same of a promise. */
export async function codeOfRejection(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return codeOf(error);
  }
  return "nothing thrown";
}

export function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === "string" ? code : String(name);
}
