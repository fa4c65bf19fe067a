// Everything that a page can use, from one address: `wevent/standalone`. The build makes one file of it,
// with core.wasm and the driver inside, for `<script type=module>`, CDNs and imports by URL, where
// package.json's maps are not read. Processes, signals and threads are not in it: no page has them.

export * from "./event.js";
export * from "./gateway.js";
export * from "./greenlet.js";
export * from "./guest/index.js";
// Two names that both the sockets and HTTP have: the sockets keep theirs.
export type { ConnectOptions as WebSocketOptions, TlsOptions as ServeTlsOptions } from "./http.js";
export * from "./http.js";
export * from "./hub.js";
export * from "./index.js";
export * from "./local.js";
export * from "./lock.js";
export * from "./pool.js";
export * from "./queue.js";
export * from "./select.js";
export * from "./server.js";
export type { ConnectOptions, TlsOptions } from "./socket.js";
export * from "./socket.js";
export * from "./timeout.js";
export * from "./util.js";
