// The cases of tests/cases, which say what each primitive does, for both kinds of greenlet.

import { chapters } from "../../cases/list.ts";
import * as asyncResult from "../../cases/typescript/async-result.ts";
import * as channel from "../../cases/typescript/channel.ts";
import * as event from "../../cases/typescript/event.ts";
import * as greenlet from "../../cases/typescript/greenlet.ts";
import * as local from "../../cases/typescript/local.ts";
import * as lock from "../../cases/typescript/lock.ts";
import * as pool from "../../cases/typescript/pool.ts";
import * as queue from "../../cases/typescript/queue.ts";
import type { Program } from "../../cases/words.ts";
import { equal } from "../assert.ts";
import type { Case } from "../case.ts";

type Programs = Readonly<Record<string, Program>>;

const programs: Readonly<Record<(typeof chapters)[number][0], Programs>> = {
  "async-result": asyncResult,
  channel,
  event,
  greenlet,
  local,
  lock,
  pool,
  queue,
};

export const toolCases: Case[] = chapters.flatMap(([chapter, cases]) =>
  Object.entries(cases).flatMap(([name, lines]): Case[] => [
    {
      name: `${chapter}: ${name}`,
      *run({ log, reports }) {
        yield* programs[chapter][name]!((line) => void log.push(line));
        equal(log, lines, "the log");
        // Greenlets that fail on purpose are reported: what they do to others is logged.
        reports.length = 0;
      },
    },
    {
      name: `${chapter}, guest: ${name}`,
      async run({ guest, log, reports }) {
        await (await guest("cases")).call(name);
        equal(log, lines, "the log");
        reports.length = 0;
      },
    },
  ]),
);
