// The cases of list.ts, by TypeScript greenlets.
import { describe, expect, test } from "vitest";
import { Hub } from "wevent";
import { chapters } from "./list.ts";
import type { Program } from "./words.ts";

describe.each(chapters)("%s", async (chapter, cases) => {
  const programs = (await import(`./typescript/${chapter}.ts`)) as Record<string, Program>;

  test("every case has a program, and every program a case", () => {
    expect(Object.keys(programs).sort()).toEqual(Object.keys(cases).sort());
  });

  test.each(Object.entries(cases))("%s", async (name, lines) => {
    // Greenlets that fail on purpose are reported: what they do to others is logged.
    const hub = new Hub({ clock: "virtual", onError: () => {} });
    const log: string[] = [];
    await hub.run(programs[name]!, (text: string) => void log.push(text));
    hub.destroy();
    expect(log).toEqual(lines);
  });
});
