// Owns fetch: a request that the loader makes with the runtime's own fetch, while the greenlet waits.

import { Status } from "./abi";
import { complete } from "./host-call";
import * as host from "./imports";
import { runningRow } from "./switch";
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
  const status = complete(host.fetch(runningRow(), changetype<usize>(url)));
  if (status == Status.Ok) return new Response(host.fetchedStatus(), take(host.fetchedText()));
  return new Response(0, status == Status.Unsupported ? "this runtime has no fetch" : "the wait was cut short");
}
