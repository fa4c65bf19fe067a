// Owns what a RESP client throws. A connection that has thrown anything but a ReplyError is closed.

/** The server refused a command. The connection goes on. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
  /** The first word of what the server said: "ERR", "WRONGTYPE". */
  readonly code: string;

  constructor(text: string) {
    super(text);
    this.code = text.split(" ", 1)[0]!;
  }
}

/** What came is not RESP, or is more than the client takes. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** The connection ended, and with it what was asked. Whether the server has done it is not known. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}
