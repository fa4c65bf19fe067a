// Owns bodies as greenlets read and write them: the chunks of a stream as an iteration, and a stream
// made of what a greenlet writes. Both keep the other side's pace: nothing is read ahead or piled up.

import { call } from "../core/call.js";
import { requireBody } from "../core/check.js";
import { outsideTasks } from "../core/current.js";
import { describe, UsageError } from "../core/errors.js";
import { GreenletExit } from "../core/exit.js";
import { type AnyBody, type Body, Greenlet } from "../core/greenlet.js";
import { enterHub } from "../core/hub.js";
import type { Operation } from "../core/operation.js";
import { waitFor } from "../core/wait-promise.js";
import { Event } from "../event.js";
import { type OperationIterator, Steps } from "../operation-iterator.js";
import { disconnect, ignoreDisconnect } from "./errors.js";
import { waitForBody } from "./request-hub.js";

/** Something with a body: a Request, a Response. */
interface WithBody {
  readonly body: ReadableStream<Uint8Array> | null;
}

/**
 * Goes through the chunks of a body as they come. A greenlet that is interrupted meanwhile loses none:
 * the next `next` gives it. `close` tells the sender that nobody reads on.
 *
 * @noswitch
 * @param source - A Request, a Response, or a stream; null is an empty one.
 * @throws {@link UsageError} WEV_ERR_ARGUMENT when it is none of them
 * @throws TypeError when something else reads the stream
 * @example
 * ```ts
 * yield* forEach(readChunks(request), (chunk) => void (size += chunk.length));
 * ```
 * @since 0.1
 */
export function readChunks(
  source: WithBody | ReadableStream<Uint8Array> | null,
): OperationIterator<Uint8Array> {
  const stream = source === null || source instanceof ReadableStream ? source : source?.body;
  if (stream !== null && !(stream instanceof ReadableStream)) {
    throw new UsageError(
      "WEV_ERR_ARGUMENT",
      `could not read ${describe(source)} because it has no body; give a Request, a Response or a stream`,
    );
  }
  return new Chunks(stream);
}

type Chunk = IteratorResult<Uint8Array, undefined>;

class Chunks extends Steps<Uint8Array> {
  #reader: ReadableStreamDefaultReader<Uint8Array> | null;
  /** The read that is under way, also when who asked for it was interrupted. */
  #pending: Promise<Chunk> | null = null;

  constructor(stream: ReadableStream<Uint8Array> | null) {
    super();
    this.#reader = stream?.getReader() ?? null;
  }

  next(): Operation<Chunk> {
    return call(() => this.#read());
  }

  *#read(): Generator<unknown, Chunk, unknown> {
    if (this.#reader === null) return { done: true, value: undefined };
    this.#pending ??= this.#reader.read() as Promise<Chunk>;
    const pending = this.#pending;
    const chunk = yield* waitFor(pending);
    if (this.#pending === pending) this.#pending = null;
    return chunk;
  }

  close(): void {
    const reader = this.#reader;
    this.#reader = null;
    // A stream that has failed says so again; whoever reads it was told.
    reader?.cancel().catch(() => {});
  }
}

/** What the greenlet of a stream writes with. */
export interface BodyWriter {
  /**
   * Hands a chunk over, once the reader asks for one. A text is sent as UTF-8; an empty chunk is not sent.
   *
   * @switches when the reader has not asked yet
   */
  write(chunk: string | Uint8Array): Operation<void>;
}

/**
 * Makes a stream of what a greenlet writes, at the pace of its reader: for the body of a Response, or
 * of a Request to send. The greenlet begins when somebody reads. The stream ends when it returns, and is
 * cut when it fails, which is reported, or is killed. When the reader goes away, it is ended with ClientDisconnected.
 *
 * @noswitch
 * @throws {@link UsageError} WEV_ERR_BODY when `body` is not a function
 * @example
 * ```ts
 * return new Response(streamOf(function* (writer) {
 *   for (let i = 0; i < 3; i++) {
 *     yield* writer.write(`${i}\n`);
 *     yield* sleep(1000);
 *   }
 * }));
 * ```
 * @since 0.1
 */
export function streamOf(body: Body<[writer: BodyWriter], unknown>): ReadableStream<Uint8Array> {
  requireBody(body, "make a stream of");
  return new ReadableStream<Uint8Array>(new GreenletSource(body), { highWaterMark: 0 });
}

class GreenletSource implements UnderlyingDefaultSource<Uint8Array>, BodyWriter {
  readonly #asked = new Event();
  readonly #greenlet: Greenlet<unknown>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #isCancelled = false;

  constructor(body: Body<[BodyWriter], unknown>) {
    this.#greenlet = new Greenlet<unknown>(body as AnyBody<unknown>, this);
    waitForBody(this.#greenlet as Greenlet);
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  pull(): void {
    this.#asked.set();
    const greenlet = this.#greenlet;
    if (greenlet.started || greenlet.dead) return;
    enterHub(greenlet.hub, () =>
      outsideTasks(() => {
        greenlet.start();
        greenlet.watch(() => this.#end());
      }),
    );
  }

  cancel(reason: unknown): void {
    this.#isCancelled = true;
    disconnect(this.#greenlet, reason);
  }

  #end(): void {
    const ended = this.#greenlet._ended!;
    if (ignoreDisconnect(this.#greenlet)) return;
    if ("error" in ended) this.#controller.error(ended.error);
    else if (ended.value instanceof GreenletExit) this.#controller.error(ended.value);
    else closeStream(this.#controller);
  }

  write(chunk: string | Uint8Array): Operation<void> {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    if (!(bytes instanceof Uint8Array)) {
      throw new UsageError(
        "WEV_ERR_ARGUMENT",
        `could not write ${describe(chunk)} because it is neither a string nor bytes; encode it`,
      );
    }
    return call(() => this.#write(bytes));
  }

  *#write(bytes: Uint8Array): Generator<unknown, void, unknown> {
    if (bytes.length === 0) return;
    while (!this.#asked.isSet()) yield* this.#asked.wait();
    this.#asked.clear();
    // Its end is on its way to the greenlet, and the stream takes nothing more.
    if (!this.#isCancelled) this.#controller.enqueue(bytes);
  }
}

/** One that was cancelled is closed. */
function closeStream(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
