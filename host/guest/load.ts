// Owns loading: from whatever a program has of a module to a Guest.

import { describe, UsageError } from "../core/errors.js";
import { getHub } from "../core/hub.js";
import { Guest, type GuestOptions } from "./guest.js";

/** What a guest can be loaded from. */
export type GuestSource = BufferSource | WebAssembly.Module | Response | URL;

/**
 * Loads a guest module built by `wevent build`, or by asc with the wevent transform.
 *
 * @noswitch
 * @param source - Its bytes, the compiled module, a response, or a URL (`file:` where there are files).
 * @throws {@link NotInstrumented} WEV_ERR_GUEST_NOT_INSTRUMENTED when it was not built so
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when `source` is none of these
 * @example load and call
 * const guest = await loadGuest(new URL("./work.wasm", import.meta.url));
 * await guest.call("main");
 * @since 0.1
 */
export async function loadGuest(source: GuestSource, options: GuestOptions = {}): Promise<Guest> {
  // Before the guest is compiled: where that is not allowed, the hub's error says what to do.
  const hub = options.hub ?? getHub();
  return new Guest(await moduleOf(source), hub, options);
}

async function moduleOf(source: GuestSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof URL) return WebAssembly.compile(await read(source));
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
    return WebAssembly.compile(source as BufferSource);
  if (typeof (source as Partial<Response> | null)?.arrayBuffer === "function") {
    return WebAssembly.compile(await source.arrayBuffer());
  }
  // In some runtimes a module comes from another realm, and is none by instanceof.
  if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return source;
  throw new UsageError(
    "WEV_ERR_ARGUMENT",
    `could not load ${describe(source)} because it is no module; give bytes, a WebAssembly.Module, a Response or a URL`,
  );
}

async function read(url: URL): Promise<BufferSource> {
  if (url.protocol !== "file:") return (await fetch(url)).arrayBuffer();
  // Asked of the process, not imported: a bundler for the browser would stumble over the import.
  const files = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  if (files === undefined) {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not read ${url} because this runtime has no files; give its bytes`,
    );
  }
  return files.readFile(url) as Promise<BufferSource>;
}
