// What is published: only what runs, and declarations that compile by themselves.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("npm pack takes what runs and nothing else", () => {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [pack] = JSON.parse(output) as [{ files: { path: string }[]; unpackedSize: number }];
  const paths = pack.files.map((file) => file.path);
  for (const needed of [
    "build/core.wasm",
    "build/host/index.js",
    "build/host/cli/main.js",
    "assembly/index.ts",
  ]) {
    expect(paths).toContain(needed);
  }
  const isPart = (path: string) =>
    /^(build\/(assembly|host|wasm)\/|build\/core\.wasm$|build\/standalone\.js$|assembly\/|host\/core\/[^/]+\.d\.ts$|[^/]+$)/.test(
      path,
    );
  expect(paths.filter((path) => !isPart(path))).toEqual([]);
});

it("the declarations compile in a strict program that checks its libraries", () => {
  const options =
    "--ignoreConfig --noEmit --strict --skipLibCheck false --module nodenext --target es2022 --types node";
  execFileSync(
    process.execPath,
    [
      "node_modules/typescript/bin/tsc",
      ...options.split(" "),
      "--lib",
      "es2023,esnext.disposable,dom,dom.asynciterable",
      "tests/package/consumer.ts",
    ],
    { cwd: root, stdio: "inherit" },
  );
});
