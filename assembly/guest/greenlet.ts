// Owns the greenlet as a user of AssemblyScript sees it: made from a function, with or without an
// argument, or as a subclass with its own run(). It must not name the core's rows to the user but as
// a handle.

import { Role } from "../core/abi";
import { Fate, Status } from "./abi";
import { waitInLine } from "./blocking";
import { call } from "./call";
import { handleOf, rowOf, serialOf } from "./handle";
import * as core from "./imports";
import { current, drop, enroll, Exit, launch, Task } from "./task";

/** A greenlet of any result: what lists, `getCurrent` and handles of other modules are made of. */
export class AnyGreenlet extends Task {
  /**
   * Makes a greenlet that runs elsewhere, in TypeScript or in another guest, available to join and kill.
   * Traps if the handle is no greenlet's; one that has ended is dead.
   *
   * @noswitch
   * @param handle - What `handle` answered there: serial << 32 | row.
   * @since 0.1
   */
  static fromHandle(handle: u64): AnyGreenlet {
    const row = rowOf(handle);
    const serial = serialOf(handle);
    if (row == 0 || serial == 0 || core.roleOf(row, serial) != Role.None) {
      throw new Error("could not use " + handle.toString() + " as a handle because it does not name a greenlet that was started");
    }
    const greenlet = new AnyGreenlet();
    greenlet.isRemote = true;
    greenlet.row = row;
    greenlet.serial = serial;
    return greenlet;
  }

  /** Name of this greenlet for other modules: serial << 32 | row. 0: not started. @noswitch */
  get handle(): u64 {
    return handleOf(this.row, this.serial);
  }

  /** A small number that no other live greenlet of the hub has. 0: not started. @noswitch */
  get id(): u32 {
    return <u32>(this.row >> 6);
  }

  /** What listings call it. @noswitch */
  get name(): string {
    const extra = this.extra;
    const label = extra != null ? extra.label : null;
    return label != null ? label : "greenlet-" + this.id.toString();
  }

  set name(name: string) {
    this.more().label = name;
  }

  /** Whether it has ended, whichever way. @noswitch */
  get dead(): bool {
    return this.hasEnded || (this.isRemote && core.serialOf(this.row) != this.serial);
  }

  /** Whether it was started and has not ended. @noswitch */
  get started(): bool {
    return this.row != 0 && !this.dead;
  }

  /** Whether it has ended; the same as `dead`. @noswitch */
  get ready(): bool {
    return this.dead;
  }

  /** Whether it ended by returning, or by a kill, which counts as success. @noswitch */
  get successful(): bool {
    return this.dead && this.fate <= Fate.Killed;
  }

  /** Whether a kill ended it. @noswitch */
  get killed(): bool {
    return this.dead && this.fate == Fate.Killed;
  }

  /**
   * Queues the first run. Starting twice does nothing.
   *
   * @noswitch
   * @returns `Ok`; `Gone` when it has ended; `Exhausted` at the scheduler's memory limit: it has then ended.
   * @since 0.1
   */
  start(): Status {
    return launch(this, -1);
  }

  /** As {@link start}, after `ms` milliseconds (less than 0 counts as 0). @noswitch */
  startLater(ms: f64): Status {
    return launch(this, max<f64>(ms, 0));
  }

  /**
   * Waits until it has ended.
   *
   * @switches unless it has ended
   * @param timeoutMs - Longest wait, milliseconds. Omitted or less than 0: no limit. 0 gives way once.
   * @returns `Ok` when it has ended, whichever way; else what cut the wait short.
   * @source gevent.Greenlet.join, gevent 26.5
   * @since 0.1
   */
  join(timeoutMs: f64 = -1): Status {
    if (this.dead) return Status.Ok;
    if (this.row == 0 && !enroll(this)) return Status.Ok;
    const status = waitInLine(this.row, this.serial, timeoutMs);
    if (status != Status.Ok && status != Status.Gone) return status;
    // One of another module: its row lives on until all who joined it have been served.
    this.hasEnded = true;
    return Status.Ok;
  }

  /** What wait() asks of its objects. @switches as {@link join} */
  waitUntilReady(): bool {
    return this.join() == Status.Ok;
  }

  /**
   * Kills it and waits until it has ended. One that has not run never does; one that is parked loses its
   * frames and runs its `onExit` handlers.
   *
   * @switches unless it has ended or had not run
   * @param timeoutMs - Longest wait for its end, as in {@link join}; it is killed all the same.
   * @returns as {@link join}
   * @source gevent.Greenlet.kill, gevent 26.5
   * @since 0.1
   */
  kill(timeoutMs: f64 = -1): Status {
    kill(this);
    return this.join(timeoutMs);
  }
}

/** A greenlet whose body answers an `R`. Subclass it and write `run()`, or use {@link spawn}. */
export class Greenlet<R> extends AnyGreenlet {
  constructor() {
    super();
    const enter = (): void => {
      const self = changetype<Greenlet<R>>(current);
      if (isVoid<R>()) self.run();
      else self.keep(self.run());
    };
    this.entry = enter.index;
  }

  /** The body. @switches as the subclass does */
  run(): R {
    return unreachable();
  }

  /** The result, or the type's zero while there is none. @noswitch */
  get value(): R {
    return load<R>(changetype<usize>(this), offsetof<Task>("result"));
  }

  /**
   * Waits until it has ended and answers its result; the type's zero if it was killed, has failed, or the
   * wait was cut short.
   *
   * @switches unless it has ended
   * @param timeoutMs - as in {@link join}
   * @since 0.1
   */
  get(timeoutMs: f64 = -1): R {
    this.join(timeoutMs);
    if (!isVoid<R>()) return this.value;
  }

  protected keep(value: R): void {
    store<R>(changetype<usize>(this), value, offsetof<Task>("result"));
    if (isManaged<R>()) __link(changetype<usize>(this), changetype<usize>(value), false);
  }

  @unsafe protected __visit(cookie: u32): void {
    if (isManaged<R>()) __visit(<usize>this.result, cookie);
  }
}

/** The greenlet of a function: its body calls `fn`, with `arg` if it takes one. */
export class Spawned<F, A, R> extends Greenlet<R> {
  private arg: A;

  constructor(private fn: F, arg: A) {
    super();
    this.arg = arg;
    if (isVoid<R>() && lengthof<F>() == 0) {
      // The trampoline calls it itself: a frame less at every switch.
      this.entry = load<u32>(changetype<usize>(fn));
    } else {
      const enter = (): void => {
        const self = changetype<Spawned<F, A, R>>(current);
        if (isVoid<R>()) call<F, A>(self.fn, self.arg);
        else self.keep(call<F, A>(self.fn, self.arg));
      };
      this.entry = enter.index;
    }
  }

  functionIndex(): u32 {
    return load<u32>(changetype<usize>(this.fn));
  }

  @unsafe protected __visit(cookie: u32): void {
    if (isManaged<A>()) __visit(changetype<usize>(this.arg), cookie);
  }
}

/**
 * Makes a greenlet that calls `fn`, and queues its first run: it never runs before the caller blocks.
 *
 * @noswitch
 * @param fn - A function of no argument or one. AssemblyScript has no closures: what it needs is `arg`.
 * @param arg - Given to `fn`.
 * @returns the greenlet; at the scheduler's memory limit it has ended already and was not successful.
 * @source gevent.spawn, gevent 26.5; one argument here, any number there
 * @since 0.1
 */
export function spawn<F, A = i32>(fn: F, arg: A = 0): Greenlet<ReturnType<F>> {
  const greenlet = new Spawned<F, A, ReturnType<F>>(fn, arg);
  launch(greenlet, -1);
  return greenlet;
}

/** As {@link spawn}, after `ms` milliseconds. @noswitch */
export function spawnLater<F, A = i32>(ms: f64, fn: F, arg: A = 0): Greenlet<ReturnType<F>> {
  const greenlet = new Spawned<F, A, ReturnType<F>>(fn, arg);
  launch(greenlet, max<f64>(ms, 0));
  return greenlet;
}

/** The running greenlet, or null outside of greenlets. @noswitch */
export function getCurrent(): AnyGreenlet | null {
  return changetype<AnyGreenlet | null>(current);
}

/**
 * Kills a greenlet without waiting for its end. One that has not run is dead at once.
 *
 * @noswitch
 * @source gevent.kill, gevent 26.5
 * @since 0.1
 */
export function kill(greenlet: AnyGreenlet): void {
  if (greenlet.dead) return;
  if (greenlet.isRemote || greenlet.isAdopted) core.killRemote(greenlet.row, greenlet.serial);
  else if (greenlet.row == 0) drop(changetype<usize>(greenlet));
  else core.interrupt(greenlet.row, greenlet.serial);
}

class ExitCall<F, A> extends Exit {
  constructor(private fn: F, private arg: A) {
    super();
  }

  run(): void {
    call<F, A>(this.fn, this.arg);
  }
}

/**
 * Registers a call to make when the running greenlet ends: after it returns, is killed, or fails. The last
 * one registered is called first; each runs as the same greenlet and may block.
 *
 * @noswitch
 * @param fn - A function of no argument or one.
 * @param arg - Given to `fn`.
 * @returns false outside of greenlets: nothing was registered.
 * @since 0.1
 */
export function onExit<F, A = i32>(fn: F, arg: A = 0): bool {
  if (current == 0) return false;
  const extra = changetype<Task>(current).more();
  const exit = new ExitCall<F, A>(fn, arg);
  exit.below = extra.exits;
  extra.exits = exit;
  return true;
}

/**
 * Lets the running greenlet survive a kill: the blocking call answers `Killed` instead, once for each kill.
 *
 * @noswitch
 * @param isOn - `false`: a kill ends it again, which is what every greenlet starts with.
 * @since 0.1
 */
export function catchExit(isOn: bool = true): void {
  if (current != 0) changetype<Task>(current).catchesKill = isOn;
}
