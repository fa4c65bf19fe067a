// WebAssembly guests: `wevent/guest`.

export { GuestCorrupt, GuestTrap, NotInstrumented, ReentryError, StackTooDeep } from "./errors.js";
export { Guest, type GuestFunction, type GuestOptions, type GuestValue } from "./guest.js";
export { type GuestSource, loadGuest } from "./load.js";
export type { GuestTls } from "./sockets.js";
