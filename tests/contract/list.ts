// The contract: all cases, in the order in which they run.

import type { Case } from "./case.ts";
import { toolCases } from "./cases/tools.ts";
import { tutorialCases } from "./cases/tutorial.ts";

export const cases: readonly Case[] = [...toolCases, ...tutorialCases];
