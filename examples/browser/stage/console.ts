// Owns what a program prints: every line goes to the page in place of the browser's console.

import type { Level } from "../messages.ts";

const LEVELS = { log: "log", info: "log", debug: "log", warn: "warn", error: "error" } as const;

/** A value as a console shows it, as far as the examples need. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

export function captureConsole(print: (level: Level, text: string) => void): void {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name as keyof typeof LEVELS] = (...values: unknown[]) =>
      print(level, values.map(textOf).join(" "));
  }
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    print("error", textOf(event.reason));
  });
}
