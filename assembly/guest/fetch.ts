// Owns fetch: a request that the loader makes with the runtime's own fetch, while the greenlet waits.

import { Outcome } from "../core/abi";
import { Status } from "./abi";
import * as host from "./imports";
import { park, runningRow } from "./switch";
import { current, Exit, Task } from "./task";
import { take } from "./text";

/** What a request came to. */
export class Response {
  constructor(
    /** The HTTP status; 0: there was no answer, and `text()` says why. */
    readonly status: i32,
    private body: string,
  ) {}

  /** Whether the status says success. @noswitch */
  get ok(): bool {
    return this.status >= 200 && this.status < 300;
  }

  /** The whole body. @noswitch */
  text(): string {
    return this.body;
  }
}

/** Aborts the request of a greenlet that is killed meanwhile. */
class Abort extends Exit {
  constructor(private request: u32) {
    super();
  }

  run(): void {
    host.dropFetch(this.request);
  }
}

/**
 * Makes an HTTP request and waits for its whole answer. It is aborted if the greenlet is killed or a
 * Timeout cuts the wait.
 *
 * @switches always
 * @param url - An absolute URL.
 * @source Fetch Standard, section 5.6; the body is read before the response is given
 * @since 0.1
 */
export function fetch(url: string): Response {
  const row = runningRow();
  const request = host.startFetch(changetype<usize>(url), row, host.park(row, -1));
  const extra = changetype<Task>(current).more();
  const abort = new Abort(request);
  abort.below = extra.exits;
  extra.exits = abort;
  const status = park(Outcome.Parked);
  extra.exits = abort.below;
  const response =
    status == Status.Ok
      ? new Response(host.fetchStatus(request), take(host.fetchText(request)))
      : new Response(0, "the wait was cut short");
  host.dropFetch(request);
  return response;
}
