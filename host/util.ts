// Seeing what runs: `wevent/util`. All of it is off until it is asked for, and then costs every switch.

export type { Ended, TreeNode } from "./core/inspect.js";
export { assertSwitches, FailedToSwitch, type SwitchOptions } from "./util/assert-switches.js";
export { type BlockedOptions, type BlockedReport, onBlocked } from "./util/blocked.js";
export { type FormatOptions, GreenletTree } from "./util/greenlet-tree.js";
export { formatRunInfo, printRunInfo } from "./util/run-info.js";
export { type Trace, type TraceEvent, type TraceOptions, traceHub } from "./util/trace.js";
export { trackGreenlets } from "./util/track.js";
