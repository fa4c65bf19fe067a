// Runs in a page: keeps the thread busy in one of several ways, and counts frames, the delay of input, and
// what of the work was done meanwhile. The host says which way, in the page's URL.

import { Hub, sleep, spawn } from "wevent";

const COUNT = 10_000;

/** A little work: less than a microsecond. */
let sum = 0;
function work() {
  for (let i = 0; i < 100; i++) sum = (Math.imul(sum, 31) + i) | 0;
}

let steps = 0;

/** Ways to keep the page busy; each begins, and never ends. */
const subjects = {
  nothing() {},
  wevent(turnMs) {
    const hub = new Hub(turnMs === null ? {} : { turnMs: Number(turnMs) });
    hub.run(function* () {
      for (let i = 0; i < COUNT; i++) spawn(loop);
    });
  },
  // The same work in as many loops, each of which asks for its own turn.
  timers() {
    const again = () => {
      work();
      steps++;
      setTimeout(again, 0);
    };
    for (let i = 0; i < COUNT; i++) again();
  },
};

function* loop() {
  for (;;) {
    work();
    steps++;
    yield* sleep(0);
  }
}

/** Delay of each key and button that came, in ms: from when the browser had it to when the page is told. */
const delaysMs = [];
for (const type of ["keydown", "keyup", "mousedown", "mouseup"]) {
  addEventListener(type, ({ timeStamp }) => delaysMs.push(performance.now() - timeStamp));
}

/** When each frame was drawn. */
const frames = [];
function frame() {
  frames.push(performance.now());
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);

globalThis.begin = () => {
  const wanted = new URL(location.href).searchParams;
  subjects[wanted.get("subject")](wanted.get("turnMs"));
};

/** Counts of what was seen since the last call. */
globalThis.take = () => {
  const seen = { atMs: performance.now(), frames: [...frames], delaysMs: [...delaysMs], steps };
  frames.length = 0;
  delaysMs.length = 0;
  steps = 0;
  return seen;
};
