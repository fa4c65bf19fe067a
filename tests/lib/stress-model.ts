// Owns what tests/guest/programs/stress.as.ts is to do: the same draws as the program's.

/** Frames entered, and parks, of one run of `count` greenlets. */
export function stressModel(count: number): { frames: number; parks: number } {
  let frames = 0;
  let parks = 0;
  for (let id = 0; id < count; id++) {
    let state = (Math.imul(id, 2654435761) + 12345) >>> 0;
    const next = () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state;
    };
    const perhapsPark = () => {
      if (next() % 40 === 0) parks++;
    };
    const descend = (depth: number) => {
      frames++;
      perhapsPark();
      if (depth % 8 === 3) {
        descend(depth - 1);
        perhapsPark();
      } else if (depth > 0) descend(depth - 1);
      perhapsPark();
    };
    descend(next() % 51);
  }
  return { frames, parks };
}
