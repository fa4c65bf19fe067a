// Owns a server on loopback that gives pages to browsers, from memory. It must not know what is in them.

import { createServer } from "node:http";

/**
 * One thing that is served: its text or bytes, and headers beside its content type. Or a function that
 * answers a request itself.
 *
 * @typedef {{ type: string, body: string | Uint8Array, headers?: Record<string, string> }} File
 * @typedef {File | ((request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void)} Served
 */

/**
 * Serves on a free port of 127.0.0.1. A path that ends in "/" stands for all below it that have nothing of
 * their own.
 *
 * @param {Readonly<Record<string, Served>>} files - By path, such as "/page.html".
 * @returns {Promise<{ origin: string, server: import("node:http").Server, close(): Promise<void> }>}
 */
export async function serveFiles(files) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const served = files[pathname] ?? files[folderOf(files, pathname)];
    if (served === undefined) response.writeHead(404).end();
    else if (typeof served === "function") served(request, response);
    else response.writeHead(200, { "content-type": served.type, ...served.headers }).end(served.body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** @param {Readonly<Record<string, Served>>} files @param {string} path */
function folderOf(files, path) {
  const folders = Object.keys(files).filter((file) => file.endsWith("/") && path.startsWith(file));
  return folders.sort((a, b) => b.length - a.length)[0] ?? "";
}

/** A page that runs a module, and shows nothing. @param {string} source - Its path. */
export function pageOf(source, headers = {}) {
  return {
    type: "text/html; charset=utf-8",
    body: `<!doctype html><meta charset="utf-8"><title>wevent</title><link rel="icon" href="data:,"><script type="module" src="${source}"></script>\n`,
    headers,
  };
}

/** A module. @param {string} body */
export function scriptOf(body) {
  return { type: "text/javascript; charset=utf-8", body };
}
