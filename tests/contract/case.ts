// Owns what a case of the contract suite is, and what it is given. Nothing here or in a case may name a
// runtime's own modules: the same list runs in Node, Deno, Bun, pages, and at the edge.

import type { Hub, HubOptions } from "wevent";
import type { Guest, GuestOptions } from "wevent/guest";
import type { Capability, ErrorReport } from "wevent/hub";

/** A runtime, as the file that runs the cases in it presents it. */
export interface World {
  /** Its name in runtimes.json, and what the runtime itself says of its version. */
  readonly runtime: string;
  readonly version: string;
  /** A guest built ahead, such as "cases" or "tutorial/switch": as bytes, null where they cannot be compiled. */
  guestBytes(name: string): Promise<BufferSource | null>;
  /** The same as a module that is compiled already. */
  guestModule(name: string): Promise<WebAssembly.Module>;
  /** Starts the server of examples/tutorial/lib/json-server.ts, where that can be had. */
  readonly startJsonServer?: (() => Promise<JsonServer>) | undefined;
  /** What runtimes.json says that it can. */
  readonly capabilities: readonly string[];
  /** URL of a file in `files`; omitted: there are none. */
  readonly fileUrl?: ((name: string) => URL) | undefined;
  /** A command that runs such a file in the same runtime; omitted: there are no processes. */
  readonly command?: ((name: string) => readonly string[]) | undefined;
  /** AsyncLocalStorage, where there is one. */
  readonly AsyncLocalStorage?: (new <T>() => ContextStorage<T>) | undefined;
}

/** What is used of AsyncLocalStorage. */
export interface ContextStorage<T> {
  run<R>(store: T, body: () => R): R;
  getStore(): T | undefined;
}

export interface JsonServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What a case is given: a hub of its own, which is checked and destroyed after it. */
export interface Stage {
  readonly world: World;
  readonly hub: Hub;
  /** What happened, in order. */
  readonly log: string[];
  /** Reports of errors that nobody read. Those that a case leaves here make it fail. */
  readonly reports: ErrorReport[];
  /** A guest on the case's hub. Its console.log goes to `log`. */
  guest(name: string, options?: GuestOptions): Promise<Guest>;
}

export interface Case {
  readonly name: string;
  /** Where one is missing, the case is not run, and counted as "not supported there". */
  readonly needs?: readonly Capability[];
  /** What of a World it needs. */
  readonly needsOfWorld?: readonly ("startJsonServer" | "fileUrl" | "command" | "AsyncLocalStorage")[];
  /** Options of its hub. Omitted: the virtual clock. */
  readonly hub?: HubOptions;
  /** A generator is run as a greenlet of the case's hub; anything else is main. */
  run(stage: Stage): Generator<unknown, unknown, unknown> | Promise<unknown> | void;
}

/** Time passes by itself, on the runtime's timers. */
export const REAL: HubOptions = { clock: "real" };

/** The cases of one chapter. */
export function chapter(name: string, cases: readonly Case[]): Case[] {
  return cases.map((each) => ({ ...each, name: `${name}: ${each.name}` }));
}
