// npm run bench:browser: how a page in Chromium fares while 10 000 greenlets are busy in it: frames each
// second, and how long a key or a button waits. Beside a page that does nothing, and one with timers.
//
//   node bench/browser/run.js                 everything
//   node bench/browser/run.js --quick         one short round of each, to see that it works

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { bundleForPage } from "../../tools/browsers/bundle.js";
import { findBrowser, launchBrowser } from "../../tools/browsers/launch.js";
import { pageOf, scriptOf, serveFiles } from "../../tools/browsers/serve.js";

/** [title, query of the page] */
const SUBJECTS = [
  ["a page that does nothing", "subject=nothing"],
  ["wevent, turnMs left out", "subject=wevent"],
  ...[1, 2, 3, 5, 8, 12].map((ms) => [`wevent, turns of ${ms} ms`, `subject=wevent&turnMs=${ms}`]),
  ["10 000 loops of setTimeout", "subject=timers"],
];

const isQuick = process.argv.includes("--quick");
const ROUNDS = isQuick ? 1 : 3;
const WARM_MS = isQuick ? 200 : 1000;
const MEASURE_MS = isQuick ? 500 : 5000;
/** Between two inputs. Odd, so that they come at any point of a frame. */
const INPUT_EVERY_MS = 37;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sorted = (values) => [...values].sort((a, b) => a - b);
const quantile = (values, part) =>
  sorted(values)[Math.min(values.length - 1, Math.floor(part * values.length))];

async function measure(browser, origin, query) {
  const page = await browser.newPage();
  try {
    await page.goto(`${origin}/?${query}`);
    await page.evaluate(() => void globalThis.begin());
    await pause(WARM_MS);
    const from = (await page.evaluate(() => globalThis.take())).atMs;
    const end = performance.now() + MEASURE_MS;
    while (performance.now() < end) {
      await page.keyboard.press("a");
      await page.mouse.click(20, 20);
      await pause(INPUT_EVERY_MS);
    }
    const seen = await page.evaluate(() => globalThis.take());
    const seconds = (seen.atMs - from) / 1000;
    const gaps = seen.frames.slice(1).map((at, i) => at - seen.frames[i]);
    return {
      framesPerSecond: seen.frames.length / seconds,
      longestFrameMs: Math.max(...gaps),
      delayP50Ms: quantile(seen.delaysMs, 0.5),
      delayP99Ms: quantile(seen.delaysMs, 0.99),
      inputs: seen.delaysMs.length,
      stepsPerSecond: seen.steps / seconds,
    };
  } finally {
    await page.close();
  }
}

const median = (values) => quantile(values, 0.5);

if (findBrowser("chromium") === null) {
  console.log("Left out: the bench of a page, because Chromium is not installed");
  process.exit(0);
}
const server = await serveFiles({
  "/": pageOf("/page.js"),
  "/page.js": scriptOf(await bundleForPage(join(import.meta.dirname, "page.js"))),
});
const browser = await launchBrowser("chromium", { protocolTimeout: 60_000 });
const version = await browser.version();
console.log(`${version}, ${cpus()[0]?.model}, ${cpus().length} cores; median of ${ROUNDS} rounds`);
const rounds = SUBJECTS.map(() => []);
// The subjects take turns, so that a busy moment of the machine is not one subject's alone.
for (let round = 0; round < ROUNDS; round++) {
  for (const [i, [, query]] of SUBJECTS.entries())
    rounds[i].push(await measure(browser, server.origin, query));
}
await browser.close();
await server.close();

const rows = SUBJECTS.map(([title], i) => {
  const values = Object.fromEntries(
    Object.keys(rounds[i][0]).map((name) => [name, median(rounds[i].map((each) => each[name]))]),
  );
  console.log(
    `${title.padEnd(28)} ${values.framesPerSecond.toFixed(1).padStart(5)} frames/s, longest ${values.longestFrameMs.toFixed(0)} ms; ` +
      `input waits ${values.delayP50Ms.toFixed(1)} ms, p99 ${values.delayP99Ms.toFixed(1)} ms (${values.inputs}); ` +
      `${Math.round(values.stepsPerSecond)} steps/s`,
  );
  return { title, ...values };
});
writeFileSync(
  join(import.meta.dirname, "../../build/bench-browser.json"),
  `${JSON.stringify({ version, cpu: cpus()[0]?.model, rows }, null, 2)}\n`,
);
