// Owns the colours of the timeline, which style.css gives for light and dark.

const NAMES = [
  "surface",
  "line",
  "text",
  "faint",
  "typescript",
  "guest",
  "main",
  "ready",
  "parked",
  "wake",
  "kill",
] as const;

export type Colours = Readonly<Record<(typeof NAMES)[number], string>>;

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Colours;
}
