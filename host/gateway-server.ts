// The gateway that pages reach sockets through: `wevent/gateway-server`. Its clients: `wevent/gateway`.

export type { GatewayEvent, GatewayServerOptions } from "./gateway/options.js";
export { GatewayServer } from "./gateway/server.js";
export type { TlsOptions } from "./http/options.js";
