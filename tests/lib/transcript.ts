// What an example promises in its header, and whether an output keeps it.
//
// A promised line is meant to the letter, but for three marks: `*` stands for one word, a trailing
// `×9` for nine such lines, and the number in `at 2.0 seconds` is a lower bound: no example promises
// to be quick on a busy machine.

export function promisedLines(source: string): string[] {
  const lines = source.split("\n");
  const start = lines.findIndex((line) => /^\/\/ Promised.*:$/.test(line));
  if (start === -1) throw new Error("the header promises nothing");
  const promised: string[] = [];
  for (const line of lines.slice(start + 1)) {
    if (!line.startsWith("//   ")) break;
    const text = line.slice("//   ".length);
    const repeated = /^(.*) ×(\d+)$/.exec(text);
    if (repeated === null) promised.push(text);
    else for (let i = 0; i < Number(repeated[2]); i++) promised.push(repeated[1]!);
  }
  return promised;
}

const SECONDS = /at (\d+\.\d+) seconds/;

/** The first line that breaks the promise, or null. */
export function firstBreach(promised: readonly string[], output: string): string | null {
  const lines = output.trimEnd().split("\n");
  if (lines.length !== promised.length) {
    return `${lines.length} lines instead of ${promised.length}:\n${output}`;
  }
  for (const [i, line] of lines.entries()) {
    const wanted = promised[i]!;
    const bound = SECONDS.exec(wanted);
    const seconds = SECONDS.exec(line);
    if (bound !== null && (seconds === null || Number(seconds[1]) < Number(bound[1]))) {
      return `"${line}" is before "${wanted}"`;
    }
    const pattern = wanted
      .replace(SECONDS, "at * seconds")
      .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "\\S+");
    if (!new RegExp(`^${pattern}$`).test(line)) return `"${line}" is not "${wanted}"`;
  }
  return null;
}
