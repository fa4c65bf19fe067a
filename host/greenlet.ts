// spawn, kill and who is running: `wevent/greenlet`.

import { call } from "./core/call.js";
import { listOf, requireOptions } from "./core/check.js";
import { current } from "./core/current.js";
import type { KillError } from "./core/exit.js";
import { type Body, Greenlet, requireGreenlet, spawnGreenlet, type WaitOptions } from "./core/greenlet.js";
import { currentHub, Hub, type Main } from "./core/hub.js";
import type { Operation } from "./core/operation.js";
import { limited, Timeout } from "./core/timeout.js";
import { joinAll } from "./wait.js";

export { call } from "./core/call.js";
export { GreenletExit, type KillError } from "./core/exit.js";
export {
  type Body,
  type BodyResult,
  Greenlet,
  type LinkTarget,
  type WaitOptions,
} from "./core/greenlet.js";

/**
 * Starts a greenlet: it runs once the caller blocks or ends its turn, never before.
 *
 * @noswitch
 * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
 * @throws {@link ExhaustedError} WEV_ERR_EXHAUSTED when the scheduler's memory limit is reached
 * @source gevent.spawn
 * @since 0.1
 */
export function spawn<A extends unknown[], T>(body: Body<A, T>, ...args: A): Greenlet<T>;
export function spawn<T>(body: unknown): Greenlet<T> {
  // Not a rest parameter: it would cost every spawn an array, also where there is nothing in it.
  // biome-ignore lint/complexity/noArguments: see above.
  return spawnGreenlet(body, arguments.length > 1 ? Array.prototype.slice.call(arguments, 1) : null);
}

/**
 * Starts a greenlet after `ms` milliseconds, on a timer: behind what is ready then.
 *
 * @noswitch
 * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
 * @source gevent.spawn_later; milliseconds here, seconds there
 * @since 0.1
 */
export function spawnLater<A extends unknown[], T>(ms: number, body: Body<A, T>, ...args: A): Greenlet<T> {
  return Greenlet.spawnLater(ms, body, ...args);
}

/**
 * The running greenlet, or main.
 *
 * @noswitch
 * @source gevent.getcurrent
 * @since 0.1
 */
export function getCurrent(): Greenlet | Main {
  return current instanceof Greenlet ? current : currentHub().main;
}

/**
 * Ends a greenlet without waiting for its death: `greenlet.kill(error, { block: false })`.
 *
 * @noswitch
 * @source gevent.kill
 * @since 0.1
 */
export function kill(greenlet: Greenlet, error?: KillError): void {
  requireGreenlet(greenlet, "kill");
  greenlet.kill(error, { block: false });
}

/**
 * Ends all of them, in the order given, and waits until they are dead.
 *
 * @switches when yielded or awaited, unless all have ended or `block` is false
 * @throws {@link Timeout} WEV_ERR_TIMEOUT when `timeout` ms pass and one still lives
 * @throws the signal's reason when that is aborted and one still lives; they are killed all the same
 * @source gevent.killall
 * @since 0.1
 */
export function killAll(
  greenlets: Iterable<Greenlet>,
  error?: KillError,
  options: WaitOptions = {},
): Operation<void> {
  requireOptions(options);
  const { block = true } = options;
  const all = listOf(greenlets, "what to kill");
  for (const greenlet of all) requireGreenlet(greenlet, "kill");
  const deaths = limited(options, (ms) => call(waitForDeaths, all, block, ms));
  for (const greenlet of all) kill(greenlet, error);
  return deaths;
}

function* waitForDeaths(
  greenlets: Greenlet[],
  block: boolean,
  ms: number,
): Generator<unknown, void, unknown> {
  if (block) yield* new Timeout(ms < 0 ? null : ms).run(joinThem, greenlets);
}

function* joinThem(greenlets: Greenlet[]): Generator<unknown, void, unknown> {
  yield* joinAll(greenlets);
}

/**
 * Runs `body` as a greenlet of a hub of its own and ends that hub after it, with all greenlets
 * that are left: for tests and for requests that must share nothing.
 *
 * @switches always
 * @since 0.1
 */
export async function run<A extends unknown[], T>(body: Body<A, T>, ...args: A): Promise<T> {
  const hub = new Hub();
  try {
    return await hub.run(body, ...args);
  } finally {
    hub.destroy();
  }
}
