// The contract: all cases, in the order in which they run.

import type { Case } from "./case.ts";
import { capabilityCases } from "./cases/capabilities.ts";
import { guestCases } from "./cases/guests.ts";
import { httpCases } from "./cases/http.ts";
import { loopCases } from "./cases/loop.ts";
import { netCases } from "./cases/net.ts";
import { processCases } from "./cases/processes.ts";
import { toolCases } from "./cases/tools.ts";
import { tutorialCases } from "./cases/tutorial.ts";

export const cases: readonly Case[] = [
  ...capabilityCases,
  ...loopCases,
  ...toolCases,
  ...guestCases,
  ...tutorialCases,
  ...netCases,
  ...httpCases,
  ...processCases,
];
