// Owns the errors of sockets: which class and code a failure of the runtime becomes. Runtimes that have
// node's modules say what happened by an errno name; what has none keeps its own words.

import { type ErrorCode, WeventError } from "./errors.js";

/** A failure of the network, or of the other end: `errno` is the system's name for it. */
export class SocketError extends WeventError {
  static readonly label: string = "SocketError";
  readonly code: ErrorCode;
  /** The system's name, such as "ECONNRESET"; null: it has none. */
  readonly errno: string | null;

  constructor(code: ErrorCode, message: string, errno: string | null, cause: unknown) {
    super(message, { cause });
    this.code = code;
    this.errno = errno;
  }
}

type Known = Readonly<Record<string, readonly [code: ErrorCode, because: string, advice: string]>>;

/** The code for each name, and what to do about it. */
const KNOWN: Known = {
  ECONNREFUSED: ["WEV_ERR_SOCKET_REFUSED", "nobody listens there", "start the server, or check the port"],
  ECONNRESET: ["WEV_ERR_SOCKET_RESET", "the other end broke the connection", "connect anew"],
  EPIPE: ["WEV_ERR_SOCKET_RESET", "the other end reads no more", "connect anew"],
  ETIMEDOUT: ["WEV_ERR_SOCKET_UNREACHABLE", "nobody answered in the system's own time", "check the address"],
  EHOSTUNREACH: ["WEV_ERR_SOCKET_UNREACHABLE", "there is no way to that host", "check the address"],
  ENETUNREACH: ["WEV_ERR_SOCKET_UNREACHABLE", "there is no way to that network", "check the address"],
  ENOTFOUND: ["WEV_ERR_SOCKET_NAME", "no address is known for that name", "check the name"],
  EAI_AGAIN: ["WEV_ERR_SOCKET_NAME", "the name server did not answer", "try again later"],
  ENOENT: ["WEV_ERR_SOCKET_REFUSED", "there is no such socket file", "start the server, or check the path"],
  EADDRINUSE: ["WEV_ERR_SOCKET_ADDRESS", "another socket listens there", "close that, or take port 0"],
  EADDRNOTAVAIL: ["WEV_ERR_SOCKET_ADDRESS", "this machine does not have that address", "check the host"],
  EACCES: ["WEV_ERR_SOCKET_ADDRESS", "the system does not allow it", "take a port above 1023"],
  EMFILE: [
    "WEV_ERR_SOCKET_LIMIT",
    "the process has no free file descriptor",
    "close some, or raise the limit",
  ],
  ENFILE: ["WEV_ERR_SOCKET_LIMIT", "the system has no free file descriptor", "close some"],
};

/** The same where datagrams are bound, sent and received: some names mean other things there. */
const KNOWN_OF_DATAGRAMS: Known = {
  ...KNOWN,
  EMSGSIZE: [
    "WEV_ERR_SOCKET_TOO_LARGE",
    "the network does not take as much in one piece",
    "send less at a time: no datagram holds more than 65507 bytes",
  ],
  EINVAL: [
    "WEV_ERR_SOCKET_UNREACHABLE",
    "there is no way from the address that the socket is bound to",
    'bind it to "0.0.0.0", or to "::" for IPv6',
  ],
  EACCES: [
    "WEV_ERR_SOCKET_ADDRESS",
    "the system does not allow it",
    "take a port above 1023; to broadcast, bind with broadcast: true",
  ],
};

/** The typed error for what a driver reported of a datagram; `what` is the action with its values. */
export function datagramError(what: string, cause: unknown): SocketError {
  return socketError(what, cause, KNOWN_OF_DATAGRAMS);
}

/** What a runtime would report: for drivers that have no system below them. */
export function systemError(errno: string): Error {
  return Object.assign(new Error(`the network says ${errno}`), { code: errno });
}

/** The typed error for what a driver reported; `what` is the action with its values. */
export function socketError(what: string, cause: unknown, names: Known = KNOWN): SocketError {
  // One that knows more than an errno says.
  if (cause instanceof SocketError) return cause;
  const given = cause as { readonly code?: unknown; readonly message?: unknown } | null;
  const errno = typeof given?.code === "string" ? given.code : null;
  const known = errno === null ? undefined : names[errno];
  if (known !== undefined) {
    const [code, because, advice] = known;
    return new SocketError(code, `could not ${what} because ${because} (${errno}); ${advice}`, errno, cause);
  }
  const isTls =
    errno !== null && /^(?:ERR_(?:TLS|SSL|OSSL)|CERT_|UNABLE_|SELF_SIGNED|DEPTH_ZERO)/.test(errno);
  return new SocketError(
    isTls ? "WEV_ERR_SOCKET_TLS" : "WEV_ERR_SOCKET_FAILED",
    `could not ${what} because the runtime says ${String(given?.message ?? cause)}; the cause has its own error`,
    errno,
    cause,
  );
}
