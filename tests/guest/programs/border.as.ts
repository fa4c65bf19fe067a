// What crosses the border: channels of every kind of item, handed over by handle.
import { AnyGreenlet, Channel, collect, Event, kill, onExit, Semaphore, sleep, spawn, Status } from "wevent/assembly";

class Point {
  constructor(readonly x: i32, readonly label: string) {}
}

/** Inside one guest anything can be passed; the collector runs while it is on its way. */
export function objectsInside(): void {
  const channel = new Channel<Point>();
  const sender = spawn((to: Channel<Point>): void => {
    for (let i = 0; i < 20; i++) {
      to.put(new Point(i, "p" + i.toString()));
      collect();
    }
  }, channel);
  let sum = 0;
  let labels = "";
  for (let i = 0; i < 20; i++) {
    const point = channel.get().value;
    collect();
    sum += point.x;
    labels += point.label;
  }
  sender.join();
  console.log(sum.toString() + " " + labels.length.toString());
}

let meetingPoint: Channel<i32> | null = null;

export function pairsInOrder(): void {
  meetingPoint = new Channel<i32>();
  for (let i = 0; i < 3; i++) {
    spawn((): void => {
      const item = meetingPoint!.get().value;
      console.log("g" + item.toString());
    });
  }
  for (let i = 0; i < 3; i++) {
    spawn((id: i32): void => {
      meetingPoint!.put(id);
      console.log("p" + id.toString());
    }, i);
  }
  sleep(1);
}

export function limits(): void {
  const channel = new Channel<string>();
  console.log((channel.put("x", 5) == Status.TimedOut).toString());
  console.log((channel.get(5).status == Status.TimedOut).toString());
  console.log(channel.getNowait().ok.toString() + " " + channel.balance.toString());
  const putter = spawn((to: Channel<string>): void => { to.put("gone"); }, channel);
  sleep(0);
  kill(putter);
  putter.join();
  const other = spawn((to: Channel<string>): void => { to.put("kept"); }, channel);
  sleep(0);
  console.log(channel.balance.toString() + " " + channel.getNowait().value);
  other.join();
}

// ---- with TypeScript on the other side

export function echoNumbers(handle: u64, times: i32): f64 {
  const channel = Channel.fromHandle<f64>(handle);
  let sum: f64 = 0;
  for (let i = 0; i < times; i++) {
    const answer = channel.get();
    if (!answer.ok) return -1;
    sum += answer.value;
    if (channel.put(answer.value * 2) != Status.Ok) return -2;
  }
  return sum;
}

export function echoTexts(handle: u64): void {
  const channel = Channel.fromHandle<string>(handle);
  for (;;) {
    const text = channel.get().value;
    if (text == "stop") return;
    collect();
    channel.put(text + text);
  }
}

export function reverseBytes(handle: u64): void {
  const channel = Channel.fromHandle<Uint8Array>(handle);
  const bytes = channel.get().value;
  bytes.reverse();
  channel.put(bytes);
}

export function negate(handle: u64): void {
  const channel = Channel.fromHandle<i64>(handle);
  channel.put(-channel.get().value);
}

let made: Channel<i32> | null = null;

/** A channel made here; its handle. */
export function make(): u64 {
  made = new Channel<i32>();
  return made!.handle;
}

export function sumOfMade(count: i32): i32 {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += made!.get().value;
  return sum;
}

export function takeBack(): void {
  made!.unshare();
}

// ---- events and semaphores

export function waitForEvent(handle: u64, timeoutMs: f64): bool {
  return Event.fromHandle(handle).wait(timeoutMs);
}

export function setEvent(handle: u64): void {
  Event.fromHandle(handle).set();
}

export function clearEvent(handle: u64): bool {
  const event = Event.fromHandle(handle);
  event.clear();
  return event.isSet();
}

/** Takes a permit, holds it for some time, gives it back; so many times. */
export function hold(handle: u64, heldMs: f64, times: i32): i32 {
  const semaphore = Semaphore.fromHandle(handle);
  let held = 0;
  for (let i = 0; i < times; i++) {
    if (!semaphore.acquire()) return -1;
    sleep(heldMs);
    held++;
    semaphore.release();
  }
  return held;
}

/** Takes a permit, and then waits for an event; a kill gives the permit back. */
export function holdAndWait(semaphore: u64, event: u64): void {
  const held = Semaphore.fromHandle(semaphore);
  held.acquire();
  onExit((it: Semaphore): void => { it.release(); }, held);
  Event.fromHandle(event).wait();
}

let madeEvent: Event | null = null;
let madeSemaphore: Semaphore | null = null;

export function makeEvent(): u64 {
  madeEvent = new Event();
  return madeEvent!.handle;
}

export function makeSemaphore(permits: i32): u64 {
  madeSemaphore = new Semaphore(permits);
  return madeSemaphore!.handle;
}

export function takeEventBack(): bool {
  madeEvent!.unshare();
  return madeEvent!.isSet();
}

export function freePermits(): i32 {
  return madeSemaphore!.counter;
}

// ---- what must not be changed on its way, and what must not be taken for another thing

export function giveUnsigned(handle: u64): void {
  Channel.fromHandle<u64>(handle).put(u64.MAX_VALUE);
}

export function takeByte(handle: u64): u8 {
  return Channel.fromHandle<u8>(handle).get().value;
}

/** The same channel under two types of number. */
export function twoTypes(): f64 {
  const whole = new Channel<u8>();
  const real = Channel.fromHandle<f64>(whole.handle);
  const giver = spawn((to: Channel<u8>): void => { to.put(200); }, whole);
  const sum = real.get().value;
  giver.join();
  whole.unshare();
  return sum;
}

export function killByHandle(handle: u64): void {
  kill(AnyGreenlet.fromHandle(handle));
}

class Leaving {
  constructor(readonly semaphore: Semaphore, readonly gate: Event) {}
}

/** Takes a permit; when it ends it gives that back, once it is let through the gate. */
export function holdForLong(semaphore: u64, gate: u64): void {
  const leaving = new Leaving(Semaphore.fromHandle(semaphore), Event.fromHandle(gate));
  leaving.semaphore.acquire();
  onExit((it: Leaving): void => {
    it.gate.wait();
    it.semaphore.release();
  }, leaving);
  sleep(1e9);
}
