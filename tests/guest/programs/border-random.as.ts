// A party to random programs across the border: it reads its steps as numbers and tells what came of each.
// tests/guest/lib/border-world.ts makes the steps, and proves that nothing was lost.
import { catchExit, Channel, collect, Event, onExit, Semaphore, sleep, Timeout } from "wevent/assembly";

// @ts-ignore: decorator
@external("world", "step") declare function step(party: i32): f64;
// @ts-ignore: decorator
@external("world", "gave") declare function gave(party: i32, item: f64, status: i32): void;
// @ts-ignore: decorator
@external("world", "took") declare function took(party: i32, item: f64): void;
// @ts-ignore: decorator
@external("world", "holds") declare function holds(by: i32): void;
// @ts-ignore: decorator
@external("world", "act") declare function act(party: i32, what: i32, argument: f64): void;

/** As in border-world.ts; what is not here is done by act(). */
const enum Step { End, Give, Take, TakeNow, Hold, Await, Set, Clear, Sleep, Collect, Trap, CatchExit, Deadline }

class Permit {
  private isHeld: bool = false;

  constructor(private semaphore: Semaphore) {}

  acquire(ms: f64): bool {
    if (!this.semaphore.acquire(ms)) return false;
    this.isHeld = true;
    holds(1);
    return true;
  }

  release(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    holds(-1);
    this.semaphore.release();
  }
}

function itemOf<T>(number: f64): T {
  if (isString<T>()) return changetype<T>(number.toString());
  return <T>number;
}

function numberOf<T>(item: T): f64 {
  if (isString<T>()) return parseFloat(changetype<string>(item));
  return <f64>item;
}

function live<T>(party: i32, channel: u64, semaphore: u64, event: u64): void {
  const items = Channel.fromHandle<T>(channel);
  const permit = new Permit(Semaphore.fromHandle(semaphore));
  const flag = Event.fromHandle(event);
  onExit((it: Permit): void => it.release(), permit);
  let deadline: Timeout | null = null;
  for (;;) {
    const what = <i32>step(party);
    if (what == Step.End) return;
    const argument = step(party);
    if (what == Step.Deadline) {
      deadline = Timeout.startNew(argument);
      continue;
    }
    if (what == Step.Give) {
      const item = step(party);
      gave(party, item, items.put(itemOf<T>(item), argument));
    } else if (what == Step.Take) {
      const answer = items.get(argument);
      if (answer.ok) took(party, numberOf<T>(answer.value));
    } else if (what == Step.TakeNow) {
      const answer = items.getNowait();
      if (answer.ok) took(party, numberOf<T>(answer.value));
    } else if (what == Step.Hold) {
      if (permit.acquire(argument)) {
        sleep(step(party));
        permit.release();
      } else step(party);
    } else if (what == Step.Await) flag.wait(argument);
    else if (what == Step.Set) flag.set();
    else if (what == Step.Clear) flag.clear();
    else if (what == Step.Sleep) sleep(argument);
    else if (what == Step.Collect) collect();
    else if (what == Step.Trap) unreachable();
    else if (what == Step.CatchExit) catchExit(argument != 0);
    else act(party, what, argument);
    if (deadline != null) deadline.cancel();
    deadline = null;
  }
}

export function liveByNumber(party: i32, channel: u64, semaphore: u64, event: u64): void {
  live<f64>(party, channel, semaphore, event);
}

export function liveByText(party: i32, channel: u64, semaphore: u64, event: u64): void {
  live<string>(party, channel, semaphore, event);
}
