/** A run of rows, [from, to). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Fewer rows than this are not worth a picture. */
export const SHORTEST = 12;

export const lengthOf = ({ from, to }: Span) => to - from;

/** The rows of a span that fit into n: as long where possible, at least `SHORTEST` long where there are as many. */
export function within(n: number, { from, to }: Span): Span {
  const length = Math.min(n, Math.max(SHORTEST, Math.round(to - from)));
  const middle = (from + to) / 2;
  const begin = Math.min(n - length, Math.max(0, Math.round(middle - length / 2)));
  return { from: begin, to: begin + length };
}

/** The same middle, `factor` times as long. */
export function scaled({ from, to }: Span, factor: number): Span {
  const [middle, half] = [(from + to) / 2, ((to - from) * factor) / 2];
  return { from: middle - half, to: middle + half };
}

/** Moved by a share of its length. */
export function moved({ from, to }: Span, share: number): Span {
  const by = Math.sign(share) * Math.max(1, Math.round(Math.abs(share) * (to - from)));
  return { from: from + by, to: to + by };
}
