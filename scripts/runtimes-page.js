// Makes docs/runtimes.md's table from runtimes.json: node scripts/runtimes-page.js
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const page = new URL("../docs/runtimes.md", import.meta.url);
const START = "<!-- table: scripts/runtimes-page.js makes it from runtimes.json -->";
const END = "<!-- end of the table -->";

export const runtimes = JSON.parse(readFileSync(new URL("../runtimes.json", import.meta.url), "utf8"));

/** Capabilities in the order of the first row, which has them all. */
const capabilities = runtimes[0].capabilities;

const testedIn = ({ places }) =>
  places.map(({ title, version }) => (version === null ? title : version)).join(", ") || "not yet";

const lines = {
  "`hub.runtime`": ({ name }) => `\`${name}\``,
  "tested in": testedIn,
  "condition of package.json": ({ condition }) => (condition === null ? "default" : `\`${condition}\``),
  "a turn comes by": ({ turn }) => turn,
  "longest turn, ms": ({ turnMs }) => turnMs,
  ...Object.fromEntries(
    capabilities.map((name) => [`\`${name}\``, (row) => (row.capabilities.includes(name) ? "yes" : "no")]),
  ),
};

function table() {
  const cells = Object.entries(lines).map(([name, of]) => [name, ...runtimes.map(of)]);
  const head = ["", ...runtimes.map(({ title }) => title)];
  const rule = head.map(() => "---");
  return [head, rule, ...cells].map((row) => `| ${row.join(" | ")} |`.replace("|  |", "| |")).join("\n");
}

/** What docs/runtimes.md is to say: its text with the table of today. */
export function runtimesPage() {
  const text = readFileSync(page, "utf8");
  const start = text.indexOf(START) + START.length;
  return `${text.slice(0, start)}\n${table()}\n${text.slice(text.indexOf(END))}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, runtimesPage());
