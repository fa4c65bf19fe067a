// Whether a call may switch is the one thing that nobody can see from outside: every public function and
// method says so, with exactly one of the tags @switches and @noswitch. Read from the declarations that
// are published, so what is not exported need not say it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

/** A declaration file's text, by its path. */
const read = (path: string): string => readFileSync(path, "utf8");

/** Where a module named in `from` stands. */
const resolve = (from: string, specifier: string): string =>
  join(dirname(from), specifier.replace(/\.js$/, ".d.ts"));

/** The names between the braces of an import or export, without `type`; renamed ones by their own name. */
const namesIn = (list: string): string[] =>
  list.split(",").map((name) =>
    name
      .replace(/^\s*type\s+/, "")
      .split(" as ")[0]!
      .trim(),
  );

/** What a file imports or hands on: name → file. */
function elsewhere(path: string, keyword: "import" | "export"): Map<string, string> {
  const pattern = new RegExp(`^${keyword} (?:type )?\\{([^}]*)\\} from "(\\.[^"]*)";`, "gm");
  return new Map(
    [...read(path).matchAll(pattern)].flatMap(([, list, specifier]) =>
      namesIn(list!).map((name) => [name, resolve(path, specifier!)] as const),
    ),
  );
}

/** What a runtime gives the hub: no greenlet calls it. */
const OF_RUNTIMES = new Set([
  "AcceptorEvents",
  "AcceptorHandle",
  "Accepted",
  "ByteEvents",
  "ByteHandle",
  "ByteInput",
  "ByteOutput",
  "ByteSource",
  "Context",
  "DatagramEvents",
  "DatagramHandle",
  "Driver",
  "NetDriver",
  "ProcessDriver",
  "ProcessEvents",
  "ProcessHandle",
  "SignalDriver",
  "StreamEvents",
  "StreamHandle",
  "ThreadDriver",
  "ThreadEvents",
  "ThreadHandle",
]);

/** What every object has says what JavaScript says of it. */
const OF_EVERY_OBJECT = new Set(["constructor", "toString", "valueOf"]);

/** Functions and methods with none of the tags, or with more than one. */
const undecided: string[] = [];
const seen = new Set<string>();

const tagsIn = (comment: string | undefined): number =>
  (comment ?? "").match(/@(?:no)?switch(?:es)?\b/g)?.length ?? 0;

/**
 * Notes what is amiss with declarations of one kind. Overloads behind the first share its docstring, and
 * what a class implements is described where `contract` declares it.
 */
function check(text: string, pattern: RegExp, owner: string, contract = ""): void {
  let previous = "";
  for (const [, comment, name] of text.matchAll(pattern)) {
    const isOverload = name === previous;
    previous = name!;
    if (isOverload || OF_EVERY_OBJECT.has(name!) || name!.startsWith("_")) continue;
    if (comment?.includes("@internal") || (comment === undefined && contract.includes(`    ${name}(`)))
      continue;
    if (tagsIn(comment) !== 1) undecided.push(`${owner}${name}: ${tagsIn(comment)} tags`);
  }
}

const COMMENT = String.raw`(?:(/\*\*(?:(?!\*/)[\s\S])*\*/)\s*)?`;
const METHOD = new RegExp(`^    ${COMMENT}(?:(?:static|abstract) )*([a-zA-Z_]\\w*)(?:<[^;]*?>)?\\(`, "gm");

/** A class or an interface of a file: its docstring with its first line, and what stands between its braces. */
function declaration(text: string, name: string): { readonly head: string; readonly body: string } | null {
  const kinds = "(?:declare (?:abstract )?class|interface)";
  const made = new RegExp(`^${COMMENT}export ${kinds} ${name}\\b[^{]*\\{`, "m").exec(text);
  if (made === null) return null;
  const start = made.index + made[0].length;
  return { head: made[0], body: text.slice(start, text.indexOf("\n}", start)) };
}

/** Checks what `name` stands for in a file: a function, or a class and what it extends. */
function visit(path: string, name: string): void {
  if (OF_RUNTIMES.has(name) || seen.has(`${path} ${name}`)) return;
  seen.add(`${path} ${name}`);
  const from = elsewhere(path, "export").get(name);
  if (from !== undefined) {
    visit(from, name);
    return;
  }
  const text = read(path);
  check(text, new RegExp(`^${COMMENT}export declare function (${name})\\b`, "gm"), "");
  const made = declaration(text, name);
  if (made === null || made.head.includes("@internal")) return;
  const contract = /\bimplements (\w+)/.exec(made.head)?.[1];
  const promised = contract === undefined ? "" : (declaration(text, contract)?.body ?? "");
  check(promised, METHOD, `${contract}.`);
  check(made.body, METHOD, `${name}.`, promised);
  const base = /\bextends (\w+)/.exec(made.head)?.[1];
  if (base !== undefined) visit(elsewhere(path, "import").get(base) ?? path, base);
}

const { exports } = JSON.parse(read(join(ROOT, "package.json"))) as {
  exports: Record<string, string | { readonly types: string }>;
};
for (const target of Object.values(exports)) {
  if (typeof target === "string") continue;
  const path = join(ROOT, target.types);
  const own = [...read(path).matchAll(/^export declare (?:abstract )?(?:class|function) (\w+)/gm)];
  for (const name of [...own.map((match) => match[1]!), ...elsewhere(path, "export").keys()])
    visit(path, name);
}

it("every public function and method says once whether it switches", () => {
  // Names that the walk must have come by: it would otherwise hold nothing.
  for (const name of [
    "Semaphore",
    "Lockable",
    "Queue",
    "QueueBase",
    "Members",
    "spawn",
    "Guest",
    "onBlocked",
  ]) {
    expect([...seen].some((entry) => entry.endsWith(` ${name}`))).toBe(true);
  }
  expect(undecided).toEqual([]);
});
