// Owns what a guest of AssemblyScript asks of "env" and "wevent" beside the core's exports: printing,
// clocks, a random seed, arguments, fetch, items of channels. It must not know how a greenlet is switched.

import { UnsupportedError } from "../core/errors.js";
import type { Hub } from "../core/hub.js";
import type { Task } from "../core/task.js";
import { itemServices } from "./items.js";
import { readText } from "./memory.js";
import { Texts } from "./texts.js";

/** What the services need of their guest. Its memory is there once it is instantiated. */
export interface Home {
  readonly hub: Hub;
  readonly memory: WebAssembly.Memory;
  readonly args: readonly string[];
}

type Functions = Record<string, (...args: never[]) => unknown>;

class Request {
  status = 0;
  text = "";
  isOver = false;
  readonly abort = new AbortController();
}

/** The requests of a guest's greenlets, by number. */
class Requests {
  readonly #requests = new Map<number, Request>();
  #last = 0;

  constructor(private readonly home: Home) {}

  start(url: number, row: number, ticket: number): number {
    const { hub, memory } = this.home;
    if (typeof globalThis.fetch !== "function") throw new UnsupportedError("fetch", hub.runtime);
    const request = new Request();
    const number = ++this.#last;
    this.#requests.set(number, request);
    hub.completions++;
    void load(request, readText(memory, url)).then(() => {
      if (!this.#requests.has(number)) return;
      request.isOver = true;
      hub.completions--;
      // The hub takes any task's row for this, a guest's too.
      hub.wake({ _row: row } as Task, ticket);
    });
    return number;
  }

  get(number: number): Request {
    return this.#requests.get(number) ?? new Request();
  }

  drop(number: number): void {
    const request = this.#requests.get(number);
    if (request === undefined) return;
    this.#requests.delete(number);
    if (request.isOver) return;
    this.home.hub.completions--;
    request.abort.abort();
  }
}

async function load(request: Request, url: string): Promise<void> {
  try {
    const response = await globalThis.fetch(url, { signal: request.abort.signal });
    request.text = await response.text();
    request.status = response.status;
  } catch (error) {
    request.text = error instanceof Error ? error.message : String(error);
  }
}

/** The services of module "wevent". */
export function guestServices(home: Home): Functions {
  const texts = new Texts(() => home.memory);
  const requests = new Requests(home);
  return {
    now: () => home.hub.now(),
    textLength: (text: number) => texts.length(text),
    takeText: (text: number, address: number) => texts.take(text, address),
    ...itemServices(home.hub, () => home.memory, texts),
    argumentCount: () => home.args.length,
    argument: (place: number) => texts.add(home.args[place] ?? ""),
    startFetch: (url: number, row: number, ticket: number) => requests.start(url, row, ticket),
    fetchStatus: (request: number) => requests.get(request).status,
    fetchText: (request: number) => texts.add(requests.get(request).text),
    dropFetch: (request: number) => requests.drop(request),
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
