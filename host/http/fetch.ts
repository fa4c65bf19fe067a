// fetch that a greenlet can wait for.

import { placesOf } from "../_places.js";
import { call } from "../core/call.js";
import { UnsupportedError } from "../core/errors.js";
import { currentHub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { waitFor } from "../core/wait-promise.js";

/**
 * Fetches over the runtime's own `fetch`. A greenlet that is interrupted meanwhile aborts the
 * request; so does the signal of `init`, or else of the Request. Reading the body is a promise as
 * ever: `yield* wait(response.text())`, and under the same signal. Where the runtime allows a request
 * only so many connections (6 at Cloudflare), it waits for a place, which it has until the headers come.
 *
 * @switches always
 * @throws {@link UnsupportedError} WEV_ERR_UNSUPPORTED when the runtime has no fetch
 * @throws what the runtime's fetch rejects with; when the signal is aborted, its reason
 * @source Fetch Standard, section 5.6
 * @since 0.1
 */
export function fetch(url: string | URL | Request, init: RequestInit = {}): Operation<Response> {
  return call(fetchHere, url, init);
}

function* fetchHere(url: string | URL | Request, init: RequestInit): Generator<unknown, Response, unknown> {
  const hub = currentHub();
  if (typeof globalThis.fetch !== "function") throw new UnsupportedError("fetch", hub.runtime);
  const places = placesOf(hub);
  if (places === null) return yield* fetchNow(url, init);
  const leave = yield* places.wait();
  try {
    return yield* fetchNow(url, init);
  } finally {
    leave();
  }
}

function* fetchNow(url: string | URL | Request, init: RequestInit): Generator<unknown, Response, unknown> {
  const abort = new AbortController();
  const given = init.signal === undefined && url instanceof Request ? url.signal : init.signal;
  const signal = given ? AbortSignal.any([abort.signal, given]) : abort.signal;
  try {
    return yield* waitFor(globalThis.fetch(url, { ...init, signal }));
  } catch (error) {
    // Interrupted, or failed of itself, and then there is nothing left to abort.
    abort.abort(error);
    throw error;
  }
}
