// Greenlets that tests/guest/seeing.test.ts looks at: with and without an argument, named, parked, failing.
import { AnyGreenlet, joinAll, Queue, sleep, spawn } from "wevent/assembly";

function worker(ms: f64): void {
  sleep(ms);
}

function plain(): void {
  sleep(20);
}

function follows(other: AnyGreenlet): void {
  other.join();
}

export function boss(): void {
  const first = spawn(worker, 10.0);
  const second = spawn(plain);
  second.name = "tuned";
  const third = spawn(follows, <AnyGreenlet>first);
  joinAll<AnyGreenlet>([first, second, third]);
}

export function fails(): void {
  sleep(1);
  unreachable();
}

export function readsNothing(): void {
  new Queue<i32>().getNowait().value;
}

export function spawnsFailing(): void {
  spawn(fails).join();
}

function hog(): void {
  console.log("computes");
  sleep(1);
}

export function spawnsHog(): void {
  spawn(hog).join();
}
