/** Workgroups of a dispatch. */
export type Grid = readonly [x: number, y: number, z: number];

/** A box of a grid. */
export interface Part {
  readonly origin: Grid;
  readonly size: Grid;
}

/** Work of the first x workgroups of each of a grid's lines. */
export type LineWork = (x: number) => number;

export const workOf = ([x, y, z]: Grid, line: LineWork): number => line(x) * y * z;

/**
 * Cut a grid into boxes of at most `allowance()` work each, which is asked for anew for each of them: whole planes,
 * else lines, else runs of at least `least` workgroups.
 */
export function* cutGrid(
  [x, y, z]: Grid,
  line: LineWork,
  least: number,
  allowance: () => number,
): Generator<Part> {
  const units = (work: number, left: number) => Math.min(left, Math.floor(allowance() / Math.max(work, 1)));
  for (let k = 0; k < z; ) {
    const planes = units(line(x) * y, z - k);
    if (planes > 0) {
      yield { origin: [0, 0, k], size: [x, y, planes] };
      k += planes;
      continue;
    }
    for (let j = 0; j < y; ) {
      const lines = Math.max(units(line(x), y - j), Math.min(y - j, Math.floor(least / x)));
      if (lines > 0) {
        yield { origin: [0, j, k], size: [x, lines, 1] };
        j += lines;
        continue;
      }
      for (let i = 0; i < x; ) {
        const end = runEnd(i, x, line, least, allowance());
        yield { origin: [i, j, k], size: [end - i, 1, 1] };
        i = end;
      }
      j++;
    }
    k++;
  }
}

/** The end of the longest run from `begin` within the allowance: a multiple of `least` workgroups, and at least that. */
function runEnd(begin: number, end: number, line: LineWork, least: number, allowance: number): number {
  const most = line(begin) + allowance;
  let [low, high] = [begin, end];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (line(middle) <= most) low = middle;
    else high = middle - 1;
  }
  const runs = Math.max(1, Math.floor((low - begin) / least));
  return low === end ? end : Math.min(end, begin + runs * least);
}
