import type { CovarianceName } from '../src/index.js';

/** The size of a problem: N rows of D features, K components. */
export interface Shape {
  readonly n: number;
  readonly d: number;
  readonly k: number;
  readonly covariance: CovarianceName;
}

const shape = (n: number, d: number, k: number, covariance: CovarianceName = 'full'): Shape => ({
  n,
  d,
  k,
  covariance,
});

export const SHAPES: readonly Shape[] = [
  shape(1e6, 2, 8),
  shape(1e6, 3, 16),
  shape(2e5, 16, 16),
  shape(1e5, 32, 32),
  shape(5e4, 64, 32),
  shape(2e5, 16, 16, 'diag'),
  shape(1e6, 2, 8, 'diag'),
];

/** The same with a tenth of the rows: for a first look, not for conclusions. */
export const QUICK_SHAPES: readonly Shape[] = SHAPES.map(({ n, ...rest }) => ({ n: n / 10, ...rest }));

const COVARIANCES: readonly string[] = ['full', 'tied', 'diag', 'spherical'] satisfies CovarianceName[];

/** `1e6,2,8,full`; without the covariance: full. @throws RangeError for anything else */
export function parseShape(text: string): Shape {
  const [n, d, k, covariance = 'full', ...more] = text.split(',').map(part => part.trim());
  const sizes = [n, d, k].map(Number);
  const sound = sizes.every(size => Number.isSafeInteger(size) && size >= 1);
  if (!sound || more.length > 0 || !COVARIANCES.includes(covariance)) {
    throw new RangeError(`Expected N,D,K or N,D,K,${COVARIANCES.join('|')}, such as 1e6,2,8,full.`);
  }
  return shape(sizes[0], sizes[1], sizes[2], covariance as CovarianceName);
}

/** Such as `N 1e6, D 2, K 8, full`. */
export const shapeName = ({ n, d, k, covariance }: Shape): string =>
  `N ${compact(n)}, D ${d}, K ${k}, ${covariance}`;

/** A round number in scientific notation, any other as it is. */
function compact(n: number): string {
  const short = n.toExponential().replace('e+', 'e');
  return n >= 1e4 && short.length <= 6 ? short : String(n);
}

/** Floating-point operations that one iteration cannot do without, E- and M-step, by docs/formulas.md. */
export function usefulFlops({ n, d, k, covariance }: Shape): number {
  const isFull = covariance === 'full' || covariance === 'tied';
  return n * k * (isFull ? 2 * d * d + 6 * d + 3 : 8 * d + 3);
}

/** Bytes that one iteration cannot do without: every row is read once, as float32. */
export const usefulBytes = ({ n, d }: Shape): number => 4 * n * d;
