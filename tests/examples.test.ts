// Every example runs and prints what its header promises; the code of the README runs as pasted;
// generated documents are what would be generated.

import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { errorsPage } from "../scripts/errors-page.js";
import { firstBreach, promisedLines } from "./lib/transcript.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = promisify(execFile);
const runNode = async (...args: string[]) =>
  (await node(process.execPath, args, { cwd: root, timeout: 60_000 })).stdout;

describe("examples/tutorial/typescript", () => {
  const folder = `${root}/examples/tutorial/typescript`;
  for (const file of readdirSync(folder)) {
    it(`${file} prints what its header promises`, async () => {
      const promised = promisedLines(readFileSync(`${folder}/${file}`, "utf8"));
      const output = await runNode(`build/examples/tutorial/typescript/${file.replace(/\.ts$/, ".js")}`);
      expect(firstBreach(promised, output)).toBeNull();
    });
  }
});

describe("README.md", () => {
  const blocks = [...readFileSync(`${root}/README.md`, "utf8").matchAll(/```ts\n(.*?)```/gs)].map(
    (m) => m[1]!,
  );

  it("first program runs as pasted", async () => {
    mkdirSync(`${root}/build/readme`, { recursive: true });
    writeFileSync(`${root}/build/readme/first.mjs`, blocks[0]!);
    expect(await runNode("build/readme/first.mjs")).toBe(
      "quick is done\nquick has cleaned up\nslow has cleaned up\n",
    );
  });
});

describe("docs", () => {
  it("errors.md is what scripts/errors-page.js makes", () => {
    expect(readFileSync(`${root}/docs/errors.md`, "utf8")).toBe(errorsPage());
  });
});
