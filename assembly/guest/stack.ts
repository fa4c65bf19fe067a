// Owns the memory of a parked stack: one block of the guest's own heap for each greenlet, made at
// its first park, grown when a park needs more, freed when it ends. It must not know when a
// greenlet parks, nor what the bytes mean to Asyncify.
//
//   block:  +-----------------+----------------+---------+
//           | frames          | roots          | unused  |   capacity bytes
//           +-----------------+----------------+---------+
//           0                 frames           frames + roots
//
// `frames` are what Asyncify wrote, `roots` the words that lay on the shadow stack: pointers to
// managed objects, or null. While the greenlet runs both counts are 0 and the block holds nothing.

/** The first words of every Task, seen by code that may hold no managed reference. */
@unmanaged
export class Stack {
  /** Place in the guest's table of the function the trampoline calls. 0: JavaScript calls an export. */
  entry: u32;
  block: usize;
  capacity: u32;
  frames: u32;
  roots: u32;
}

/** Most bytes a parked stack may take. */
let limitBytes: u32 = 256 << 10;

export function limitStack(sizeBytes: u32): void {
  limitBytes = sizeBytes;
}

/** Makes room for a stack; what the block held is lost. False: more than the limit. @grows */
export function reserve(stack: Stack, sizeBytes: u32): bool {
  if (sizeBytes > limitBytes) return false;
  // A multiple of 16 less the allocator's own word is what it would give anyway.
  const capacity = ((sizeBytes + 8 + 15) & ~15) - 4;
  free(stack);
  stack.block = heap.alloc(capacity);
  // Without the last word, so that frames may be copied eight bytes at a time.
  stack.capacity = capacity - 4;
  return true;
}

/** Copies a stack into its block, which has room for it. */
// @ts-ignore: decorator
@inline
export function save(stack: Stack, scratch: usize, frames: u32, top: usize, roots: u32): void {
  const block = stack.block;
  if (frames > 256) memory.copy(block, scratch, frames);
  else for (let i: u32 = 0; i < frames; i += 8) store<u64>(block + i, load<u64>(scratch + i));
  const slice = block + frames;
  for (let i: u32 = 0; i < roots; i += 4) {
    const root = load<usize>(top + i);
    store<usize>(slice + i, root);
    // The collector may have walked this task already, and must then walk it again.
    __link(changetype<usize>(stack), root, true);
  }
  stack.frames = frames;
  stack.roots = roots;
}

/** Copies the roots back to just below `base`, answers where they begin, and lets go of the block. */
// @ts-ignore: decorator
@inline
export function restoreRoots(stack: Stack, base: usize): usize {
  const roots = stack.roots;
  const slice = stack.block + stack.frames;
  const top = base - roots;
  for (let i: u32 = 0; i < roots; i += 4) store<u32>(top + i, load<u32>(slice + i));
  discard(stack);
  return top;
}

/** Forgets the parked frames and roots: nothing will resume them. */
export function discard(stack: Stack): void {
  stack.frames = 0;
  stack.roots = 0;
}

export function free(stack: Stack): void {
  discard(stack);
  if (stack.block != 0) heap.free(stack.block);
  stack.block = 0;
  stack.capacity = 0;
}
