// npm run bench:load [-- subject …]: loads servers, each in a process of its own, from a client in C
// (client.c) that is compiled for it, and prints medians of rounds in which the servers take turns. One
// core is the client's and another the server's, where there are two. Writes build/bench-load.json.
//
//   node bench/load/run.js                      everything
//   node bench/load/run.js wevent guest         some subjects, and the first of their protocol
//   node bench/load/run.js --quick              one short round of each, to see that they work
//   node bench/load/run.js --connections 100    no other number of connections, and no memory
//   node bench/load/run.js --rounds 3           fewer rounds than 7

import { execFile, execFileSync, fork, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { median } from "../lib/measure.js";
import { subjects } from "./subjects.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const build = `${here}../../build`;
const program = `${build}/bench-client`;

const { values: flags, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    connections: { type: "string", multiple: true },
    rounds: { type: "string" },
  },
});
const isQuick = flags.quick;
const ROUNDS = Number(flags.rounds ?? (isQuick ? 1 : 7));
const WARMUP_MS = isQuick ? 100 : 2000;
const MEASURE_MS = isQuick ? 200 : 5000;
const CONNECTIONS = (flags.connections ?? (isQuick ? [10, 100] : [100, 10_000])).map(Number);
/** Memory is measured when nothing else is asked for. */
const IDLE_CONNECTIONS = flags.connections !== undefined ? 0 : isQuick ? 100 : 10_000;
const IDLE_ROUNDS = isQuick ? 1 : 5;

const columns = {
  perSecond: { title: "requests/s", digits: 0 },
  p50Us: { title: "p50 µs", digits: 0 },
  p99Us: { title: "p99 µs", digits: 0 },
  serverCpuUs: { title: "CPU µs/request", digits: 2 },
};

// ---- Processes.

function has(command) {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const canPin = cpus().length >= 2 && has("taskset");
/** A command that stays on one core. */
const pinned = (core, command) => (canPin ? ["taskset", "-c", String(core), ...command] : command);
const SERVER_CORE = 0;
const CLIENT_CORE = 1;

const answerOf = (child) =>
  new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`a server ended with ${code}`)));
  });

async function startServer(name) {
  // fork with taskset in front of node: the message channel goes through it.
  const [execPath, ...execArgv] = pinned(SERVER_CORE, [process.execPath, "--expose-gc"]);
  const child = fork(`${here}server.js`, [name], { execPath, execArgv });
  const port = await answerOf(child);
  const bytes = () => {
    const answer = answerOf(child);
    child.send("bytes");
    return answer;
  };
  const stop = async () => {
    child.removeAllListeners("exit");
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exited;
  };
  return { port, pid: child.pid, bytes, stop };
}

/** Runs the client to its end; answers what it prints. */
async function runClient(...args) {
  const [file, ...rest] = pinned(CLIENT_CORE, [program, ...args.map(String)]);
  const { stdout } = await promisify(execFile)(file, rest);
  return JSON.parse(stdout);
}

/** Holds that many connections while `body` runs. */
async function withIdle(port, count, body) {
  const child = spawn(program, ["idle", String(port), String(count)], { stdio: ["pipe", "pipe", "inherit"] });
  const closed = new Promise((resolve) => child.once("close", resolve));
  const isReady = await new Promise((resolve) => {
    child.stdout.once("data", () => resolve(true));
    child.once("close", () => resolve(false));
  });
  if (!isReady) throw new Error(`could not hold ${count} connections because the client ended`);
  try {
    return await body();
  } finally {
    child.stdin.end();
    await closed;
  }
}

// ---- Measurements.

/** The rounds of some servers that talk one protocol, in turn: every other round backwards. */
async function measureLoad(protocol, names, connections) {
  const servers = {};
  const rounds = Object.fromEntries(names.map((name) => [name, []]));
  try {
    for (const name of names) servers[name] = await startServer(name);
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of round % 2 === 0 ? names : [...names].reverse()) {
        const { port, pid } = servers[name];
        rounds[name].push(await runClient(protocol, port, connections, WARMUP_MS, MEASURE_MS, pid));
      }
    }
  } finally {
    for (const server of Object.values(servers)) await server.stop();
  }
  const middle = (name, field) => median(rounds[name].map((round) => round[field]));
  return names.map((name) => ({
    protocol,
    connections,
    name,
    ...Object.fromEntries(Object.keys(columns).map((field) => [field, middle(name, field)])),
    rounds: rounds[name],
  }));
}

/** Resident bytes of a server for each connection that says nothing, in a fresh process each time. */
async function measureIdle(protocol, names) {
  const values = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < IDLE_ROUNDS; round++) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const server = await startServer(name);
      try {
        await withIdle(server.port, 100, () => server.bytes());
        const before = await server.bytes();
        const after = await withIdle(server.port, IDLE_CONNECTIONS, () => server.bytes());
        values[name].push((after - before) / IDLE_CONNECTIONS);
      } finally {
        await server.stop();
      }
    }
  }
  return names.map((name) => ({
    protocol,
    name,
    bytesPerConnection: median(values[name]),
    rounds: values[name],
  }));
}

// ---- What is run and printed.

function print(title, cells) {
  const [, control] = cells[0];
  for (const [name, value, digits] of cells) {
    const ratio = value === control || control === 0 ? "" : ` (${(value / control).toFixed(3)} ×)`;
    console.log(`${title.padEnd(44)} ${name.padEnd(14)} ${value.toFixed(digits)}${ratio}`);
  }
}

/** By protocol, those that were asked for, with the first of their protocol, the control; without what cannot run. */
function chosenNames() {
  for (const name of asked) {
    if (subjects[name] === undefined) {
      throw new Error(
        `could not load ${name} because there is no such subject; there are ${Object.keys(subjects).join(", ")}`,
      );
    }
  }
  const byProtocol = {};
  for (const [name, { protocol }] of Object.entries(subjects)) {
    byProtocol[protocol] ??= [name];
    if (asked.length > 0 && !asked.includes(name)) continue;
    if (byProtocol[protocol][0] !== name) byProtocol[protocol].push(name);
  }
  const isAsked = (name) => asked.length === 0 || asked.includes(name);
  return Object.entries(byProtocol).filter(([, names]) => names.some(isAsked));
}

async function main() {
  if (!has("gcc")) {
    console.log("left out: all of bench/load, for its client needs gcc");
    return;
  }
  mkdirSync(build, { recursive: true });
  execFileSync("gcc", ["-O2", "-Wall", "-o", program, `${here}client.c`], { stdio: "inherit" });
  const machine = `Node ${process.version}, ${cpus()[0]?.model}, ${cpus().length} cores`;
  console.log(`${machine}; client and server ${canPin ? "each on a core of its own" : "not bound to cores"}`);
  console.log("× is the ratio to the first of its protocol");
  const loads = [];
  const idles = [];
  for (const [protocol, names] of chosenNames()) {
    for (const connections of CONNECTIONS) {
      const rows = await measureLoad(protocol, names, connections);
      loads.push(...rows);
      for (const [field, { title, digits }] of Object.entries(columns)) {
        const cells = rows.map((row) => [row.name, row[field], digits]);
        print(`${protocol}, ${connections} connections, ${title}`, cells);
      }
    }
    if (IDLE_CONNECTIONS === 0) continue;
    const rows = await measureIdle(protocol, names);
    idles.push(...rows);
    const cells = rows.map(({ name, bytesPerConnection }) => [name, bytesPerConnection, 0]);
    print(`${protocol}, bytes for an idle connection`, cells);
  }
  const result = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, loads, idles };
  writeFileSync(`${build}/bench-load.json`, `${JSON.stringify(result, null, 2)}\n`);
}

await main();
