// Owns running one program, in a worker of its own: each run begins with a new hub and new modules, a program
// that never gives way holds up no page, and the page can end it. It must not know how the page looks.

import { getHub } from "wevent";
import { loadGuest } from "wevent/guest";
import { type TraceEvent, traceHub, trackGreenlets } from "wevent/util";
import { clockMs, type FromStage, type Program, type ToStage } from "../messages.ts";
import { captureConsole, textOf } from "./console.ts";
import { startJsonServer } from "./json-server.ts";

/** The tutorial and the page's own, each imported when it is to run. */
const programs = {
  ...import.meta.glob("../../tutorial/typescript/*.ts"),
  ...import.meta.glob(["../programs/*.ts", "!../programs/*.as.ts"]),
};

/** Milliseconds between two looks at the hub: as often as a page is drawn. */
const REPORT_MS = 16;

const tell = (message: FromStage) => self.postMessage(message);
const hub = getHub();
let events: TraceEvent[] = [];
let isReportDue = false;

function report(): void {
  isReportDue = false;
  tell({ type: "schedule", events, tree: plain(hub.tree()) });
  events = [];
}

/** Outcomes are whatever a program makes: not all can be copied to a page. */
function plain(node: ReturnType<typeof hub.tree>): ReturnType<typeof hub.tree> {
  return { ...node, ended: null, children: node.children.map(plain) };
}

async function runProgram(program: Program): Promise<void> {
  if (program.language === "typescript") {
    await programs[program.path]!();
    return;
  }
  // Only the program "fetch" looks at it. Without that server the others run as well.
  const url = await startJsonServer().then(
    (server) => server.url,
    () => "",
  );
  const guest = await loadGuest(program.binary as BufferSource, { hub, args: [url] });
  if ("main" in guest.exports) await guest.call("main");
}

async function run(program: Program): Promise<void> {
  captureConsole((level, text) => tell({ type: "printed", level, text }));
  tell({ type: "began", atMs: clockMs() });
  // Before the trace, which says of a guest what the frames show.
  trackGreenlets(hub);
  traceHub(hub, {
    onEvents(turn) {
      events.push(...turn);
      if (isReportDue) return;
      isReportDue = true;
      setTimeout(report, REPORT_MS);
    },
  });
  let hasFailed = false;
  try {
    await runProgram(program);
    await hub.join();
  } catch (error) {
    hasFailed = true;
    console.error(textOf(error));
  }
  // What was parked last is told at the end of the turn.
  setTimeout(() => {
    report();
    tell({ type: "ended", hasFailed });
  }, 0);
}

self.addEventListener("message", ({ data }: MessageEvent<ToStage>) => {
  if (data.type === "run") void run(data.program);
  else hub.kill(data.id);
});
