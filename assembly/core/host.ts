// Owns the functions the core asks of its host. The core knows no other.

/** Monotonic clock, milliseconds. @calls-user */
// @ts-ignore: decorator
@external("host", "now")
export declare function now(): f64;

/** Runs a host task until it parks, gives way or ends; answers an Outcome. @calls-user @switches */
// @ts-ignore: decorator
@external("host", "resume")
export declare function resume(row: usize, reason: i32, cause: usize): i32;

/** Calls the host function behind a Link row, which is free again afterwards. @calls-user */
// @ts-ignore: decorator
@external("host", "callback")
export declare function callback(row: usize, reason: i32): void;

/** Tells of an event, an Observed; called only while somebody observes. It may change nothing. @calls-user */
// @ts-ignore: decorator
@external("host", "observed")
export declare function observed(what: i32, row: usize, detail: i32): void;
