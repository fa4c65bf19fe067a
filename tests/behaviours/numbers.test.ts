// Every numbered behaviour of the sections below is tested here or explained in docs/differences.md.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

/** Which numbers a section has, and which files test it. */
const SECTIONS: Record<string, { readonly file: string; readonly numbers: readonly number[] }> = {
  "The loop": { file: "loop", numbers: [1, 2, 3, 4, 5, 6, 7] },
  "Spawning and running order": {
    file: "spawning",
    numbers: [1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19],
  },
  "Greenlet state, value, get, join": {
    file: "state",
    numbers: [20, 22, 23, 25, 26, 28, 29, 31, 32, 34, 35, 37, 38, 40, 41, 43, 44, 46],
  },
  "kill, killall, GreenletExit": {
    file: "kill",
    numbers: [47, 49, 50, 52, 53, 55, 56, 58, 59, 61, 62, 64, 65, 67, 68, 70, 71, 73, 74, 76, 77, 79, 80],
  },
  "link, rawlink, unlink": { file: "links", numbers: [82, 83, 85, 86, 88, 89, 91, 92, 94, 95, 97, 98] },
  "joinall, wait, iwait": {
    file: "wait",
    numbers: [
      100, 101, 103, 104, 106, 107, 109, 110, 112, 113, 115, 116, 118, 119, 121, 122, 124, 125, 127, 128,
    ],
  },
  Timeout: {
    file: "timeout",
    numbers: [
      130, 131, 133, 134, 136, 137, 139, 140, 142, 143, 145, 146, 148, 149, 151, 152, 154, 155, 157, 158, 160,
      161,
    ],
  },
  "sleep and idle": { file: "sleep", numbers: [163, 164, 166] },
  Event: { file: "event", numbers: [167, 169, 170, 172, 173, 175, 176, 178, 179, 181, 182] },
  AsyncResult: { file: "async-result", numbers: [184, 185, 187, 188, 190, 191, 193, 194, 196] },
  "Group and Pool": {
    file: "group, pool",
    numbers: [
      250, 251, 253, 254, 256, 257, 259, 260, 262, 263, 265, 266, 268, 269, 271, 272, 274, 275, 277, 278, 280,
      281, 283, 284, 286, 287, 289, 290, 292, 293,
    ],
  },
  "Semaphore, BoundedSemaphore": {
    file: "semaphore",
    numbers: [295, 296, 298, 299, 301, 302, 304, 305, 307, 308],
  },
  RLock: { file: "rlock, condition, barrier", numbers: [310, 311, 313, 314, 316, 317] },
  "Queue and SimpleQueue": {
    file: "queue",
    numbers: [
      197, 199, 200, 202, 203, 205, 206, 208, 209, 211, 212, 214, 215, 217, 218, 220, 221, 223, 224, 226, 227,
      229, 230,
    ],
  },
  "Lifo, Priority, task_done/join, shutdown": {
    file: "queue-shutdown",
    numbers: [232, 233, 235, 236, 238, 239],
  },
  Channel: { file: "channel", numbers: [241, 242, 244, 245, 247, 248] },
  local: { file: "local", numbers: [343, 344, 346, 347, 349, 350] },
  "Waiter, hub, loop": {
    file: "hub",
    numbers: [319, 320, 322, 323, 325, 326, 328, 329, 331, 332, 334, 335, 337, 338, 340, 341],
  },
  contextvars: { file: "context", numbers: [352] },
  util: { file: "util", numbers: [353, 355, 421, 422, 424] },
  Servers: {
    file: "../io/server, ../io/accept, ../io/tls, ../io/datagram-server, ../examples/port-forwarder",
    numbers: [356, 358, 359, 361, 362, 364, 365, 367, 368, 370, 371, 373, 374, 376],
  },
  "Sockets, select, selectors": {
    file: "../io/socket, ../io/select",
    numbers: [377, 379, 380, 382, 383, 385, 386, 388, 389, 391, 392, 394, 395],
  },
  "pywsgi (HTTP behaviour)": {
    file: "../io/http",
    numbers: [397, 398, 400, 401, 403, 404, 406, 407, 409, 410, 412, 413],
  },
  "Threads and processes": {
    file: "../io/threadpool, ../io/subprocess",
    numbers: [415, 416, 418, 419],
  },
};

/** Rules that hold for every object that greenlets wait for: each file tests its own. */
const GENERAL = new Set([29, 70, 71, 94]);

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

/** The numbers in the first column of a section's table. */
function explained(section: string): number[] {
  const text = read("../../docs/differences.md");
  const part = text.split(/^## /m).find((candidate) => candidate.startsWith(section));
  const rows = [...(part ?? "").matchAll(/^\| ([\d, ]+) \|/gm)];
  return rows.flatMap((row) => row[1]!.split(",").map(Number));
}

for (const [section, { file, numbers }] of Object.entries(SECTIONS)) {
  it(`numbers of "${section}" are each tested or explained`, () => {
    const source = file
      .split(", ")
      .map((name) => read(`${name}.test.ts`))
      .join("\n");
    const tested = [...source.matchAll(/^\s*(?:(?:it|overEach)\()?["'`](\d+) /gm)].map((match) =>
      Number(match[1]),
    );
    const covered = new Set([...tested, ...explained(section)]);
    expect(numbers.filter((number) => !covered.has(number))).toEqual([]);
    // A part of an object may be held by the object's own file: killing its waiters (70), and the like.
    const isKnown = (number: number) => numbers.includes(number) || GENERAL.has(number);
    expect([...covered].filter((number) => !isKnown(number))).toEqual([]);
  });
}
