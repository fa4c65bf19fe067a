// Owns telling when an exchange is over: the response is sent to its end, or the client has gone. The
// one place that knows how a runtime says so.

/** What srvx adds to a Request where node:http is below it. */
interface NodeRequest extends Request {
  readonly runtime?: { readonly node?: { readonly req: NodeIncoming; readonly res?: NodeResponse } };
}

interface NodeIncoming {
  readonly socket: NodeEmitter & { setMaxListeners(count: number): void };
}

interface NodeResponse extends NodeEmitter {
  /** Null while responses to earlier requests of the connection are being sent. */
  readonly socket: unknown;
  /** The last byte was handed to the system. */
  readonly writableFinished: boolean;
}

interface NodeEmitter {
  once(event: "close", listener: () => void): unknown;
  off(event: "close", listener: () => void): unknown;
}

/**
 * Calls back once when the client has gone before the end, or, where the runtime can tell, when the
 * response is sent. Answers whether it will tell of the latter.
 */
export function watchExchange(request: Request, end: (isSent: boolean) => void): boolean {
  const node = (request as NodeRequest).runtime?.node;
  if (node?.res === undefined) {
    const { signal } = request;
    if (signal.aborted) queueMicrotask(() => end(false));
    else signal.addEventListener("abort", () => end(false), { once: true });
    return false;
  }
  watchNode(node.req, node.res, end);
  return true;
}

// request.signal would do, but costs an AbortController for each request that is never aborted.
function watchNode({ socket }: NodeIncoming, res: NodeResponse, end: (isSent: boolean) => void): void {
  if (res.socket !== null) {
    res.once("close", () => end(res.writableFinished));
    return;
  }
  // A pipelined request whose response waits for its turn: it is told nothing if the connection ends
  // before (http.test.ts, "pipelined"). A client may send any number of those.
  socket.setMaxListeners(0);
  const onSocket = () => {
    res.off("close", onResponse);
    end(false);
  };
  const onResponse = () => {
    socket.off("close", onSocket);
    end(res.writableFinished);
  };
  res.once("close", onResponse);
  socket.once("close", onSocket);
}
