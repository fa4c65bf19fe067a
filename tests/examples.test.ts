// Every example runs and prints what its header promises; the code of the README runs as pasted;
// generated documents are what would be generated.

import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, wait } from "wevent";
import { examples } from "../examples/lib/list.js";
import { startJsonServer } from "../examples/tutorial/lib/json-server.js";
import { compile, writeCompiled } from "../host/guest/compile.js";
import { errorsPage } from "../scripts/errors-page.js";
import { hasRedis, startRedis } from "./lib/redis.js";
import { firstBreach, promisedLines } from "./lib/transcript.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = promisify(execFile);
const cli = "build/host/cli/main.js";
const runNode = async (...args: string[]) =>
  (await node(process.execPath, args, { cwd: root, timeout: 60_000 })).stdout;
/** The same for a program in which every error is read: a report would be a mistake of the example. */
const runQuietNode = async (...args: string[]) => {
  const { stdout, stderr } = await node(process.execPath, args, { cwd: root, timeout: 60_000 });
  expect(stderr).toBe("");
  return stdout;
};

/** Compiled in this process: most of what the command takes for one program is loading the compiler. */
async function compileTo(wasm: string, source: string, build: string): Promise<void> {
  await writeCompiled(`${root}/${wasm}`, await compile(source, { isDebug: build === "debug" }));
}

const blocks = [...readFileSync(`${root}/README.md`, "utf8").matchAll(/```ts\n(.*?)```/gs)].map((m) => m[1]!);

for (const folder of ["examples/tutorial/typescript", "examples/io"]) {
  describe(folder, () => {
    for (const file of readdirSync(`${root}/${folder}`).filter((name) => name.endsWith(".ts"))) {
      it(`${file} prints what its header promises`, async () => {
        const promised = promisedLines(readFileSync(`${root}/${folder}/${file}`, "utf8"));
        const output = await runQuietNode(`build/${folder}/${file.replace(/\.ts$/, ".js")}`);
        expect(firstBreach(promised, output)).toBeNull();
      });
    }
  });
}

describe("examples/tutorial/guest", () => {
  const folder = "examples/tutorial/guest";
  let server: Awaited<ReturnType<typeof startJsonServer>>;
  beforeAll(async () => {
    server = await startJsonServer();
    mkdirSync(`${root}/build/examples/guest`, { recursive: true });
  });
  afterAll(() => server.close());

  for (const file of readdirSync(`${root}/${folder}`)) {
    for (const build of ["debug", "release"]) {
      it(`${file} prints what its header promises, ${build} build`, async () => {
        const promised = promisedLines(readFileSync(`${root}/${folder}/${file}`, "utf8"));
        const wasm = `build/examples/guest/${file.replace(/\.as\.ts$/, `.${build}.wasm`)}`;
        await compileTo(wasm, `${folder}/${file}`, build);
        expect(firstBreach(promised, await runNode(cli, "run", wasm, server.url))).toBeNull();
      });
    }
  }
});

describe("examples/guest", () => {
  const folder = "examples/guest";
  const programs = readdirSync(`${root}/${folder}`).filter((name) => name.endsWith(".as.ts"));
  for (const file of programs) {
    for (const build of ["debug", "release"]) {
      const wasm = `build/${folder}/${file.replace(/\.as\.ts$/, `.${build}.wasm`)}`;
      const promised = promisedLines(readFileSync(`${root}/${folder}/${file}`, "utf8"));
      it(`${file} prints what its header promises, ${build} build`, async () => {
        mkdirSync(`${root}/build/${folder}`, { recursive: true });
        await compileTo(wasm, `${folder}/${file}`, build);
        expect(firstBreach(promised, await runNode(cli, "run", wasm))).toBeNull();
      });
      if (!file.startsWith("redis")) continue;
      it.skipIf(!hasRedis)(`${file} prints the same with a real Redis, ${build} build`, () =>
        run(function* () {
          using redis = yield* startRedis();
          expect(firstBreach(promised, yield* wait(runNode(cli, "run", wasm, redis.path)))).toBeNull();
        }),
      );
    }
  }
});

describe("examples/border", () => {
  const names = readdirSync(`${root}/examples/border`).flatMap((file) => /^(\w+)\.ts$/.exec(file)?.[1] ?? []);
  for (const name of names) {
    for (const build of ["debug", "release"]) {
      it(`${name}.ts prints what its header promises, ${build} build`, async () => {
        const promised = promisedLines(readFileSync(`${root}/examples/border/${name}.ts`, "utf8"));
        await compileTo(`build/examples/border/${name}.wasm`, `examples/border/${name}.as.ts`, build);
        expect(firstBreach(promised, await runQuietNode(`build/examples/border/${name}.js`))).toBeNull();
      });
    }
  }
});

describe("npm run demo", () => {
  it("shows every example there is", () => {
    const folders = [
      "examples/tutorial/typescript",
      "examples/tutorial/guest",
      "examples/border",
      "examples/io",
      "examples/guest",
    ];
    const files = folders.flatMap((folder) =>
      readdirSync(`${root}/${folder}`)
        .filter((file) => file.endsWith(".ts"))
        .map((file) => `${folder}/${file}`),
    );
    const shown = examples.flatMap(({ typescript, guest }) =>
      guest === null ? [typescript] : [typescript, guest],
    );
    expect(shown.sort()).toEqual(files.sort());
  });
});

describe("README.md", () => {
  it("first program runs as pasted", async () => {
    mkdirSync(`${root}/build/readme`, { recursive: true });
    writeFileSync(`${root}/build/readme/first.mjs`, blocks[0]!);
    expect(await runNode("build/readme/first.mjs")).toBe(
      "quick is done\nquick has cleaned up\nslow has cleaned up\n",
    );
  });
});

describe("README.md, WebAssembly", () => {
  it("guest program runs as pasted", async () => {
    writeFileSync(`${root}/build/readme/switch.as.ts`, blocks[1]!);
    const promised = promisedLines(readFileSync(`${root}/examples/tutorial/guest/switch.as.ts`, "utf8"));
    expect(firstBreach(promised, await runNode(cli, "run", "build/readme/switch.as.ts"))).toBeNull();
  });
});

/** Programs of a guide that have their output below them. */
const PROGRAMS = /```ts\n(.*?)```\n+```text\n(.*?)```/gs;

describe("docs/guide", () => {
  const folder = `${root}/docs/guide`;
  const output = `${root}/build/guide`;
  beforeAll(() => mkdirSync(output, { recursive: true }));
  for (const file of readdirSync(folder)) {
    const programs = [...readFileSync(`${folder}/${file}`, "utf8").matchAll(PROGRAMS)];
    for (const [i, [, program, promised]] of programs.entries()) {
      it(`${file}, program ${i + 1} prints what stands below it`, async () => {
        const path = `${output}/${file}.${i + 1}.mjs`;
        writeFileSync(path, program!);
        expect(firstBreach(promised!.trimEnd().split("\n"), await runNode(path))).toBeNull();
      });
    }
  }
});

describe("docs", () => {
  it("errors.md is what scripts/errors-page.js makes", () => {
    expect(readFileSync(`${root}/docs/errors.md`, "utf8")).toBe(errorsPage());
  });
});
