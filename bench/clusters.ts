import { createRng, type Rng } from '../src/numerics/rng.js';

/** A clustering problem: what makes it hard is in its name. */
export interface Clusters {
  readonly name: string;
  readonly k: number;
  readonly d: number;
  /** [n, D] row-major */
  draw(n: number, seed: number): Float32Array<ArrayBuffer>;
}

/** How far centres spread, in standard deviations of a cluster: overlapping, apart, or tight specks far apart. */
const [OVERLAPPING, APART, FAR] = [1.5, 10, 100];
const RARE = [1e-3, 1e-4];

export const CLUSTERS: readonly Clusters[] = [
  mixed('equal sizes, apart', { k: 32, d: 8, spread: APART }),
  mixed('overlapping', { k: 32, d: 2, spread: OVERLAPPING }),
  mixed('4 of 0.1 % and 4 of 0.01 %, apart', { k: 24, d: 2, spread: APART, rare: RARE, times: 4 }),
  mixed('4 of 0.1 % and 4 of 0.01 %, far apart', { k: 24, d: 2, spread: FAR, rare: RARE, times: 4 }),
  mixed('8 of 0.1 % and 8 of 0.01 %, far apart', { k: 64, d: 8, spread: FAR, rare: RARE, times: 8 }),
  mixed('outliers: 0.1 % of the rows, 30 times as far', { k: 16, d: 4, spread: APART, outliers: 1e-3 }),
];

interface Mixed {
  k: number;
  d: number;
  spread: number;
  /** Shares of the rows, and how many clusters have each; the other clusters are of equal size. */
  rare?: readonly number[];
  times?: number;
  /** Share of the rows that are far from everything. */
  outliers?: number;
}

/** Spherical clusters of unit variance whose centres are normal, `spread` wide. */
function mixed(name: string, { k, d, spread, rare = [], times = 0, outliers = 0 }: Mixed): Clusters {
  const small = rare.flatMap(share => Array<number>(times).fill(share));
  const large = (1 - small.reduce((sum, share) => sum + share, 0)) / (k - small.length);
  const shares = [...small, ...Array<number>(k - small.length).fill(large)];
  return {
    name: `${name} (K ${k}, D ${d})`,
    k,
    d,
    draw(n, seed) {
      const rng = createRng(seed, 1);
      const centres = Float64Array.from({ length: k * d }, () => spread * rng.normal());
      const data = new Float32Array(n * d);
      for (let i = 0; i < n; i++) {
        const cluster = pick(shares, rng);
        const reach = rng.uniform() < outliers ? 30 * spread : 0;
        for (let j = 0; j < d; j++) {
          data[i * d + j] = centres[cluster * d + j] + rng.normal() + reach * rng.normal();
        }
      }
      return data;
    },
  };
}

function pick(shares: readonly number[], rng: Rng): number {
  let left = rng.uniform();
  const found = shares.findIndex(share => {
    left -= share;
    return left < 0;
  });
  return found < 0 ? shares.length - 1 : found;
}
