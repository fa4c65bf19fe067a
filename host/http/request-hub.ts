// Owns the life of a hub that is one request's: what outlives the response, and when the hub ends. It must
// not know how a request becomes a response.

import { outsideTasks } from "../core/current.js";
import { type Greenlet, requireGreenlet } from "../core/greenlet.js";
import { currentHub, enterHub, Hub } from "../core/hub.js";
import type { HubOptions } from "../core/hub-options.js";
import { Group } from "../group.js";

/** What a platform hands to its handlers for work that outlives the response. */
interface Platform {
  waitUntil(work: Promise<unknown>): void;
}

/** Greenlets that a request's hub waits for: of bodies that are read, and others. */
interface Later {
  readonly bodies: Group;
  readonly others: Group;
}

const laters = new WeakMap<Hub, Later>();

/**
 * Lets a greenlet outlive the response of its request: the request's hub ends only after it, and the platform
 * is told to wait (at most as long as it allows: 30 s at Cloudflare). In a hub that is nobody's request's
 * it does nothing: that one goes on anyway.
 *
 * @noswitch
 * @returns the greenlet
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is not a greenlet
 * @example
 * ```ts
 * waitUntil(spawn(writeLog, request.url));
 * return new Response("done");
 * ```
 * @since 0.1
 */
export function waitUntil<T>(greenlet: Greenlet<T>): Greenlet<T> {
  requireGreenlet(greenlet, "wait until the end of");
  laters.get(currentHub())?.others.add(greenlet as Greenlet);
  return greenlet;
}

/** The greenlet of a body: its request is not over before it is read, or its reader is gone. */
export function waitForBody(greenlet: Greenlet): void {
  laters.get(greenlet.hub)?.bodies.add(greenlet);
}

/**
 * Answers in a hub of its own. The platform among `given` (a worker's `ctx`, an event) is told of it at the
 * beginning: when the client goes away, what is to be cleaned up has its time.
 */
export async function inRequestHub(
  options: HubOptions,
  request: Request,
  given: readonly unknown[],
  answer: () => Promise<Response>,
): Promise<Response> {
  const hub = new Hub(options);
  const enter = <T>(body: () => T): T => enterHub(hub, () => outsideTasks(body));
  const later = enter((): Later => ({ bodies: new Group(), others: new Group() }));
  laters.set(hub, later);
  let end!: () => void;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  platformIn(given)?.waitUntil(ended);
  const gone = () => enter(() => void later.bodies.kill(undefined, { block: false }));
  const finish = () => {
    request.signal.removeEventListener("abort", gone);
    hub.destroy();
    end();
  };
  const response = await enter(answer);
  if (later.bodies.size === 0 && later.others.size === 0) {
    finish();
    return response;
  }
  if (request.signal.aborted) gone();
  else request.signal.addEventListener("abort", gone);
  void hub
    .run(function* outlive() {
      yield* later.bodies.join();
      yield* later.others.join();
    })
    .then(finish, finish);
  return response;
}

function platformIn(given: readonly unknown[]): Platform | undefined {
  return given.find(
    (one): one is Platform => typeof (one as Partial<Platform> | null)?.waitUntil === "function",
  );
}
