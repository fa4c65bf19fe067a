// Owns how texts are read from and written to a guest's memory: AssemblyScript's strings, UTF-16 with
// their length in bytes before them. Views are taken for one access each: memory may have grown.

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
