// What a reader goes by to find his way: what each file says of itself, and the table in ARCHITECTURE.md.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const LONG_LINES = 300;

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((path) =>
    join(folder, path).replaceAll("\\", "/"),
  );
const sources = ["host", "assembly"]
  .flatMap(filesIn)
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
const tests = new Set(filesIn("tests").map((path) => basename(path)));
const architecture = read("ARCHITECTURE.md");

it("every source file opens with what it owns, and a long one with why it is long", () => {
  const opens = (path: string): boolean => {
    const text = read(path);
    const isLong = text.split("\n").length > LONG_LINES;
    return isLong ? text.startsWith("// Long because ") : /^(\/\/ |#!)/.test(text);
  };
  expect(sources.length).toBeGreaterThan(100);
  expect(sources.filter((path) => !opens(path))).toEqual([]);
});

it("every test that a comment names is there", () => {
  const named = sources.flatMap((path) => read(path).match(/[\w-]+\.test\.ts/g) ?? []);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !tests.has(name))).toEqual([]);
});

it("ARCHITECTURE.md lists every file of host/core", () => {
  const listed = new Set(
    [...architecture.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap((row) => row[1]!.match(/[\w-]+\.ts/g) ?? []),
  );
  const files = sources.filter((path) => dirname(path) === "host/core").map((path) => basename(path));
  expect([...listed].sort()).toEqual(files.sort());
});

it("every path that ARCHITECTURE.md names is there", () => {
  const paths = architecture.match(/`(?:host|assembly|docs|tests|scripts)\/[^`<*]*`/g) ?? [];
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.map((path) => path.slice(1, -1)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
