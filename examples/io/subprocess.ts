// Three processes at once, one of them too slow, and a conversation with a fourth.
//
//   npm run build && node build/examples/io/subprocess.js
//
// Promised:
//   started 3
//   slow: WEV_ERR_PROCESS_TIMEOUT after "begun"
//   one, two
//   sorted: apple banana cherry
//   no-such-program: ENOENT

import { joinAll, run, spawn } from "wevent";
import { checkOutput, run as runProcess, SpawnError, spawnProcess, TimeoutExpired } from "wevent/subprocess";

function* slow() {
  try {
    yield* runProcess("sh", ["-c", "echo begun; exec sleep 60"], { timeout: 500 });
  } catch (error) {
    if (!(error instanceof TimeoutExpired)) throw error;
    console.log(`slow: ${error.code} after "${error.output!.stdoutText.trim()}"`);
  }
}

function* sort(lines: readonly string[]) {
  using sorter = yield* spawnProcess("sort", [], { stdin: "pipe", stdout: "pipe" });
  for (const line of lines) yield* sorter.stdin!.sendAll(`${line}\n`);
  sorter.stdin!.close();
  const sorted: string[] = [];
  for (;;) {
    const line = yield* sorter.stdout!.readLine();
    if (line === null) return sorted;
    sorted.push(line);
  }
}

await run(function* () {
  const words = ["one", "two"].map((word) => spawn(() => checkOutput("echo", [word])));
  const all = [spawn(slow), ...words];
  console.log(`started ${all.length}`);
  yield* joinAll(all, { raiseError: true });
  console.log(words.map((word) => word.value!.trim()).join(", "));
  console.log(`sorted: ${(yield* sort(["cherry", "apple", "banana"])).join(" ")}`);
  try {
    yield* spawnProcess("no-such-program");
  } catch (error) {
    if (error instanceof SpawnError) console.log(`${error.command}: ${error.code}`);
  }
});
