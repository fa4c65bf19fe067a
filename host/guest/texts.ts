// Owns texts on their way into a guest, by number: the guest asks for the length, makes the string, and
// has it filled. And what an address is as a text.

import type { Address } from "../core/net.js";
import { writeText } from "./memory.js";

export class Texts {
  readonly #texts = new Map<number, string>();
  #last = 0;

  constructor(private readonly memory: () => WebAssembly.Memory) {}

  add(text: string): number {
    this.#last = (this.#last + 1) | 0;
    this.#texts.set(this.#last, text);
    return this.#last;
  }

  length(text: number): number {
    return this.#texts.get(text)?.length ?? 0;
  }

  take(text: number, address: number): void {
    writeText(this.memory(), address, this.#texts.get(text) ?? "");
    this.#texts.delete(text);
  }
}

/** As the guest reads it: family, port and host, or 0, 0 and a path. */
export function addressText(address: Address): string {
  return "path" in address ? `0 0 ${address.path}` : `${address.family} ${address.port} ${address.host}`;
}
