// What package.json and jsr.json promise: each subpath leads to a script with types, both name the same
// ones, and none brings into a page what no page has.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serve } from "../../host/http/no-server.js";
import { bundle } from "../lib/bundle.js";

const ROOT = join(import.meta.dirname, "../..");
const read = <T>(path: string): T => JSON.parse(readFileSync(join(ROOT, path), "utf8")) as T;

interface Package {
  readonly version: string;
  readonly license: string;
  readonly unpkg: string;
  readonly jsdelivr: string;
  readonly imports: Record<"#wasm" | "#driver" | "#srvx", Record<string, string>>;
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
  readonly peerDependencies: Record<string, string>;
}

interface JsrPackage {
  readonly version: string;
  readonly license: string;
  readonly imports: Record<string, string>;
  readonly exports: Record<string, string>;
}

const npm = read<Package>("package.json");
const jsr = read<JsrPackage>("jsr.json");

/** The subpaths that are modules. */
const modules = Object.entries(npm.exports).flatMap(([subpath, target]) =>
  typeof target === "string" ? [] : [[subpath, target] as const],
);
/** What runs inside the compiler of AssemblyScript, which is a package for Node. */
const COMPILER = "./transform";

describe("package.json", () => {
  it.each(modules)("%s leads to a script and to its types", (_, target) => {
    expect(existsSync(join(ROOT, target.default))).toBe(true);
    expect(existsSync(join(ROOT, target.types))).toBe(true);
    const [named] = /^\/\* @ts-self-types="[^"]*" \*\//.exec(textOf(target.default)) ?? [];
    const folder = target.default.slice(0, target.default.lastIndexOf("/"));
    expect(join(folder, /"(.*)"/.exec(named ?? "")?.[1] ?? "")).toBe(join(target.types));
  });

  it("no script has a helper of `using` at its top, of which Rollup warns", () => {
    const paths = readdirSync(join(ROOT, "build/host"), { recursive: true, encoding: "utf8" });
    const scripts = paths.filter((path) => path.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(100);
    expect(scripts.filter((path) => textOf(join("build/host", path)).includes("DisposableResource"))).toEqual(
      [],
    );
  });

  it("every file of its import maps is there, and the last of each map is for whoever else comes", () => {
    for (const map of Object.values(npm.imports)) {
      expect(Object.keys(map).at(-1)).toBe("default");
      const files = Object.values(map).filter((path) => path.startsWith("."));
      expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    }
  });

  it("CDNs are led to the one file that needs no package", () => {
    const standalone = npm.exports["./standalone"] as { readonly default: string };
    expect([npm.unpkg, npm.jsdelivr]).toEqual([standalone.default, standalone.default]);
    const imports = textOf(standalone.default).matchAll(/\b(?:import|from)\s*\(?\s*["'`][\w/:.#-]*["'`]/g);
    expect([...imports]).toEqual([]);
  });
});

describe("jsr.json", () => {
  it("is the same version under the same licence", () => {
    expect([jsr.version, jsr.license]).toEqual([npm.version, npm.license]);
  });

  it("has every module of package.json but the compiler's", () => {
    const expected = modules.filter(([subpath]) => subpath !== COMPILER);
    expect(jsr.exports).toEqual(Object.fromEntries(expected.map(([path, target]) => [path, target.default])));
  });

  it("maps what package.json maps, as for Deno, and the optional packages", () => {
    const { "#driver": driver, "#wasm": wasm } = npm.imports;
    const optional = Object.entries(npm.imports).flatMap(([name, { default: target = "" }]) => {
      const [packageName = "", ...path] = target.split("/");
      const range = npm.peerDependencies[packageName];
      return range === undefined ? [] : [[name, [`npm:${packageName}@${range}`, ...path].join("/")]];
    });
    expect(optional).toHaveLength(3);
    expect(jsr.imports).toEqual({
      "#driver": driver["deno"],
      "#wasm": wasm["default"],
      ...Object.fromEntries(optional),
    });
  });
});

describe("in a page", () => {
  it("a server is refused by name", () => {
    expect(() => serve()).toThrow(
      expect.objectContaining({ code: "WEV_ERR_UNSUPPORTED", capability: "tcp.listen" }),
    );
  });

  it("a top-level await would be told of", async () => {
    await expect(bundle("await 1; export const a = 1;", "iife")).rejects.toThrow();
  });

  it.each(modules.filter(([subpath]) => subpath !== COMPILER))(
    "%s has no top-level await and imports nothing of Node",
    async (subpath) => {
      const { code } = await bundle(`export * from "wevent${subpath.slice(1)}";`, "iife");
      expect(code).not.toMatch(/\b(?:import|require)\s*\(\s*["'`]node:/);
    },
  );
});

function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
