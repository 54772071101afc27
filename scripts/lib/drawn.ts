/** Numbers from 0 up to 1 that look drawn and are the same again for the same seed (mulberry32). */
export function drawnNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many of a list, none twice; the same again for the same seed. */
export function draw<One>(list: readonly One[], count: number, seed: number): One[] {
  const left = [...list];
  const next = drawnNumbers(seed);
  return Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(next() * left.length), 1),
  ).flat();
}
