// One greenlet parks at a given depth, others tick on beside it; blocks of a known pattern lie between
// the parked stacks, to show that nothing was written where it should not be.
import { Event, Greenlet, joinAll, onExit, sleep, spawn } from "wevent/assembly";

const PATTERN_BYTES = 256;
let ticks = 0;
let exits = 0;

function mix(x: u64): u64 {
  return (x ^ (x >> 31)) * 0x9e3779b97f4a7c15;
}

/** A frame of five 64-bit locals that live across the call. */
function deep(depth: i32, a: u64, b: u64, c: u64, d: u64): u64 {
  if (depth == 0) {
    sleep(1);
    return a;
  }
  const e = mix(a + b);
  const below = deep(depth - 1, b, c, d, e);
  return below + (a ^ b) + (c ^ d) + e;
}

function plain(depth: i32, a: u64, b: u64, c: u64, d: u64): u64 {
  if (depth == 0) return a;
  const e = mix(a + b);
  const below = plain(depth - 1, b, c, d, e);
  return below + (a ^ b) + (c ^ d) + e;
}

function dive(depth: i32): u64 {
  onExit((depth: i32): void => { exits++; }, depth);
  return deep(depth, 1, 2, 3, 4);
}

function tick(): void {
  for (let i = 0; i < 10; i++) {
    ticks++;
    sleep(0.3);
  }
}

function patterned(seed: i32): usize {
  const block = heap.alloc(PATTERN_BYTES);
  for (let i = 0; i < PATTERN_BYTES; i++) store<u8>(block + i, <u8>(i * 7 + seed));
  return block;
}

/** A bit for each thing that went wrong; bit 0: the deep greenlet did not succeed. */
export function run(depth: i32): i32 {
  ticks = 0;
  exits = 0;
  const canaries: usize[] = [];
  const others: Greenlet<void>[] = [];
  for (let i = 0; i < 10; i++) {
    canaries.push(patterned(i));
    others.push(spawn(tick));
  }
  const diver = spawn(dive, depth);
  for (let i = 10; i < 20; i++) {
    canaries.push(patterned(i));
    others.push(spawn(tick));
  }
  diver.join();
  joinAll(others);
  let wrong = 0;
  if (!diver.successful) wrong |= 1;
  else if (diver.value != plain(depth, 1, 2, 3, 4)) wrong |= 2;
  if (ticks != 200) wrong |= 4;
  if (exits != 1) wrong |= 8;
  for (let i = 0; i < canaries.length; i++) {
    for (let k = 0; k < PATTERN_BYTES; k++) {
      if (load<u8>(canaries[i] + k) != <u8>(k * 7 + i)) wrong |= 16;
    }
    heap.free(canaries[i]);
  }
  return wrong;
}

function recurse(n: i32): i32 {
  return n == i32.MIN_VALUE ? 0 : recurse(n + 1) + 1;
}

/** The engine's own stack overflows in one greenlet. */
export function runaway(): i32 {
  const other = spawn(tick);
  const runaway = spawn(recurse, 0);
  runaway.join();
  other.join();
  return (runaway.dead ? 1 : 0) | (runaway.successful ? 2 : 0) | (other.successful ? 4 : 0);
}
