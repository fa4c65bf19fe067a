// What the compiler infers of queues, channels and locals.
import { collect, forEach, type Operation, type OperationIterator, Queue } from "wevent";
import { local } from "wevent/local";
import { Channel, LifoQueue, PriorityQueue, SimpleQueue, type Store } from "wevent/queue";
import { type Equal, proves } from "./equal.ts";

export function* queues() {
  const queue = new Queue<string>(2);
  const item = yield* queue.get();
  proves<Equal<typeof item, string>>();
  const limited = yield* queue.get({ timeout: 5, block: true, signal: AbortSignal.timeout(5) });
  proves<Equal<typeof limited, string>>();
  const peeked = yield* queue.peek();
  proves<Equal<typeof peeked, string>>();
  proves<Equal<ReturnType<typeof queue.getNowait>, string>>();
  const put = queue.put("a", { block: false });
  proves<Equal<typeof put, Operation<void>>>();
  const joined = yield* queue.join({ timeout: 5 });
  proves<Equal<typeof joined, boolean>>();
  proves<Equal<typeof queue.maxSize, number | null>>();
  // @ts-expect-error: a number is no text
  queue.put(5);
  // @ts-expect-error: a timeout goes by its name
  queue.get(5);

  // The items tell the type; so does compare.
  const filled = new Queue(null, [1, 2]);
  proves<Equal<typeof filled, Queue<number>>>();
  const simple = new SimpleQueue(null, new Set(["a"]));
  proves<Equal<typeof simple, SimpleQueue<string>>>();
  const lifo = new LifoQueue(1, [1]).copy();
  proves<Equal<typeof lifo, LifoQueue<number>>>();
  const priority = new PriorityQueue((a: Date, b: Date) => Number(a) - Number(b));
  const first = yield* priority.get();
  proves<Equal<typeof first, Date>>();
  const plain = new Queue();
  proves<Equal<typeof plain, Queue<unknown>>>();
  // @ts-expect-error: compare comes first here
  new PriorityQueue<number>(5);
  // @ts-expect-error: a SimpleQueue cannot be shut down
  simple.shutdown();

  // Iterating.
  const items = queue.iterate();
  proves<Equal<typeof items, OperationIterator<string>>>();
  const all = yield* collect(items);
  proves<Equal<typeof all, string[]>>();
  yield* forEach(queue.iterate(), (text) => {
    proves<Equal<typeof text, string>>();
  });

  // A subclass with a store of its own.
  class Mine extends Queue<number> {
    protected override makeStore(): Store<number> {
      return super.makeStore();
    }
  }
  const mine = new Mine().copy();
  proves<Equal<typeof mine, Mine>>();
}

export function* channels(handle: bigint) {
  const channel = new Channel<string>();
  const item = yield* channel.get({ timeout: 5 });
  proves<Equal<typeof item, string>>();
  proves<Equal<ReturnType<typeof channel.getNowait>, string>>();
  const put = channel.put("a");
  proves<Equal<typeof put, Operation<void>>>();
  // @ts-expect-error: a number is no text
  channel.put(5);
  const shared = Channel.fromHandle<Uint8Array>(handle);
  proves<Equal<typeof shared, Channel<Uint8Array>>>();
  // @ts-expect-error: a handle is a bigint
  Channel.fromHandle(5);
}

export async function outside(queue: Queue<string>) {
  for await (const item of queue) proves<Equal<typeof item, string>>();
  const item = await queue.get();
  proves<Equal<typeof item, string>>();
}

export function locals() {
  const values = local(() => ({ count: 0, name: "x" }));
  proves<Equal<typeof values, { count: number; name: string }>>();
  const counts = local(() => new Map<string, number>());
  proves<Equal<typeof counts, Map<string, number>>>();
  const free = local();
  proves<Equal<typeof free, Record<string, unknown>>>();
  const typed = local<{ user?: string }>();
  proves<Equal<typeof typed.user, string | undefined>>();
  // @ts-expect-error: initial values are no function
  local({ count: 0 });
  // @ts-expect-error: a number is no object
  local(() => 5);
}
