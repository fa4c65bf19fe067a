// Runs the contract in workerd: a worker that answers each request with the report, and the lines before it
// as they come. tests/contract/hosts/workerd.js makes and starts it. Proves first that it is where it is
// meant to be.

import type { World } from "../case.ts";
import { guestModules } from "../guest-modules.js";
import { cases } from "../list.ts";
import { runCases } from "../run-cases.ts";
import { rowOf } from "../runtimes.js";

interface Env {
  readonly VERSION: string;
  /** Of the server that the tutorial asks, which runs in the host: nothing listens here. */
  readonly JSON_SERVER: string;
}

function worldOf({ VERSION, JSON_SERVER }: Env): World {
  const { userAgent } = navigator;
  if (userAgent !== "Cloudflare-Workers") throw new Error(`this is ${userAgent} and not workerd`);
  return {
    runtime: "workerd",
    version: VERSION,
    capabilities: rowOf("workerd").capabilities,
    guestBytes: () => Promise.resolve(null),
    guestModule: async (name) => guestModules[name]!,
    startJsonServer: async () => ({ url: JSON_SERVER, close: () => Promise.resolve() }),
  };
}

export default {
  fetch(request: Request, env: Env): Response {
    const filter = new URL(request.url).searchParams.get("filter") ?? "";
    const world = worldOf(env);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const encoder = new TextEncoder();
    const write = (line: string) => writer.write(encoder.encode(`${line}\n`));
    void runCases(cases, world, (line) => void write(line), filter).then(
      (report) => write(JSON.stringify(report)).then(() => writer.close()),
      (error: unknown) => writer.abort(error),
    );
    return new Response(readable);
  },
};
