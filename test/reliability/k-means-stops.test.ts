import { afterAll, describe, expect, test } from 'vitest';
import { type Backend, cpu, em, hard, KMeans, KMeansModel, webgpu } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';

/** k-means stops when no row changes its cluster, whatever rounding does to the last bit of the inertia. */

const backends: [string, () => Promise<Backend>][] = [
  ['CPU', async () => cpu()],
  ['WebGPU', () => device],
];
const device = webgpu();
afterAll(async () => (await device).dispose());

const points = (n: number, d: number, seed: number, offset = 0, distinct = 0) => {
  const rng = createRng(seed);
  const rows = Array.from({ length: n }, () => Array.from({ length: d }, () => offset + 10 * rng.normal()));
  return distinct > 0 ? rows.map((_, i) => rows[i % distinct]) : rows;
};

/** [n] the nearest centre, in float64, and the mean of each cluster. */
function step(rows: number[][], centers: Float64Array, k: number) {
  const d = rows[0].length;
  const labels = rows.map(row => {
    const distances = Array.from({ length: k }, (_, c) =>
      row.reduce((sum, x, j) => sum + (x - centers[c * d + j]) ** 2, 0),
    );
    return distances.indexOf(Math.min(...distances));
  });
  const means = Float64Array.from({ length: k * d }, (_, at) => {
    const own = rows.filter((_, i) => labels[i] === Math.floor(at / d));
    return own.reduce((sum, row) => sum + row[at % d], 0) / own.length;
  });
  return { labels, means };
}

describe.each(backends)('%s', (name, make) => {
  test.each([
    ['ten numbers', [2.1, 3.3, 1.7, 9.4, 8.8, 9.9, 5.1, 4.8, 5.5, 0.3].map(x => [x]), 3],
    ['1,000 × 5', points(1000, 5, 1), 6],
    ['an offset', points(500, 3, 2, 1e5), 5],
    [
      'centres near 0',
      points(400, 2, 3).flatMap(([x, y]) => [
        [x, y],
        [-x, -y],
      ]),
      1,
    ],
    ['fewer distinct rows than clusters', points(60, 2, 4, 0, 5), 8],
    ['one row each', points(7, 2, 5), 7],
    ['small units', points(300, 2, 6).map(row => row.map(x => x * 1e-9)), 4],
  ] as [string, number[][], number][])('%s', async (_, rows, nClusters) => {
    for (const tol of [0, 1e-300]) {
      const fit = await KMeans.fit(rows, { nClusters, tol, maxIter: 2000, device: await make() });
      expect(fit.fitInfo).toMatchObject({ converged: true, stopReason: 'tolerance' });
      expect(fit.fitInfo.nIter).toBeLessThan(200);
    }
  });

  test('where it stops, the labels repeat', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const rows = points(120, 1 + (seed % 3), seed);
      const k = 2 + (seed % 5);
      const { clusterCenters, fitInfo } = await KMeans.fit(rows, {
        ...{ nClusters: k, tol: 0, maxIter: 500, seed, device: await make() },
      });
      expect(fitInfo.converged).toBe(true);
      const { labels, means } = step(rows, clusterCenters, k);
      expect(step(rows, means, k).labels).toEqual(labels);
      const reach = name === 'CPU' ? 1e-12 : 1e-4;
      expect(Math.max(...means.map((mean, at) => Math.abs(mean - clusterCenters[at])))).toBeLessThan(reach);
    }
  });

  test('a step that moves rows does not stop it', async () => {
    const rows = points(1000, 5, 1);
    const model = new KMeansModel(6);
    const loaded = await (await make()).load({ data: Float64Array.from(rows.flat()), shape: [1000, 5] });
    const start = { centers: Float64Array.from(rows.slice(0, 6).flat()) };
    const { nIter } = await em(model, start, loaded, { eStep: hard, tol: 0, maxIter: 1000 });
    let { labels, means } = step(rows, start.centers, 6);
    let lloyds = 1;
    for (; ; lloyds++) {
      const next = step(rows, means, 6);
      if (next.labels.join() === labels.join()) break;
      ({ labels, means } = next);
    }
    expect(Math.abs(nIter - lloyds)).toBeLessThanOrEqual(name === 'CPU' ? 1 : 3);
    loaded.dispose();
  });
});
