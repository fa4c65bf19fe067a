// Many greenlets that park anywhere in a deep stack, with references of every kind alive in each frame.
// Run twice: with switches off for the expected results, then on.
import { collect, Greenlet, joinAll, sleep, spawn } from "wevent/assembly";

class Guard {
  constructor(public id: i32) {}
}

class Random {
  constructor(private state: u32) {}
  next(): u32 {
    this.state ^= this.state << 13;
    this.state ^= this.state >> 17;
    this.state ^= this.state << 5;
    return this.state;
  }
}

const MAX_DEPTH = 50;
/** A byte for each Guard: whether its frame is alive. Raw memory, as the finaliser may not allocate. */
const guarded: usize = memory.data(102000);
const ballast: ArrayBuffer[] = [];
let isParking = false;

export const entered: usize = memory.data(4);
export const left: usize = memory.data(4);
export const parked: usize = memory.data(4);
export const finalizedAlive: usize = memory.data(4);

function bump(counter: usize): void {
  store<i32>(counter, load<i32>(counter) + 1);
}

export function read(counter: usize): i32 {
  return load<i32>(counter);
}

// @ts-ignore: decorator
@global
function __finalize(object: usize): void {
  if (load<u32>(object - 8) == idof<Guard>() && load<u8>(guarded + changetype<Guard>(object).id)) bump(finalizedAlive);
}

function perhapsPark(random: Random): void {
  const draw = random.next();
  if (draw % 40 != 0 || !isParking) return;
  bump(parked);
  if (load<i32>(parked) % 500 == 0) ballast.push(new ArrayBuffer(256 << 10));
  collect();
  sleep(draw % 3 == 0 ? <f64>(draw % 5) : 0);
}

function hash(text: string): u32 {
  let sum: u32 = 2166136261;
  for (let i = 0; i < text.length; i++) sum = (sum ^ text.charCodeAt(i)) * 16777619;
  return sum;
}

function descend(random: Random, depth: i32, id: i32): u32 {
  bump(entered);
  const guard = new Guard(id * (MAX_DEPTH + 1) + depth);
  store<u8>(guarded + guard.id, 1);
  const text = "level " + depth.toString() + " of " + id.toString();
  perhapsPark(random);
  let sum: u32 = 0;
  if (depth % 8 == 3) {
    const list = [depth, depth + 1, depth + 2];
    const map = new Map<string, string>();
    map.set(text, text + "!");
    sum += descend(random, depth - 1, id);
    perhapsPark(random);
    sum += list[0] + list[1] + list[2] + hash(map.get(text));
  } else if (depth > 0) {
    // A value that lives in no local: only on the shadow stack, while the call is under way.
    sum += hash(join(text + "?", descend(random, depth - 1, id)));
  }
  perhapsPark(random);
  sum = sum * 31 + hash(text) + guard.id;
  store<u8>(guarded + guard.id, 0);
  bump(left);
  return sum;
}

function join(text: string, sum: u32): string {
  return text + sum.toString();
}

function body(id: i32): u32 {
  const random = new Random(id * 2654435761 + 12345);
  return descend(random, random.next() % (MAX_DEPTH + 1), id);
}

/** How many of `count` greenlets come to the wrong result. */
export function run(count: i32): i32 {
  isParking = false;
  const expected: u32[] = [];
  for (let i = 0; i < count; i++) expected.push(body(i));
  // The guards of this first run are dead; they bear the names of those to come.
  collect();
  sleep(0);
  isParking = true;
  const greenlets: Greenlet<u32>[] = [];
  for (let i = 0; i < count; i++) greenlets.push(spawn(body, i));
  joinAll(greenlets);
  let wrong = 0;
  for (let i = 0; i < count; i++) if (greenlets[i].value != expected[i]) wrong++;
  return wrong;
}
