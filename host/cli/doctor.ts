// Owns what `wevent doctor` says.

import { readFile } from "node:fs/promises";
import { getHub } from "../core/hub.js";
import { readReport } from "../guest/instrument.js";

const CAPABILITIES = ["fetch", "tcp.connect", "tcp.listen", "udp", "exhaustion", "context"];

/** A report on this runtime, and on a guest module if one is named. */
export async function doctor(file: string | undefined): Promise<string> {
  const hub = getHub();
  const lines = [`runtime: ${hub.runtime}`];
  for (const capability of CAPABILITIES) lines.push(`  ${capability}: ${hub.can(capability) ? "yes" : "no"}`);
  if (file !== undefined) lines.push("", ...(await describeModule(file)));
  return lines.join("\n");
}

async function describeModule(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  const module = await WebAssembly.compile(bytes as BufferSource);
  const report = readReport(module);
  if (report === null) return [`${file}: not a guest, or not built by the wevent transform`];
  const { functions, sizeBefore, sizeAfter } = report;
  const growth = ((sizeAfter / sizeBefore - 1) * 100).toFixed(0);
  return [
    `${file}: ${bytes.length} bytes; its code grew from ${sizeBefore} to ${sizeAfter} bytes (${growth} %) so that it can be suspended`,
    `${functions.length} functions can be suspended, because they call one that can:`,
    ...functions.map(({ name, because }) => `  ${name}${because === "" ? "" : ` ← ${because}`}`),
  ];
}
