// Many greenlets that hand items, permits and places to each other, with limits, kills and a collection at
// every step: what is put is got once or is left, and every permit and place comes back.
import {
  AnyGreenlet, collect, kill, LifoQueue, Local, onExit, Pool, PriorityQueue, Queue, Results, Semaphore, sleep, spawn,
  Status,
} from "wevent/assembly";

const PRODUCERS = 8;
const CONSUMERS = 8;
const HOLDERS = 6;
const PERMITS = 3;
const PLACES = 4;
const MOST_ITEMS = 4096;

class Item {
  constructor(public id: i32, public text: string) {}

  get isSound(): bool {
    return this.text == "item " + this.id.toString();
  }
}

export const wrong: usize = memory.data(4);
export const put: usize = memory.data(4);
export const got: usize = memory.data(4);
export const kills: usize = memory.data(4);
export const mapped: usize = memory.data(4);
/** How often each item was got. */
const seen: usize = memory.data(MOST_ITEMS);

export function read(counter: usize): i32 {
  return load<i32>(counter);
}

function bump(counter: usize): void {
  store<i32>(counter, load<i32>(counter) + 1);
}

let state: u32 = 0;
function draw(below: i32): i32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state % below;
}

let made = 0;
let isOver = false;
const queues: Queue<Item>[] = [
  new Queue<Item>(3),
  new Queue<Item>(),
  new LifoQueue<Item>(2),
  new PriorityQueue<Item>((a: Item, b: Item): i32 => a.id - b.id, 4),
];
const own = new Local<Item>((): Item => {
  const id = made++;
  return new Item(id, "item " + id.toString());
});

function anyQueue(): Queue<Item> {
  return queues[draw(queues.length)];
}

function perhapsRest(): void {
  collect();
  const kind = draw(4);
  if (kind < 3) sleep(kind == 2 ? <f64>draw(3) : 0);
}

function produces(_: i32): void {
  while (!isOver && made < MOST_ITEMS - PRODUCERS - CONSUMERS) {
    // Only what is in a queue is counted: one that is killed in put() has put nothing.
    const id = made++;
    const item = new Item(id, "item " + id.toString());
    collect();
    const kind = draw(3);
    const queue = anyQueue();
    const status = kind == 0 ? queue.put(item) : kind == 1 ? queue.put(item, <f64>draw(3)) : queue.putNowait(item);
    if (status == Status.Ok) bump(put);
    if (!item.isSound) bump(wrong);
    perhapsRest();
  }
}

function consumes(_: i32): void {
  const mine = own.value;
  while (!isOver) {
    collect();
    const queue = anyQueue();
    const kind = draw(4);
    const answer =
      kind == 0 ? queue.get() : kind == 1 ? queue.get(<f64>draw(3)) : kind == 2 ? queue.getNowait() : queue.peek(2);
    if (answer.ok) {
      if (!answer.value.isSound) bump(wrong);
      if (kind != 3) takes(answer.value);
    }
    if (own.value != mine || !mine.isSound) bump(wrong);
    perhapsRest();
  }
}

function takes(item: Item): void {
  bump(got);
  if (load<u8>(seen + item.id) != 0) bump(wrong);
  store<u8>(seen + item.id, 1);
}

const permits = new Semaphore(PERMITS);
let inside = 0;

class Hold {
  isHeld: bool = false;

  leave(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    inside--;
    permits.release();
  }
}

function holds(_: i32): void {
  const hold = new Hold();
  onExit((hold: Hold): void => hold.leave(), hold);
  while (!isOver) {
    collect();
    const kind = draw(4);
    if (kind == 3) {
      permits.wait(2);
    } else if (kind == 0 ? permits.acquire() : kind == 1 ? permits.acquire(<f64>draw(3)) : permits.tryAcquire()) {
      hold.isHeld = true;
      if (++inside > PERMITS) bump(wrong);
      perhapsRest();
      hold.leave();
    }
    perhapsRest();
  }
}

const pool = new Pool(PLACES);

function naps(ms: i32): string {
  collect();
  sleep(ms);
  return "nap of " + ms.toString();
}

function maps(_: i32): void {
  while (!isOver) {
    const maxSize = draw(3);
    const results =
      draw(2) == 0
        ? pool.imapUnordered<i32, string>(naps, [2, 0, 1, 3], maxSize)
        : pool.imap<i32, string>(naps, [2, 0, 1, 3], maxSize);
    // A reader that is killed leaves the mapping to whoever closes it.
    onExit((results: Results<i32, string>): void => results.close(), results);
    while (results.next()) {
      if (!results.value.startsWith("nap of ")) bump(wrong);
      bump(mapped);
    }
    pool.trySpawn(naps, 1);
    perhapsRest();
  }
}

function starts(place: i32): AnyGreenlet {
  if (place < PRODUCERS) return spawn(produces, 0);
  if (place < PRODUCERS + CONSUMERS) return spawn(consumes, 0);
  if (place < PRODUCERS + CONSUMERS + HOLDERS) return spawn(holds, 0);
  return spawn(maps, 0);
}

/** `steps` kills of random greenlets, each replaced by a new one. */
export function run(seed: i32, steps: i32): void {
  state = seed;
  const greenlets: AnyGreenlet[] = [];
  for (let i = 0; i < PRODUCERS + CONSUMERS + HOLDERS + 2; i++) greenlets.push(starts(i));
  for (let i = 0; i < steps; i++) {
    sleep(draw(4));
    const place = draw(greenlets.length);
    kill(greenlets[place]);
    bump(kills);
    greenlets[place] = starts(place);
  }
  isOver = true;
  for (let i = 0; i < queues.length; i++) queues[i].shutdown();
  for (let i = 0; i < greenlets.length; i++) {
    // Each of them comes to its end by itself, or somebody was not woken.
    if (greenlets[i].join(1000) == Status.Ok) continue;
    bump(wrong);
    kill(greenlets[i]);
  }
  pool.join();
  for (let i = 0; i < queues.length; i++) {
    for (let item = queues[i].getNowait(); item.ok; item = queues[i].getNowait()) takes(item.value);
  }
  if (permits.counter != PERMITS || inside != 0 || pool.freeCount() != PLACES || pool.size != 0) bump(wrong);
  if (own.size != 0) bump(wrong);
}
