// runtimes.json is the one list of runtimes: what else names them says the same.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { runtimes, runtimesPage } from "../../scripts/runtimes-page.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(`${root}/${file}`, "utf8");
const json = (file: string) => JSON.parse(read(file));

// A module of workerd's own, which its driver imports.
vi.mock("cloudflare:sockets", () => ({ connect: null }));

describe("runtimes.json", () => {
  it("is what docs/runtimes.md shows: node scripts/runtimes-page.js", () => {
    expect(read("docs/runtimes.md")).toBe(runtimesPage());
  });

  it("names every driver that package.json chooses, by the same condition", () => {
    const { types, "edge-light": edge, ...chosen } = json("package.json").imports["#driver"];
    expect(types).toBe("./host/core/driver-entry.d.ts");
    expect(edge).toBe("./build/host/drivers/generic.js");
    const rows = runtimes.map(({ condition, driver }) => [
      condition ?? "default",
      `./build/host/drivers/${driver}.js`,
    ]);
    expect(chosen).toEqual(Object.fromEntries(rows));
  });

  it("goes by conditions from the narrowest to the widest: Deno and Bun are a node too", () => {
    const conditions = Object.keys(json("package.json").imports["#driver"]);
    const isBefore = (one: string, other: string) => conditions.indexOf(one) < conditions.indexOf(other);
    expect(["deno", "bun"].every((name) => isBefore(name, "node"))).toBe(true);
    expect(["workerd", "edge-light"].every((name) => isBefore(name, "browser"))).toBe(true);
    expect(conditions.at(-1)).toBe("default");
  });

  it.each(runtimes.map((row) => [row.name, row] as const))("%s has a driver that says so", async (_, row) => {
    const { driver } = await import(`../../host/drivers/${row.driver}.ts`);
    expect(driver.runtime).toBe(row.name);
    expect(driver.turnMs ?? 5).toBe(row.turnMs);
    expect([...driver.capabilities].sort()).toEqual([...row.capabilities].sort());
    expect(existsSync(`${root}/build/wasm/${row.wasm}.js`)).toBe(true);
  });

  it("has the versions that tools/runtimes installs", () => {
    const { optionalDependencies } = json("tools/runtimes/package.json");
    const installed = Object.entries<string>(optionalDependencies).map(([name, version]) => [
      name,
      version.replace(/^.*@/, ""),
    ]);
    const places = runtimes.flatMap(({ places }) =>
      places
        .filter(({ command, version }) => version !== null && /^(node\d+|\.bin)\//.test(command[0] ?? ""))
        .map(({ command, version }) => [command[0]!.replace(/^\.bin\//, "").replace(/\/.*$/, ""), version]),
    );
    expect(places.sort()).toEqual(installed.sort());
  });
});
