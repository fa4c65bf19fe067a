// Owns what a guest of AssemblyScript asks of "env" and "wevent" beside the core's exports: printing,
// clocks, a random seed, arguments, fetch, items of channels, and how a call of the host goes on. Sockets
// have a file of their own. It must not know how a greenlet is switched.

import type { Status } from "../../assembly/guest/abi.js";
import { call } from "../core/call.js";
import { UnsupportedError } from "../core/errors.js";
import { currentHub, type Hub } from "../core/hub.js";
import { waitFor } from "../core/wait-promise.js";
import type { HostCalls } from "./host-calls.js";
import { itemServices } from "./items.js";
import { readText } from "./memory.js";
import type { Texts } from "./texts.js";

/** What the services need of their guest. Its memory is there once it is instantiated. */
export interface Home {
  readonly hub: Hub;
  readonly memory: WebAssembly.Memory;
  readonly args: readonly string[];
  /** @internal */ readonly texts: Texts;
  /** @internal */ readonly calls: HostCalls;
}

type Functions = Record<string, (...args: never[]) => unknown>;

/** What a request came to; status 0: it failed, and the text says why. */
interface Fetched {
  readonly status: number;
  readonly text: string;
}

function* request(url: string): Generator<unknown, Fetched, unknown> {
  if (typeof globalThis.fetch !== "function") throw new UnsupportedError("fetch", currentHub().runtime);
  const abort = new AbortController();
  try {
    return yield* waitFor(load(url, abort.signal));
  } finally {
    // Interrupted, or over, and then there is nothing left to abort.
    abort.abort();
  }
}

async function load(url: string, signal: AbortSignal): Promise<Fetched> {
  try {
    const response = await globalThis.fetch(url, { signal });
    return { text: await response.text(), status: response.status };
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error), status: 0 };
  }
}

/** The services of module "wevent". */
export function guestServices(home: Home): Functions {
  const { calls, texts } = home;
  return {
    now: () => home.hub.now(),
    textLength: (text: number) => texts.length(text),
    takeText: (text: number, address: number) => texts.take(text, address),
    ...itemServices(home.hub, () => home.memory, texts),
    argumentCount: () => home.args.length,
    argument: (place: number) => texts.add(home.args[place] ?? ""),
    resumeCall: (row: number, status: Status) => calls.resume(row, status),
    dropCall: (row: number) => calls.drop(row),
    fetch: (row: number, url: number) => calls.begin(row, () => call(request, readText(home.memory, url))),
    fetchedStatus: () => (calls.answer as Fetched).status,
    fetchedText: () => texts.add((calls.answer as Fetched).text),
  };
}

/** What AssemblyScript's own library imports from "env". */
export function environment(home: Home): Functions {
  const text = (address: number) => readText(home.memory, address);
  return {
    abort(message: number, file: number, line: number, column: number) {
      throw new Error(`${message === 0 ? "abort" : text(message)} at ${text(file)}:${line}:${column}`);
    },
    trace(message: number, count: number, ...numbers: number[]) {
      console.log(`trace: ${text(message)}${count > 0 ? " " : ""}${numbers.slice(0, count).join(", ")}`);
    },
    seed: () => Date.now() * Math.random(),
    "Date.now": () => Date.now(),
    "performance.now": () => performance.now(),
    "Math.random": () => Math.random(),
    "console.assert": (condition: number, message: number) => console.assert(condition !== 0, text(message)),
    "console.debug": (message: number) => console.debug(text(message)),
    "console.error": (message: number) => console.error(text(message)),
    "console.info": (message: number) => console.info(text(message)),
    "console.log": (message: number) => console.log(text(message)),
    "console.warn": (message: number) => console.warn(text(message)),
    "console.time": (label: number) => console.time(text(label)),
    "console.timeLog": (label: number) => console.timeLog(text(label)),
    "console.timeEnd": (label: number) => console.timeEnd(text(label)),
  };
}
