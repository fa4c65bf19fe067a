// What the shared cases cannot hold of the tools: mistakes that trap, a million items, what is let go.
import {
  AnyGreenlet, AsyncResult, collect, Group, Local, Pool, PriorityQueue, Queue, Semaphore, sleep, spawn,
} from "wevent/assembly";

class Guard {
  constructor(public id: i32) {}
}

export const finalized: usize = memory.data(4);

export function read(counter: usize): i32 {
  return load<i32>(counter);
}

// @ts-ignore: decorator
@global
function __finalize(object: usize): void {
  if (load<u32>(object - 8) == idof<Guard>()) store<i32>(finalized, load<i32>(finalized) + 1);
}

// ---- mistakes

export function semaphoreBelowZero(): void {
  new Semaphore(-1);
}

export function poolOfZero(): void {
  new Pool(0);
}

export function valueThatIsNotThere(): void {
  new Queue<i32>().getNowait().value;
}

export function resultThatIsNotThere(): void {
  new AsyncResult<string>().value;
}

export function remoteMember(): void {
  new Group().add(AnyGreenlet.fromHandle(1 << 32 | 64));
}

export function classWithoutOrder(): void {
  new PriorityQueue<Guard>();
}

// ---- many items

/** Fills and empties a queue by turns, so that its ring turns too; how many items are not in their order. */
export function millionInOrder(count: i32): i32 {
  const queue = new Queue<i32>();
  let misplaced = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    queue.put(i);
    if (i % 3 == 0 && queue.get().value != next++) misplaced++;
  }
  while (!queue.empty()) if (queue.get().value != next++) misplaced++;
  return misplaced + (next - count);
}

/** Puts numbers that are drawn, takes them, and counts those out of order. */
export function heapInOrder(count: i32): i32 {
  const queue = new PriorityQueue<u32>();
  let state: u32 = 1;
  let misplaced = 0;
  for (let i = 0; i < count; i++) {
    state = state * 1664525 + 1013904223;
    queue.put(state >> 8);
    if (i % 4 == 3) queue.get();
  }
  let last: u32 = 0;
  while (!queue.empty()) {
    const item = queue.get().value;
    if (item < last) misplaced++;
    last = item;
  }
  return misplaced;
}

// ---- what is let go

const guards = new Queue<Guard>();
const own = new Local<Guard>((): Guard => new Guard(1));

function putsGuards(): void {
  for (let i = 0; i < 10; i++) guards.put(new Guard(i));
}

function takesGuards(): void {
  for (let i = 0; i < 9; i++) guards.get();
}

/** Nine of ten items were taken: the place of one holds nothing. */
export function queueLetsGo(): void {
  spawn(putsGuards).join();
  spawn(takesGuards).join();
  collect();
  sleep(0);
}

function touches(): i32 {
  return own.value.id;
}

export function localLetsGo(): void {
  const greenlet = spawn(touches);
  greenlet.join();
  collect();
  sleep(0);
  if (greenlet.value != 1 || own.size != 0) unreachable();
}
