// Owns what the greenlets and functions of a guest are called: reads the module's name section, once,
// when the first name is asked for. https://webassembly.github.io/spec/core/appendix/custom.html#name-section

import { readText } from "./memory.js";

/** The part of a guest's exports that names need. */
export interface NamedControls {
  readonly memory: WebAssembly.Memory;
  readonly __wevent_table: WebAssembly.Table;
  __wevent_name(body: number): number;
  __wevent_function(body: number): number;
}

/** The path of a file before a function's name; a type argument has paths of its own. */
const FOLDERS = /^[^<]*\//;
/** Subsection of the name section with the names of functions. */
const FUNCTION_NAMES = 1;

export class GreenletNames {
  readonly #module: WebAssembly.Module;
  readonly #controls: NamedControls;
  #functions: ReadonlyMap<number, string> | null = null;

  constructor(module: WebAssembly.Module, controls: NamedControls) {
    this.#module = module;
    this.#controls = controls;
  }

  /** The name given to a greenlet, or that of its function; null: neither is known. */
  of(body: number): string | null {
    try {
      return this.#read(body);
    } catch {
      // The guest's memory was overwritten (overflow.test.ts): what is said of it must still be said.
      return null;
    }
  }

  #read(body: number): string | null {
    const text = this.#controls.__wevent_name(body);
    if (text !== 0) return readText(this.#controls.memory, text);
    const index = this.#controls.__wevent_function(body);
    const called = index === 0 ? null : (this.#controls.__wevent_table.get(index) as { name: string } | null);
    // What a WebAssembly function is called in JavaScript is its number in the module.
    return called === null ? null : this.#functionName(Number(called.name));
  }

  #functionName(index: number): string | null {
    this.#functions ??= readFunctionNames(this.#module);
    const name = this.#functions.get(index);
    // One of the library's own closures stands before the user's function, and says nothing.
    return name === undefined || name.startsWith("~lib/") ? null : name.replace(FOLDERS, "");
  }
}

/** The names of a module's functions by number; empty: it was stripped of them. */
export function readFunctionNames(module: WebAssembly.Module): Map<number, string> {
  const names = new Map<number, string>();
  const [section] = WebAssembly.Module.customSections(module, "name");
  if (section === undefined) return names;
  const reader = new Reader(new Uint8Array(section));
  while (!reader.isAtEnd) {
    const id = reader.number();
    const sizeBytes = reader.number();
    if (id !== FUNCTION_NAMES) {
      reader.skip(sizeBytes);
      continue;
    }
    for (let left = reader.number(); left > 0; left--) {
      const index = reader.number();
      names.set(index, reader.text());
    }
  }
  return names;
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** An unsigned LEB128. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  text(): string {
    const sizeBytes = this.number();
    this.#at += sizeBytes;
    return new TextDecoder().decode(this.#bytes.subarray(this.#at - sizeBytes, this.#at));
  }
}
