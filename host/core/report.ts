// Owns what is said of an error that nobody read, and the two places it names: where the greenlet
// was spawned and where it was parked.

/** A greenlet that failed, as a report sees it. */
export interface Failed {
  readonly name: string;
  /** What it failed with; reading it counts. */
  readonly error: unknown;
  /** @internal The same, unless somebody has read it; looking does not count. */
  readonly _unread: { readonly error: unknown } | null;
  /** @internal */
  readonly _spawnSite: Site | null;
  /** @internal */
  readonly _parkSite: Site | null;
}

/** A stack taken at a place, formatted only when it is read. */
export interface Site {
  readonly stack?: string;
}

/** What an error handler is told. */
export interface ErrorReport {
  readonly error: unknown;
  /** The greenlet that failed, or what a failing callback belonged to. */
  readonly context: unknown;
  /** The greenlet's name. */
  readonly name: string;
  /** Where it was spawned: "file:line:column", or null if it was not recorded. */
  readonly spawnedAt: string | null;
  /** Where it was parked when the error was thrown into it, or null if it threw it itself. */
  readonly parkedAt: string | null;
  /** All of this as a text. */
  readonly text: string;
}

/** Where this package lies; undefined in a bundle, where its files cannot be told from the user's. */
const ROOT = /^(?:file:\/\/)?(.*\/)build\/host\/core\/report\.js/.exec(import.meta.url ?? "")?.[1];

/** Whether a place is in this package: in what was built, or in the sources that its maps name. */
function isOwn(place: string): boolean {
  const path = place.replace(/^file:\/\//, "");
  return path.startsWith(`${ROOT}build/host/`) || path.startsWith(`${ROOT}host/`);
}

/** The parts of Error that only some engines have. */
interface EngineError {
  captureStackTrace?(target: object, above?: unknown): void;
  stackTraceLimit?: number;
}

/** Frames a site keeps: enough to get out of this package's own. */
const SITE_FRAMES = 8;
/** Frames for a listing: enough of the user's, too, to see how it came there. */
export const DEEP_FRAMES = 32;

/** The present stack, unformatted where the engine allows it. */
export function captureSite(frames: number = SITE_FRAMES): Site {
  const engine: EngineError = Error;
  if (engine.captureStackTrace === undefined) return new Error();
  const site: { stack?: string } = {};
  const limit = engine.stackTraceLimit;
  engine.stackTraceLimit = frames;
  engine.captureStackTrace(site, captureSite);
  if (limit !== undefined) engine.stackTraceLimit = limit;
  return site;
}

/** A frame of a stack. */
interface StackFrame {
  /** The function's name; empty: not known. */
  readonly name: string;
  /** "file:line:column", or where in a wasm module. */
  readonly place: string;
  readonly isWasm: boolean;
}

// V8 writes "at name (place)" or "at place", the others "name@place".
const FRAME = /^\s*(?:at (?:async )?)?(?:(.*?)\s*[(@])?([^\s()@]+:(?:\d+:\d+|0x[0-9a-f]+))\)?\s*$/;

function parseStack(site: Site | null): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of site?.stack?.split("\n") ?? []) {
    const [, name = "", place] = FRAME.exec(line) ?? [];
    if (place !== undefined) frames.push({ name, place, isWasm: place.includes("wasm-function[") });
  }
  return frames;
}

/** A guest's library; what its functions are called in a module that keeps names. */
const LIBRARY = "~lib/wevent/assembly/guest/";

/** Whether it is the user's own code, and can be named. A function of wasm without a name cannot. */
function isUsers({ name, place, isWasm }: StackFrame): boolean {
  if (isWasm) return name !== "" && !name.startsWith("~lib/") && !name.startsWith("wasm-function[");
  return ROOT !== undefined && !isOwn(place) && !place.startsWith("node:");
}

/** The first place of a stack that is not in this package; null where that cannot be told. */
export function siteOf(site: Site | null): string | null {
  const frame = parseStack(site).find(isUsers);
  if (frame === undefined) return null;
  return frame.isWasm ? frame.name : frame.place;
}

/** The frames of a stack that are the user's own, innermost first: "name (place)", a guest's by name. */
export function framesOf(site: Site | null): string[] {
  return parseStack(site)
    .filter(isUsers)
    .map(({ name, place, isWasm }) => (isWasm ? name : name === "" ? place : `${name} (${place})`));
}

/** The functions of a guest in the stack of an error that came out of it, innermost first. */
export function guestFramesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  return parseStack(error)
    .filter((frame) => frame.isWasm && isUsers(frame))
    .map(({ name }) => name);
}

/** The function of a guest's library that a stack was taken in, such as "Event.wait"; null: none is named. */
export function blockingCallOf(site: Site | null): string | null {
  let outermost: string | null = null;
  for (const frame of parseStack(site)) {
    if (frame.name.startsWith(LIBRARY)) outermost = frame.name;
    // What the optimiser has copied into its caller is not named, and the library's next frame is the switch.
    else if (outermost !== null || (frame.isWasm && isUsers(frame))) break;
  }
  const called = outermost?.slice(LIBRARY.length).replace(/^[\w-]+\//, "");
  // asc calls a function so that it is called with fewer arguments than it has.
  return called?.replace(/<.*>|@varargs$/g, "").replace("#", ".") ?? null;
}

/** What there is to report: an error, what it belongs to, and the greenlet, if one failed. */
export interface Failure {
  readonly error: unknown;
  readonly context: unknown;
  readonly name: string;
  readonly failed?: Failed;
}

export function reportOf({ error, context, name, failed }: Failure): ErrorReport {
  const spawnedAt = siteOf(failed?._spawnSite ?? null);
  const parkedAt = siteOf(failed?._parkSite ?? null);
  const lines = [`${name} failed with an error that nobody read`];
  if (spawnedAt !== null) lines.push(`  spawned at ${spawnedAt}`);
  if (parkedAt !== null) lines.push(`  parked at ${parkedAt}`);
  lines.push(error instanceof Error ? textOf(error) : String(error));
  return { error, context, name, spawnedAt, parkedAt, text: lines.join("\n") };
}

/** What was thrown, and where. The stack alone says both in V8 only. */
function textOf(error: Error): string {
  const { stack = "" } = error;
  return stack.includes(error.message) && stack.includes(error.name) ? stack : `${error}\n${stack}`.trimEnd();
}
