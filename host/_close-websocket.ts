// Owns how a client's WebSocket is let go of, at whatever stage it is. It must not know who used it.

/** Of one that is closed while it connects, Node's own (undici) leaves the connection open for ever, if the other end agrees later. */
const isLeaking = (socket: WebSocket) =>
  socket.readyState === 0 &&
  globalThis.process?.versions?.["undici"] !== undefined &&
  typeof globalThis.WebSocket === "function" &&
  socket instanceof globalThis.WebSocket;

/** How long such a one may take until it is open, and can be closed. */
const PATIENCE_MS = 10_000;

/** Closes it, as soon as it can be. */
export function closeWebSocket(socket: WebSocket, code?: number): void {
  if (!isLeaking(socket)) {
    socket.close(code);
    return;
  }
  const timer = setTimeout(() => socket.close(code), PATIENCE_MS);
  timer.unref();
  socket.addEventListener("close", () => clearTimeout(timer));
  socket.addEventListener("open", () => socket.close(code));
}
