// Stands for srvx and crossws where nothing can listen, in pages and edge workers: package.json's import map
// leads there. So bundlers for these find all that is imported, and carry no server.

import { UnsupportedError } from "../core/errors.js";
import { currentHub } from "../core/hub.js";

/** As srvx names it. */
export function serve(): never {
  throw new UnsupportedError("tcp.listen", currentHub().runtime);
}

/** As crossws names it. */
export const plugin = serve;

/** In the place of crossws's WebSocket: these runtimes have their own. */
export default serve;
