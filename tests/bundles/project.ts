// Owns the project that users have: a folder in which the packed package is installed, and nothing else.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

export interface Project {
  readonly root: string;
  /** The packed package. */
  readonly tarball: string;
  remove(): void;
}

export function makeProject(): Project {
  const root = mkdtempSync(join(tmpdir(), "wevent-bundles-"));
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", root], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }];
  const tarball = join(root, filename);
  writeFileSync(join(root, "package.json"), JSON.stringify({ private: true, type: "module" }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--offline", tarball], {
    cwd: root,
    stdio: "ignore",
  });
  for (const file of ["http.js", "page.js", "program.js", "standalone.html", "worker.js"]) {
    copyFileSync(join(import.meta.dirname, file), join(root, file));
  }
  const guest = join(root, "guest.wasm");
  const cli = join(ROOT, "build/host/cli/main.js");
  execFileSync(process.execPath, [cli, "build", join(import.meta.dirname, "guest.as.ts"), "-o", guest], {
    cwd: ROOT,
  });
  writeFileSync(
    join(root, "guest-hex.js"),
    `export const guestHex = "${readFileSync(guest).toString("hex")}";\n`,
  );
  mkdirSync(join(root, "out"));
  return { root, tarball, remove: () => rmSync(root, { recursive: true, force: true }) };
}
