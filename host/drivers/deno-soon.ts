// Owns "run me again soon" on Deno. Its event loop asks the system for I/O when nothing is ready, and
// else only every hundred passes or so: as long as each pass has an immediate, a socket is heard after
// a hundred turns, which at 5 ms each is half a second. So a row of turns without a gap is given one in
// time: a timer, until when nothing is ready. That costs a hub that is never idle its millisecond; what
// another thread answers is sooner there, and often too soon for a gap.

/** Longest row of turns without a look at sockets: two of 5 ms, where nothing is changed. */
const LONGEST_ROW_MS = 8;

/** null: no turn was asked for since the last gap. */
let rowSinceMs: number | null = null;
/** Turns asked for, so that what is behind one can tell whether another follows. */
let asked = 0;

function turn(callback: () => void): void {
  const mine = asked;
  try {
    callback();
  } finally {
    // Behind what the turn sets going, promises included.
    if (asked === mine) setImmediate(endRow, mine);
  }
}

function turnAfterGap(callback: () => void): void {
  rowSinceMs = performance.now();
  turn(callback);
}

function endRow(mine: number): void {
  if (asked === mine) rowSinceMs = null;
}

export function soon(callback: () => void): void {
  asked++;
  const nowMs = performance.now();
  rowSinceMs ??= nowMs;
  if (nowMs - rowSinceMs < LONGEST_ROW_MS) setImmediate(turn, callback);
  else setTimeout(turnAfterGap, 0, callback);
}
