// Owns a server for one test, in a hub that must be empty after it, and a client that says exactly
// what it is told to.

import { connect, type Socket } from "node:net";
import { type HttpServer, type RequestHandler, type ServeOptions, serve } from "wevent/http";
import { type World, withHub } from "./hub.ts";

export interface Serving extends World {
  readonly server: HttpServer;
}

/** A test with a server that listens; it is stopped at once after it. */
export function serving(
  handler: RequestHandler,
  test: (world: Serving) => Promise<unknown>,
  options: ServeOptions = {},
): () => Promise<void> {
  return withHub(
    async (world) => {
      const server = await world.hub.run(() => serve(handler, options));
      try {
        await test({ ...world, server });
      } finally {
        await server.stop(0);
      }
    },
    { clock: "real" },
  );
}

/** A connection whose bytes are written by hand. */
export class RawClient {
  readonly socket: Socket;
  /** All that has come. */
  text = "";
  #isEnded = false;
  #changed: () => void = () => {};

  constructor(server: HttpServer) {
    this.socket = connect(server.port, "127.0.0.1");
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text) => {
      this.text += text;
      this.#changed();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.#isEnded = true;
      this.#changed();
    });
  }

  write(...lines: string[]): this {
    this.socket.write(lines.join("\r\n"), "latin1");
    return this;
  }

  /** A request without a body. */
  get(path: string, ...headers: string[]): this {
    return this.write(`GET ${path} HTTP/1.1`, "Host: test", ...headers, "", "");
  }

  /** Resolves once that has come; fails the test when the connection ends before. */
  async until(part: string): Promise<string> {
    await this.#wait(() => this.text.includes(part));
    if (!this.text.includes(part)) throw new Error(`the connection ended without ${part}:\n${this.text}`);
    return this.text;
  }

  /** All that came until the server closed the connection. */
  async end(): Promise<string> {
    await this.#wait(() => false);
    return this.text;
  }

  async #wait(isThere: () => boolean): Promise<void> {
    while (!isThere() && !this.#isEnded) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

/** A promise and what settles it: for what a test waits for. */
export function signalOf<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
};

export const afterMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
