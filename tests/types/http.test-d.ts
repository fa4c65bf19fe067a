// What the compiler infers of servers, bodies and WebSockets.
import { collect, type Operation, type OperationIterator, sleep } from "wevent";
import {
  connectWebSocket,
  fetchHandler,
  type HttpServer,
  type Message,
  readChunks,
  serve,
  streamOf,
  type WebSocketConnection,
} from "wevent/http";
import { Pool } from "wevent/pool";
import { type Equal, proves } from "./equal.ts";

export function* servers() {
  const serving = serve(
    function* (request) {
      proves<Equal<typeof request, Request>>();
      yield* sleep(1);
      return new Response(request.body);
    },
    {
      port: 0,
      spawn: new Pool(2),
      *websocket(socket, request) {
        proves<Equal<typeof socket, WebSocketConnection>>();
        proves<Equal<typeof request, Request>>();
        const message = yield* socket.receive(5);
        proves<Equal<typeof message, string | Uint8Array>>();
      },
    },
  );
  proves<Equal<typeof serving, Operation<HttpServer>>>();
  const server = yield* serving;
  const stopping = server.stop(null);
  proves<Equal<typeof stopping, Operation<void>>>();
  serve(async () => new Response());
  serve(() => new Response());
  const respond = fetchHandler(() => new Response());
  proves<Equal<typeof respond, (request: Request) => Promise<Response>>>();
  // @ts-expect-error: a text is no Response
  serve(() => "hello");
  // @ts-expect-error: nor does a generator function give one that returns nothing
  serve(function* () {});
}

export function* bodies(request: Request, response: Response) {
  const chunks = yield* collect(readChunks(request));
  proves<Equal<typeof chunks, Uint8Array[]>>();
  readChunks(response.body);
  const stream = streamOf(function* (writer) {
    const written = writer.write("text");
    proves<Equal<typeof written, Operation<void>>>();
    yield* written;
  });
  proves<Equal<typeof stream, ReadableStream<Uint8Array>>>();
}

export function* clients() {
  const socket = yield* connectWebSocket("ws://127.0.0.1/", { timeout: 5, protocols: ["chat"] });
  proves<Equal<typeof socket, WebSocketConnection>>();
  const messages = socket.iterate();
  proves<Equal<typeof messages, OperationIterator<Message>>>();
  // @ts-expect-error: only text and bytes can be sent
  socket.send({ json: true });
}
