// The least a host must do: core.wasm, a virtual clock, and guests linked to it. The tests of the
// switch run on this, so that what they find is not the work of host/core.
import { readFileSync } from "node:fs";
import { Count, Outcome, Turn } from "../../../assembly/core/abi.js";
import { Fate, type Refusal } from "../../../assembly/guest/abi.js";

// biome-ignore lint/suspicious/noExplicitAny: the exports of a module under test
type Exports = any;

const coreModule = new WebAssembly.Module(readFileSync(new URL("../../../build/core.wasm", import.meta.url)));

export class RawTask {
  done = false;
  value: unknown;
  error: unknown;
  fate: Fate = Fate.None;
  constructor(
    readonly row: number,
    readonly serial: number,
  ) {}
}

export class RawHub {
  readonly core: Exports;
  readonly log: string[] = [];
  /** What was thrown through run(). */
  readonly errors: unknown[] = [];
  guest!: RawGuest;
  nowMs = 0;
  private serial = 1;
  private readonly tasks = new Map<number, (reason: number, cause: number) => number>();

  constructor() {
    this.core = new WebAssembly.Instance(coreModule, {
      host: {
        now: () => this.nowMs,
        resume: (row: number, reason: number, cause: number) => this.tasks.get(row)!(reason, cause),
        callback: () => {},
        observed: () => {},
      },
    }).exports;
  }

  load(bytes: Uint8Array, env: Record<string, unknown> = {}): RawGuest {
    this.guest = new RawGuest(this, bytes, env);
    return this.guest;
  }

  /** Runs until nothing is left to do; time passes as it is waited for. */
  run(): void {
    for (;;) {
      let next: number;
      try {
        next = this.core.run(1e9, 0x7fffffff);
      } catch (error) {
        this.errors.push(error);
        const row = this.core.abandonedTask();
        if (row === 0) throw error;
        if (this.guest.exports.__wevent_recover() === 0) this.core.end(row);
        continue;
      }
      if (next === Turn.Idle) return;
      if (next !== Turn.Again) this.nowMs = Math.max(this.nowMs, next);
    }
  }

  /** A host task: `resume` answers an Outcome. */
  task(resume: (task: RawTask, reason: number, cause: number) => Outcome): RawTask {
    this.serial += 2;
    const { serial } = this;
    const task = new RawTask(this.core.createTask(serial), serial);
    this.tasks.set(task.row, (reason, cause) => resume(task, reason, cause));
    this.core.start(task.row, -1);
    return task;
  }

  /** What the core still holds: rows but for that of idle(), ready entries, deadlines. */
  left(): number[] {
    this.core.idleRow();
    return [this.core.count(Count.Rows) - 1, this.core.count(Count.Ready), this.core.count(Count.Timers)];
  }
}

/** What a module asks for beyond the least, such as what crosses to a host: it links, and may not be called. */
function refusals(module: WebAssembly.Module): Record<string, () => never> {
  const names = WebAssembly.Module.imports(module).map(({ name }) => name);
  return Object.fromEntries(
    names.map((name) => [
      name,
      () => {
        throw new Error(`the raw hub has no ${name}`);
      },
    ]),
  );
}

export class RawGuest {
  readonly exports: Exports;

  constructor(
    readonly hub: RawHub,
    bytes: Uint8Array,
    env: Record<string, unknown>,
  ) {
    const { core } = hub;
    const entry = core.table.grow(1);
    const noop = () => {};
    const module = new WebAssembly.Module(bytes as BufferSource);
    this.exports = new WebAssembly.Instance(module, {
      wevent: {
        ...refusals(module),
        ...core,
        entry,
        now: () => hub.nowMs,
        tooDeep: noop,
        killRemote: (row: number, serial: number) => void core.interrupt(row, serial),
        refuse(why: Refusal) {
          throw new Error(["", "CannotPark", "FramesBelow", "Poisoned"][why]);
        },
      },
      env: {
        "console.log": (text: number) => hub.log.push(this.text(text)),
        abort: (message: number, file: number, line: number) => {
          throw new Error(`abort: ${this.text(message)} at ${this.text(file)}:${line}`);
        },
        seed: () => 0.5,
        trace: noop,
        ...env,
      },
    }).exports;
    core.table.set(entry, this.exports.__wevent_resume);
  }

  text(address: number): string {
    if (address === 0) return "";
    const { buffer } = this.exports.memory;
    const lengthBytes = new Uint32Array(buffer)[(address - 4) >>> 2]!;
    return new TextDecoder("utf-16le").decode(new Uint8Array(buffer, address, lengthBytes));
  }

  /** Runs an export as a greenlet of its own. */
  call(name: string, ...args: (number | bigint)[]): RawTask {
    const { exports } = this;
    let body = 0;
    return this.hub.task((task, reason, cause) => {
      try {
        body ||= exports.__wevent_adopt(task.row);
        if (exports.__wevent_enter(body, reason, cause)) task.value = exports[name](...args);
        const outcome: Outcome = exports.__wevent_leave();
        if (outcome === Outcome.Done) {
          task.done = true;
          task.fate = exports.__wevent_fate(body);
        }
        return outcome;
      } catch (error) {
        task.error = error;
        exports.__wevent_recover();
        return Outcome.Parked;
      }
    });
  }
}
