// Owns linear memory, page by page. The core never frees a page to the engine (it cannot); it
// keeps the pages of an outgrown array for the next rows. It must not know what a page holds.

import { Layout } from "./abi";

let limitPages: i32 = 65536;
/** First page given back; each holds the address of the next in its first word. */
let firstFree: usize = 0;

/** Sets the most pages the memory may grow to. */
export function limitMemory(pages: i32): void {
  limitPages = pages;
}

/** Contiguous pages, not zeroed, or 0 when the limit or the engine says no. @grows */
export function allocatePages(count: i32): usize {
  if (count == 1 && firstFree != 0) {
    const page = firstFree;
    firstFree = load<usize>(page);
    return page;
  }
  if (memory.size() + count > limitPages) return 0;
  const before = memory.grow(count);
  return before < 0 ? 0 : <usize>before * Layout.PageBytes;
}

export function freePages(address: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    store<usize>(address, firstFree);
    firstFree = address;
    address += Layout.PageBytes;
  }
}
