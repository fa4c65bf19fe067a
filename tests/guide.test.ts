// Every program of docs/guide/ compiles as it stands, and prints what stands behind its arrows; those with
// their output in a block below them are run by examples.test.ts. One that imports "wevent/assembly" is a
// guest.

import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = promisify(execFile);
const runNode = (...args: string[]) => node(process.execPath, args, { cwd: root, timeout: 60_000 });

const output = "build/guide";

/** A program under its heading, without its output in a block below. */
const PROGRAM = /^## ([^\n]*)\n+```ts\n((?:(?!```).*\n)*)```\n(?!\n*```text)/gm;

/** Programs by page and heading. */
const programs = readdirSync(`${root}/docs/guide`).flatMap((page) =>
  [...readFileSync(`${root}/docs/guide/${page}`, "utf8").matchAll(PROGRAM)].map(([, heading, code], i) => ({
    title: `${page}, ${heading}`,
    file: `${page.replace(".md", "")}-${i}`,
    code: code!,
    isGuest: code!.includes('"wevent/assembly"'),
  })),
);

beforeAll(async () => {
  rmSync(`${root}/${output}`, { recursive: true, force: true });
  mkdirSync(`${root}/${output}/source`, { recursive: true });
  mkdirSync(`${root}/${output}/guest`);
  for (const { file, code, isGuest } of programs)
    writeFileSync(`${root}/${output}/${isGuest ? "guest" : "source"}/${file}.ts`, code);
  const options = {
    extends: "../../tsconfig.json",
    compilerOptions: { rootDir: "source", outDir: "program" },
    include: ["source"],
  };
  writeFileSync(`${root}/${output}/tsconfig.json`, JSON.stringify(options));
  await runNode("node_modules/typescript/bin/tsc", "-p", output).catch((error: { stdout: string }) => {
    throw new Error(`a program of the guide does not compile:\n${error.stdout}`);
  });
});

describe("docs/guide", () => {
  for (const page of readdirSync(`${root}/docs/guide`)) {
    it(`${page} says of each of its programs what it prints`, () => {
      const text = readFileSync(`${root}/docs/guide/${page}`, "utf8");
      const withArrows = programs.filter(({ title }) => title.startsWith(`${page},`)).length;
      const withOutput = [...text.matchAll(/^```ts\n(?:(?!^```).*\n)*```\n+```text\n/gm)].length;
      expect(withArrows + withOutput).toBe(text.split("```ts").length - 1);
    });
  }

  for (const { title, file, code, isGuest } of programs) {
    it(`${title} prints what stands behind its arrows`, async () => {
      const promised = [...code.matchAll(/\/\/ → (.*)/g)].map(([, line]) => `${line}\n`).join("");
      expect(promised).not.toBe("");
      const command = isGuest
        ? ["build/host/cli/main.js", "run", `${output}/guest/${file}.ts`]
        : [`${output}/program/${file}.js`];
      expect(await runNode(...command)).toEqual({ stdout: promised, stderr: "" });
    });
  }
});
