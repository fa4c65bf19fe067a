// Owns "run me again soon" on Deno. Its event loop asks the system for I/O when nothing is ready, and
// else only every hundred passes or so: as long as each pass has an immediate, a socket is heard after
// a hundred turns, which at 5 ms each is half a second. So a row of turns without a gap is given one in
// time: a call that is answered from another thread, until when nothing is ready.

/** Longest row of turns without a look at sockets. */
const LONGEST_ROW_MS = 4;
const NOTHING = new Uint8Array(0);

/** null: no turn was asked for since the last gap. */
let rowSinceMs: number | null = null;
/** Turns asked for, so that what is behind one can tell whether another follows. */
let asked = 0;

/** A gap: a timer would make one too, but not end it for another millisecond. */
function gap(callback: () => void): void {
  void crypto.subtle.digest("SHA-1", NOTHING).then(() => {
    // An error of the callback's is the program's, not this promise's.
    setImmediate(turn, callback);
  });
}

function turn(callback: () => void): void {
  const mine = asked;
  // Behind what the turn sets going, promises included.
  setImmediate(() => {
    if (asked === mine) rowSinceMs = null;
  });
  callback();
}

export function soon(callback: () => void): void {
  asked++;
  const nowMs = performance.now();
  rowSinceMs ??= nowMs;
  if (nowMs - rowSinceMs < LONGEST_ROW_MS) setImmediate(turn, callback);
  else {
    rowSinceMs = null;
    gap(callback);
  }
}
