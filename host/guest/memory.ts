// Owns how texts and bytes are read from and written to a guest's memory: AssemblyScript's strings, UTF-16
// with their length in bytes before them. Views are taken for one access each: memory may have grown.

const decoder = new TextDecoder("utf-16le");

/** The string at an address; 0 is the null reference. */
export function readText(memory: WebAssembly.Memory, address: number): string {
  if (address === 0) return "null";
  const { buffer } = memory;
  const sizeBytes = new DataView(buffer).getUint32((address >>> 0) - 4, true);
  return decoder.decode(new Uint8Array(buffer, address >>> 0, sizeBytes));
}

export function writeText(memory: WebAssembly.Memory, address: number, text: string): void {
  const units = new Uint16Array(memory.buffer, address >>> 0, text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
}

export function writeBytes(memory: WebAssembly.Memory, address: number, bytes: Uint8Array): void {
  new Uint8Array(memory.buffer, address >>> 0, bytes.length).set(bytes);
}

const SLAB_BYTES = 64 << 10;
/** Copies larger than this have memory of their own. */
const LARGEST_SHARING = SLAB_BYTES >>> 3;

/** Copies bytes out of a guest. Small copies share a slab, of which no byte is given twice: memory of its own costs more than the copy. */
export class Copier {
  #slab = new Uint8Array(0);
  #usedBytes = 0;

  copy(memory: WebAssembly.Memory, address: number, sizeBytes: number): Uint8Array {
    const source = new Uint8Array(memory.buffer, address >>> 0, sizeBytes);
    if (sizeBytes > LARGEST_SHARING) return source.slice();
    if (this.#usedBytes + sizeBytes > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#usedBytes = 0;
    }
    const copy = this.#slab.subarray(this.#usedBytes, this.#usedBytes + sizeBytes);
    this.#usedBytes += sizeBytes;
    copy.set(source);
    return copy;
  }
}
