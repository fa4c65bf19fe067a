// Owns where a moment is drawn. A schedule has microseconds beside minutes, so the axis grows with the
// logarithm of each gap between two events: nothing that happens is too short to be seen, and no pause is so
// long that it pushes the rest out.

/** Pixels for any gap at all, and for each factor of e above a millisecond. */
const LEAST_PX = 5;
const PX_PER_E = 15;
/** Pixels between two labels of the axis. */
const LABEL_PX = 96;
/** Moments that are kept. Of more, the older half is let go, and drawn no more. */
const MOST_MOMENTS = 100_000;

/** A place on the axis that is labelled with its time. */
export interface Label {
  readonly x: number;
  readonly atUs: number;
}

const gapPx = (us: number): number => LEAST_PX + PX_PER_E * Math.log1p(us / 1000);
const gapUs = (px: number): number => 1000 * Math.expm1(Math.max(0, px - LEAST_PX) / PX_PER_E);

export class Axis {
  readonly labels: Label[] = [{ x: 0, atUs: 0 }];
  readonly #us: number[] = [0];
  readonly #x: number[] = [0];

  /** Something has happened. One that is older than the newest has a place already. */
  add(us: number): void {
    const lastUs = this.#us.at(-1)!;
    if (us <= lastUs) return;
    const x = this.#x.at(-1)! + gapPx(us - lastUs);
    this.#us.push(us);
    this.#x.push(x);
    if (x - this.labels.at(-1)!.x >= LABEL_PX) this.labels.push({ x, atUs: us });
    if (this.#us.length <= MOST_MOMENTS) return;
    this.#us.splice(0, MOST_MOMENTS / 2);
    this.#x.splice(0, MOST_MOMENTS / 2);
    this.labels.splice(
      0,
      this.labels.findIndex((label) => label.x >= this.#x[0]!),
    );
  }

  /** Where what is kept begins. */
  get firstX(): number {
    return this.#x[0]!;
  }

  xOf(us: number): number {
    const i = lastUpTo(this.#us, us);
    const sinceUs = us - this.#us[i]!;
    if (sinceUs <= 0) return this.#x[i]!;
    // Within a gap as at its end: the edge of what is running moves on to where the next event will be.
    return Math.min(this.#x[i]! + gapPx(sinceUs), this.#x[i + 1] ?? Number.POSITIVE_INFINITY);
  }

  usAt(x: number): number {
    const i = lastUpTo(this.#x, x);
    return Math.min(this.#us[i]! + gapUs(x - this.#x[i]!), this.#us[i + 1] ?? Number.POSITIVE_INFINITY);
  }
}

/** Index of the last that is not above `value`; 0: all are. */
function lastUpTo(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A time for people: three figures and a unit. */
export function timeText(us: number): string {
  const ms = us / 1000;
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}
