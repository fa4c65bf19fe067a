// Signals that greenlets answer: `wevent/signal`. Node only.

import { listOf, requireBody } from "./core/check.js";
import { isTimedOut } from "./core/current.js";
import { describe, UsageError } from "./core/errors.js";
import type { Body } from "./core/greenlet.js";
import { currentHub, type Hub } from "./core/hub.js";
import { IoWait } from "./core/io-wait.js";
import { done, Operation, PARKED, type Step } from "./core/operation.js";
import { requireSignalName } from "./core/signal-name.js";
import type { Task } from "./core/task.js";
import { expired, type Limit, limited, limitsOf } from "./core/timeout.js";
import { spawn } from "./greenlet.js";

/** What `onSignal` gives. */
export interface SignalHandler extends Disposable {
  /** Takes the handler back. Greenlets that it has started go on. Twice does nothing. @noswitch */
  cancel(): void;
}

/**
 * Starts a greenlet for each such signal, with its name and `args`, until it is cancelled. Meanwhile
 * the signal does not do what it does by itself; SIGTERM ends no process that handles it. A handler does
 * not keep the process alive.
 *
 * @noswitch
 * @param name - Such as "SIGTERM".
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is no such signal, or it cannot be handled
 * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime lacks the capability "signal"
 * @runtimes Node
 * @source gevent.signal_handler; the greenlet has the signal's name first
 * @since 0.1
 */
export function onSignal<A extends unknown[]>(
  name: string,
  body: Body<[name: string, ...args: A], unknown>,
  ...args: A
): SignalHandler {
  const hub = currentHub();
  requireSignal(hub, name);
  requireBody(body);
  let isCancelled = false;
  const forget = hub.part("signal").listen(name, deliver, false);
  function deliver(): void {
    // Who has destroyed the hub has ended the part of the program that would have answered.
    if (hub.isDestroyed) cancel();
    else hub.guard(() => spawn(body, name, ...args), body);
  }
  function cancel(): void {
    if (!isCancelled) forget();
    isCancelled = true;
  }
  return { cancel, [Symbol.dispose]: cancel };
}

/**
 * Waits for the next of these signals and gives its name. Meanwhile the process stays alive, and the
 * signals do not do what they do by themselves. Those that come while nobody waits are not kept.
 *
 * @switches always
 * @param names - One name or several.
 * @param limit - Longest wait, ms or a Timeout. Omitted: no limit. Or `{ timeout, signal }`.
 * @throws {@link Timeout} WEV_ERR_TIMEOUT when the time passes first
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when there is no such signal, or it cannot be handled
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime lacks the capability "signal"
 * @runtimes Node
 * @source signal.sigwait
 * @since 0.1
 */
export function waitSignal(names: string | Iterable<string>, limit?: Limit): Operation<string> {
  const list = typeof names === "string" ? [names] : listOf(names, "signals");
  const hub = currentHub();
  for (const name of list) requireSignal(hub, name);
  return limited(limitsOf(limit), (ms) => new WaitForSignal(list, ms));
}

/** Of one call: what has come, and what listens for it. */
interface Listening {
  readonly wait: IoWait;
  readonly stop: (() => void)[];
  name: string | null;
}

class WaitForSignal extends Operation<string> {
  readonly #names: readonly string[];
  readonly #timeoutMs: number;

  constructor(names: readonly string[], ms: number) {
    super();
    this.#names = names;
    this.#timeoutMs = ms;
  }

  get label(): string {
    return `waitSignal of ${this.#names.join(", ")}`;
  }

  start(task: Task): Step<string> {
    const signals = task.hub.part("signal");
    const listening: Listening = { wait: new IoWait(task, this.#timeoutMs), stop: [], name: null };
    task._inbox = listening;
    for (const name of this.#names) {
      const come = () => {
        listening.name ??= name;
        listening.wait.wake();
      };
      listening.stop.push(signals.listen(name, come, true));
    }
    return PARKED;
  }

  resume(task: Task): Step<string> {
    const { name } = task._inbox as Listening;
    this.abandon(task);
    if (isTimedOut()) throw expired(this.#timeoutMs);
    return done(name!);
  }

  override abandon(task: Task): void {
    const { wait, stop } = task._takeInbox() as Listening;
    wait.leave();
    for (const each of stop) each();
  }
}

/** The system gives no process a say in these. */
const UNREFUSABLE: ReadonlySet<string> = new Set(["SIGKILL", "SIGSTOP"]);

function requireSignal(hub: Hub, name: string): void {
  requireSignalName(hub, name);
  if (!UNREFUSABLE.has(name)) return;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not handle ${describe(name)} because no process is asked about it; handle "SIGTERM"`,
  );
}
