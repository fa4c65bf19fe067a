// Owns running one program, in a worker of its own: each run begins with a new hub and new modules, a program
// that never gives way holds up no page, and the page can end it. It must not know how the page looks.

import { getHub } from "wevent";
import { loadGuest } from "wevent/guest";
import { clockMs, type FromStage, type Program, type ToStage } from "../messages.ts";
import { captureConsole, textOf } from "./console.ts";
import { startJsonServer } from "./json-server.ts";
import { Reporter } from "./reporter.ts";

/** The tutorial and the page's own, each imported when it is to run. */
const programs = {
  ...import.meta.glob("../../tutorial/typescript/*.ts"),
  ...import.meta.glob(["../programs/*.ts", "!../programs/*.as.ts"]),
};

const tell = (message: FromStage) => self.postMessage(message);
const hub = getHub();
let reporter: Reporter | null = null;

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
  reporter = new Reporter(hub, tell);
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
    reporter?.flush();
    tell({ type: "ended", hasFailed });
  }, 0);
}

self.addEventListener("message", ({ data }: MessageEvent<ToStage>) => {
  if (data.type === "run") void run(data.program);
  else if (data.type === "kill") hub.kill(data.id);
  else reporter?.seen();
});
