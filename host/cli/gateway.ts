// Owns what `wevent gateway` takes on its command line, says and logs. The gateway is `wevent/gateway-server`.

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { RangeUsageError, UsageError } from "../core/errors.js";
import { Hub } from "../core/hub.js";
import { type GatewayEvent, GatewayServer, type GatewayServerOptions } from "../gateway-server.js";
import { spawn } from "../greenlet.js";
import { waitSignal } from "../signal.js";
import { sleep } from "../sleep.js";
import { CommandLineError } from "./command-line.js";

export const GATEWAY_USAGE = `  wevent gateway --allow HOST:PORT... [--listen [HOST:]PORT] [--token TOKEN | --no-token] [LIMIT...]
      connects pages, which come by WebSocket, to the hosts and ports that are allowed, and to no others;
      --allow-internal HOST:PORT: a name that may lead to addresses of an internal network;
      --origin URL: a site whose pages may connect, left out: all; --cert FILE --key FILE: wss and not ws;
      the token: --token, or WEVENT_GATEWAY_TOKEN, or one that is made up and printed;
      limits: --max-connections, --max-per-address, --connects-per-second, --bytes-per-second, --max-bytes,
      --idle-timeout, --open-timeout, --connect-timeout (ms), --max-frame-bytes; "none" takes one away`;

/** The option of each limit, by its name here. */
const LIMITS = {
  "max-connections": "maxConnections",
  "max-per-address": "maxPerAddress",
  "connects-per-second": "connectsPerSecond",
  "bytes-per-second": "bytesPerSecond",
  "max-bytes": "maxBytes",
  "idle-timeout": "idleTimeout",
  "open-timeout": "openTimeout",
  "connect-timeout": "connectTimeout",
  "max-frame-bytes": "maxFrameBytes",
} as const satisfies Record<string, keyof GatewayServerOptions>;

const TEXT = { type: "string" } as const;
const TEXTS = { type: "string", multiple: true, default: [] as string[] } as const;

/** Runs it until a signal says to stop; then clients have a second to end. */
export async function gateway(args: string[]): Promise<void> {
  const { options, madeUpToken } = await parse(args);
  const server = serverOf(options);
  const hub = new Hub();
  try {
    await hub.run(function* () {
      yield* server.start();
      spawn(function* () {
        yield* waitSignal(["SIGINT", "SIGTERM"]);
        yield* server.stop();
      });
      // It listens for signals before it says that it is there.
      yield* sleep(0);
      console.log(`listening at ${server.url}`);
      if (madeUpToken !== null) console.log(`token: ${madeUpToken}`);
      yield* server.serveForever();
    });
  } finally {
    hub.destroy();
  }
}

/** What it cannot be made with is wrong on the command line. */
function serverOf(options: GatewayServerOptions): GatewayServer {
  try {
    return new GatewayServer(options);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof RangeUsageError)) throw error;
    throw new CommandLineError(error.message);
  }
}

async function parse(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      allow: TEXTS,
      "allow-internal": TEXTS,
      origin: { type: "string", multiple: true },
      listen: { type: "string", default: "127.0.0.1:8100" },
      token: TEXT,
      "no-token": { type: "boolean", default: false },
      cert: TEXT,
      key: TEXT,
      "max-connections": TEXT,
      "max-per-address": TEXT,
      "connects-per-second": TEXT,
      "bytes-per-second": TEXT,
      "max-bytes": TEXT,
      "idle-timeout": TEXT,
      "open-timeout": TEXT,
      "connect-timeout": TEXT,
      "max-frame-bytes": TEXT,
    },
  });
  const { allow, "allow-internal": allowInternal, origin, cert, key } = values;
  if (allow.length + allowInternal.length === 0) {
    throw new CommandLineError("gateway needs --allow HOST:PORT: without it nothing can be reached");
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new CommandLineError("gateway needs --cert and --key together");
  }
  const { token, madeUpToken } = tokenOf(values.token, values["no-token"]);
  const limits = Object.entries(LIMITS).flatMap(([name, option]) => {
    const text = values[name as keyof typeof LIMITS];
    return text === undefined ? [] : [[option, limitOf(name, text)] as const];
  });
  const options: GatewayServerOptions = {
    allow,
    allowInternal,
    token,
    ...(origin && { origins: origin }),
    ...listenOf(values.listen),
    ...(cert !== undefined && {
      tls: { cert: await readFile(cert, "utf8"), key: await readFile(key!, "utf8") },
    }),
    ...Object.fromEntries(limits),
    onEvent: (event) => console.error(lineOf(event)),
  };
  return { options, madeUpToken };
}

function tokenOf(given: string | undefined, isNone: boolean) {
  if (given !== undefined && isNone) throw new CommandLineError("gateway takes --token or --no-token");
  if (isNone) return { token: null, madeUpToken: null };
  const known = given ?? process.env["WEVENT_GATEWAY_TOKEN"];
  if (known !== undefined) return { token: known, madeUpToken: null };
  const madeUpToken = crypto.randomUUID();
  return { token: madeUpToken, madeUpToken };
}

function listenOf(text: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  if (digits === undefined) throw new CommandLineError(`--listen takes [HOST:]PORT, and not ${text}`);
  return { host: bracketed ?? plain ?? "127.0.0.1", port: Number(digits) };
}

function limitOf(name: string, text: string): number | null {
  // A message has to end somewhere.
  if (text === "none" && name !== "max-frame-bytes") return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new CommandLineError(`--${name} takes a number or "none", and not ${text}`);
}

/** What a client says of its target is quoted, so that it cannot add lines of its own. */
function lineOf({ kind, client, target, reason, sentBytes, receivedBytes }: GatewayEvent): string {
  const to = target === null ? "" : ` to ${JSON.stringify(target)}`;
  const why = reason === null ? "" : ` because: ${reason}`;
  const bytes = sentBytes + receivedBytes === 0 ? "" : `, ${sentBytes} bytes there, ${receivedBytes} back`;
  return `${new Date().toISOString()} ${kind} ${client ?? "unknown"}${to}${why}${bytes}`;
}
