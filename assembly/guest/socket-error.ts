// Owns what a socket's call says when the network, or the other end, has failed.

import { Status } from "./abi";
import * as host from "./socket-imports";
import { take } from "./text";

/**
 * A failure of the network, or of the other end.
 *
 * @source the SocketError of `wevent/socket`, which throws it
 * @since 0.1
 */
export class SocketError {
  constructor(
    /** A stable code, such as "WEV_ERR_SOCKET_REFUSED": docs/errors.md lists them. */
    readonly code: string,
    /** The system's name, such as "ECONNREFUSED"; empty: it has none. */
    readonly errno: string,
    /** What could not be done, why, and what to do. */
    readonly message: string,
  ) {}
}

/** The error of a call that has just come to `status`; null: that is none of the network's. @allocates */
export function errorOf(status: Status): SocketError | null {
  if (status != Status.Failed) return null;
  return new SocketError(take(host.failureCode()), take(host.failureErrno()), take(host.failureText()));
}
