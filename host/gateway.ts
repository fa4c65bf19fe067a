// Sockets through a WebSocket gateway, for pages and whatever else has none: `wevent/gateway`. The gateway
// itself is `wevent/gateway-server`, and the command `wevent gateway`.

export { Gateway, type GatewayOptions, type WebSocketClass } from "./gateway/client.js";
export { GatewayError, type GatewayReason } from "./gateway/errors.js";
