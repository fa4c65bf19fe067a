// Owns how notices are asked for over HTTP.
//
//   POST /                a notice, as text
//   GET /?after=N         long polling: waits for notices after N, and gives them as JSON; 204 if there are none
//   WebSocket /?after=N   the same without end, one message for each; what the client sends is a notice too

import { forEach, spawn, wait } from "wevent";
import { serve, WebSocketClosed, type WebSocketConnection } from "wevent/http";
import { Notices } from "./notices.js";

export interface NotifierOptions {
  readonly host?: string;
  readonly port?: number;
  /** How long a poll waits, in ms: less than what proxies allow. Omitted: 25 000. */
  readonly pollTimeout?: number;
  /** Notices that are kept. Omitted: 100. */
  readonly mostKept?: number;
}

/** Listens, and gives the server. */
export function serveNotices({ host, port, pollTimeout = 25_000, mostKept }: NotifierOptions = {}) {
  const notices = new Notices(mostKept);

  function* answer(request: Request) {
    if (request.method === "POST") {
      return Response.json(notices.add(yield* wait(request.text())), { status: 201 });
    }
    const after = afterOf(request, 0);
    if (after === null) return new Response("after is a number from 0", { status: 400 });
    const found = yield* notices.after(after, pollTimeout);
    return found.length === 0 ? new Response(null, { status: 204 }) : Response.json(found);
  }

  function* follow(socket: WebSocketConnection, request: Request) {
    const after = afterOf(request, notices.lastNumber);
    if (after === null) return socket.close(4000, "after is a number from 0");
    const writer = spawn(send, socket, after);
    try {
      yield* forEach(socket.iterate(), (text) => void notices.add(String(text)));
    } finally {
      yield* writer.kill();
    }
  }

  function* send(socket: WebSocketConnection, after: number) {
    try {
      for (;;) {
        // It waits for who reads slowly; what comes meanwhile is there when he has read.
        for (const notice of yield* notices.after(after)) {
          yield* socket.send(JSON.stringify(notice));
          after = notice.number;
        }
      }
    } catch (error) {
      if (!(error instanceof WebSocketClosed)) throw error;
    }
  }

  const options = { host: host ?? "127.0.0.1", port: port ?? 0, maxBodyBytes: 10_000 };
  return serve(answer, { ...options, maxMessageBytes: 10_000, websocket: follow });
}

/** Null: it is no number. */
function afterOf(request: Request, otherwise: number): number | null {
  const text = new URL(request.url).searchParams.get("after");
  if (text === null) return otherwise;
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
