// The page of examples/browser in Chromium: programs in both languages, kill buttons, the editor, the timeline.

import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { examples } from "../../examples/lib/list.js";
import { firstBreach, promisedLines } from "../lib/transcript.ts";
import { openPage, whatIsMissing } from "./page.js";

const missing = await whatIsMissing();
if (missing !== null) console.log(`Left out: the page in a browser: ${missing}`);

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
/** What a program promises; of which of two things took less, a busy machine decides. */
const promisedBy = (path) =>
  promisedLines(read(path)).map((line) => line.replace(/^(At once .*:) true$/, "$1 *"));
const tutorial = examples.filter(({ kind }) => kind === "pair");

/** Two greenlets that wait without end, and a cleanup: what a test edits the program to. */
const edited = `import { onExit, sleep, spawn } from "wevent/assembly";

function sleeper(name: string): void {
  onExit(wakeUp, name);
  console.log(name + " sleeps");
  sleep(3_600_000);
}

function wakeUp(name: string): void {
  console.log(name + " was woken");
}

export function main(): void {
  const first = spawn(sleeper, "first");
  const second = spawn(sleeper, "second");
  first.name = "first";
  second.name = "second";
  first.join();
  second.join();
  console.log("nobody sleeps");
}
`;

const endless = `import { sleep } from "wevent/assembly";

export function main(): void {
  sleep(1);
  console.log("begins");
  while (true) {}
}
`;

const crowd = `import { sleep, spawn } from "wevent/assembly";

function hurried(): void {
  while (true) sleep(0);
}

function idler(): void {
  sleep(3_600_000);
}

export function main(): void {
  spawn(hurried);
  for (let i = 0; i < 2000; i++) spawn(idler);
  console.log("begins");
  sleep(3_600_000);
}
`;

describe.skipIf(missing !== null)("examples/browser", () => {
  let open;
  beforeAll(async () => {
    open = await openPage();
  });
  afterAll(() => open?.close());
  afterEach(() => {
    expect(open.errors.splice(0), "errors in the page").toEqual([]);
  });

  for (const { name, typescript } of tutorial) {
    it(`${name} prints what its header promises`, async () => {
      await open.choose(name, "typescript");
      expect(firstBreach(promisedBy(typescript), await open.runToEnd())).toBeNull();
      expect(await open.status()).toBe("Ended");
    });
  }

  for (const { name, guest } of tutorial) {
    it(`${name} prints what its header promises as a guest that the page compiles`, async () => {
      await open.choose(name, "guest");
      expect(firstBreach(promisedBy(guest), await open.runToEnd())).toBeNull();
    });
  }

  for (const language of ["typescript", "guest"]) {
    it(`a kill button ends a greenlet while the program runs, and its cleanup runs, ${language}`, async () => {
      await open.choose("kitchen", language);
      await open.run();
      await open.untilPrinted("Ann cooks order 1");
      await (await open.killButton("Ann")).click();
      await open.untilPrinted("Ann goes home");
      await open.untilLane("Ann", "ended");
      const lanes = await open.lanes();
      expect(lanes.filter(({ name }) => name === "Ann" || name === "Ben")).toEqual([
        { name: "Ann", kind: language, state: "ended", depth: expect.any(Number), canKill: false },
        { name: "Ben", kind: language, state: expect.any(String), depth: expect.any(Number), canKill: true },
      ]);
      // Those whom the kitchen has spawned stand below it.
      const depthOf = (name) => lanes.find((lane) => lane.name === name).depth;
      expect(depthOf("Ann")).toBe(depthOf("kitchen") + 1);
      await open.untilPrinted("Ben cooks order 4");
      const output = await open.output();
      expect(output.slice(output.indexOf("Ann goes home"))).not.toContain("Ann cooks");
      await open.picture(`kitchen-${language}`);
      await open.page.click("#stop");
      expect(await open.status()).toBe("Stopped");
      expect((await open.lanes()).every(({ canKill }) => !canKill)).toBe(true);
    });
  }

  it("the timeline draws runs and what is parked as they happen, and kills", async () => {
    await open.choose("kitchen", "typescript");
    await open.page.reload();
    expect(await open.colours("typescript", "parked", "kill")).toEqual([0, 0, 0]);
    await open.run();
    await open.untilPrinted("Ann cooks order 3");
    await open.drawn();
    const [runs, parked, kills] = await open.colours("typescript", "parked", "kill");
    expect([runs > 20, parked > 100, kills]).toEqual([true, true, 0]);
    await (await open.killButton("Ben")).click();
    await open.untilPrinted("Ben goes home");
    await open.drawn();
    expect((await open.colours("kill"))[0]).toBeGreaterThan(0);
    await open.page.click("#stop");
  });

  it("a guest that was edited is compiled and run, and its greenlets are killed, by the keyboard alone", async () => {
    await open.choose("kitchen", "guest");
    await open.type(edited);
    await open.page.keyboard.down("Control");
    await open.page.keyboard.press("Enter");
    await open.page.keyboard.up("Control");
    await open.untilPrinted("second sleeps");
    for (const name of ["second", "first"]) {
      await (await open.killButton(name)).focus();
      await open.page.keyboard.press("Enter");
      await open.untilPrinted(`${name} was woken`);
    }
    await open.untilStatus("Ended");
    expect(await open.output()).toBe(
      "first sleeps\nsecond sleeps\nsecond was woken\nfirst was woken\nnobody sleeps\n",
    );
  });

  it("a mistake is shown with its line, to which a button leads, and undone with the changes", async () => {
    await open.choose("kitchen", "guest");
    await open.type(edited.replace("sleep(3_600_000)", 'sleep("long")'));
    await open.run();
    expect(await open.untilStatus("Not compiled", "Running")).toBe("Not compiled");
    expect(await open.output()).toMatch(/ERROR TS\d+[\s\S]*in program\.ts\(6,/);
    await (await open.page.waitForSelector("#output button::-p-text(Line 6)")).click();
    const line = await open.page.$eval(
      "#source",
      (area) => area.value.slice(0, area.selectionStart).split("\n").length,
    );
    expect(line).toBe(6);
    expect(await open.page.$$eval("#numbers .wrong", (found) => found.map((one) => one.textContent))).toEqual(
      ["6"],
    );
    await open.page.click("#reset");
    expect(await open.page.$eval("#source", (area) => area.value)).toBe(
      read("examples/browser/programs/kitchen.as.ts"),
    );
  });

  it("two thousand greenlets and a schedule faster than the page leave it usable, and what is left out is said", async () => {
    await open.choose("kitchen", "guest");
    await open.type(crowd);
    await open.run();
    await open.untilPrinted("begins");
    await open.page.waitForSelector("#labels li::-p-text(and 1,8)");
    await open.page.waitForSelector("#readout::-p-text(events came too fast to be drawn)");
    await (await open.killButton("hurried")).click();
    // So many live that the lane of one that has ended makes room.
    await open.page.waitForSelector('button[aria-label="Kill hurried"]', { hidden: true });
    await open.drawn();
    await open.picture("crowd");
    await open.page.click("#stop");
    expect(await open.status()).toBe("Stopped");
    await open.page.click("#reset");
  });

  it("a program that never gives way holds up no page, and is stopped", async () => {
    await open.choose("switch", "guest");
    await open.type(endless);
    await open.run();
    await open.untilPrinted("begins");
    expect(await open.status()).toBe("Running");
    await open.page.click("#stop");
    expect(await open.status()).toBe("Stopped");
    await open.choose("spawn", "typescript");
    const { typescript } = tutorial.find(({ name }) => name === "spawn");
    expect(firstBreach(promisedBy(typescript), await open.runToEnd())).toBeNull();
  });
});
