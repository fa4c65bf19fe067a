// All examples, in the order in which one learns. Paths are those from the root of the repository.

const chapters = [
  ["Greenlets", "switch select tasks fetch pool spawn subclass state timeout cleanup"],
  ["Tools", "event async-result queue bounded-queue group bounded-pool semaphore local"],
  ["Actors", "actor"],
];

/** The same program twice: in TypeScript and as a guest. */
const pair = (chapter, name) => ({
  chapter,
  name,
  kind: "pair",
  typescript: `examples/tutorial/typescript/${name}.ts`,
  program: `build/examples/tutorial/typescript/${name}.js`,
  guest: `examples/tutorial/guest/${name}.as.ts`,
  wasm: `build/examples/tutorial/guest/${name}.wasm`,
});

/** One program of two parts: the one in TypeScript loads the guest. */
const acrossBorder = (name) => ({
  chapter: "Across the border",
  name,
  kind: "across the border",
  typescript: `examples/border/${name}.ts`,
  program: `build/examples/border/${name}.js`,
  guest: `examples/border/${name}.as.ts`,
  wasm: `build/examples/border/${name}.wasm`,
});

/** A program of input and output; some are there as a guest too. */
const ofIo = (name) => ({
  chapter: "Input and output",
  name,
  kind: withGuest.has(name) ? "pair of io" : "alone",
  typescript: `examples/io/${name}.ts`,
  program: `build/examples/io/${name}.js`,
  guest: withGuest.has(name) ? `examples/guest/${name}.as.ts` : null,
  wasm: `build/examples/guest/${name}.wasm`,
});

const io =
  "echo-server chat-server port-forwarder redis-client crawler hello-http notifier chat-websocket subprocess signal threadpool";
const withGuest = new Set(["echo-server", "redis-client"]);

export const examples = [
  ...chapters.flatMap(([chapter, names]) => names.split(" ").map((name) => pair(chapter, name))),
  ...["feed", "abort", "shutdown"].map(acrossBorder),
  ...io.split(" ").map(ofIo),
];
