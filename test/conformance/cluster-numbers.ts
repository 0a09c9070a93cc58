import { cpu, KMeans, type KMeansOptions } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { identical, near } from '../support/assert.js';
import type { Case } from './case.js';

/** Three groups of rows, 10 standard deviations apart, and what is in the place of one cell. */
function rowsOf(n: number, fill?: number): number[][] {
  const rng = createRng(5);
  const rows = Array.from({ length: n }, (_, i) => [10 * (i % 3) + rng.normal(), rng.normal()]);
  if (fill !== undefined) rows[1][0] = fill;
  return rows;
}

const times = (rows: readonly number[][], unit: number) => rows.map(row => row.map(value => value * unit));

interface Clusters {
  readonly power: number;
  readonly beta?: number;
  readonly fill?: number;
  readonly n?: number;
  readonly nClusters?: number;
}

const cases: readonly Clusters[] = [
  ...[-60, -30, 30, 60].flatMap(power => [{ power }, { power, beta: 0.05 }]),
  { power: 0, fill: 1e20, n: 3, nClusters: 1 },
  { power: 0, fill: 1e20, n: 3, nClusters: 1, beta: 1 },
  { power: 60, fill: 1e20, nClusters: 2 },
];

export const clusterCases: Case[] = cases.map(({ power, beta, fill, n = 90, nClusters = 3 }) => ({
  name: `k-means of ${n} rows times 2^${power}${beta ? `, stiffness ${beta}` : ''}${fill ? `, a cell of ${fill}` : ''}: inertia and labels know no units`,
  async run(device) {
    const rows = rowsOf(n, fill);
    const options = { nClusters, tol: 0, maxIter: 20 } satisfies KMeansOptions;
    const right = await KMeans.fit(rows, { ...options, beta, init: rows.slice(0, nClusters), device: cpu() });
    const unit = 2 ** power;
    const scaled = times(rows, unit);
    const own = await KMeans.fit(scaled, {
      ...options,
      beta: beta && beta / unit ** 2,
      init: scaled.slice(0, nClusters),
      device,
    });
    near(own.inertia / unit ** 2, right.inertia, { rel: 1e-5 }, 'inertia');
    identical(await own.predict(scaled, { device }), await right.predict(rows, { device: cpu() }), 'labels');
  },
}));
