// HTTP and WebSockets for greenlets: `wevent/http`.

export { type BodyWriter, readChunks, streamOf } from "./http/bodies.js";
export { ClientDisconnected, PackageMissing, WebSocketClosed, WebSocketFailed } from "./http/errors.js";
export { fetch } from "./http/fetch.js";
export {
  type FetchHandlerOptions,
  fetchHandler,
  type HandlerOptions,
  type RequestHandler,
} from "./http/handler.js";
export type { ServeOptions, TlsOptions } from "./http/options.js";
export { waitUntil } from "./http/request-hub.js";
export { type HttpServer, serve } from "./http/server.js";
export type { Message, WebSocketConnection } from "./http/websocket.js";
export { type ConnectOptions, connectWebSocket } from "./http/websocket-client.js";
export type { WebSocketHandler } from "./http/websocket-server.js";
