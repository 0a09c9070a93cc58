import { describe, expect, test } from 'vitest';
import {
  cpu,
  type EStepOptions,
  em,
  hard,
  InvalidArgumentError,
  KMeans,
  KMeansModel,
  tempered,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { faithful, iris } from './conformance/reference.js';
import { adjustedRandIndex, randomPoints } from './support/synthetic.js';

/** Lloyd's algorithm as it is written down: labels and inertia of every iteration. */
function lloyd(x: Float64Array, d: number, first: Float64Array, iterations: number) {
  const k = first.length / d;
  const n = x.length / d;
  let centers = Float64Array.from(first);
  const steps: { labels: number[]; inertia: number }[] = [];
  for (let step = 0; step <= iterations; step++) {
    const labels: number[] = [];
    let inertia = 0;
    const counts = new Float64Array(k);
    const sums = new Float64Array(k * d);
    for (let i = 0; i < n; i++) {
      let [best, label] = [Number.POSITIVE_INFINITY, 0];
      for (let c = 0; c < k; c++) {
        let squares = 0;
        for (let j = 0; j < d; j++) squares += (x[i * d + j] - centers[c * d + j]) ** 2;
        if (squares < best) [best, label] = [squares, c];
      }
      labels.push(label);
      inertia += best;
      counts[label]++;
      for (let j = 0; j < d; j++) sums[label * d + j] += x[i * d + j];
    }
    steps.push({ labels, inertia });
    centers = sums.map((sum, at) =>
      counts[Math.floor(at / d)] ? sum / counts[Math.floor(at / d)] : centers[at],
    );
  }
  return steps;
}

const values = ({ data }: { data: ArrayLike<number> }) => Float64Array.from(data);
const SETS = [
  { name: 'faithful', x: values(faithful), d: 2, k: 2 },
  { name: 'iris', x: values(iris), d: 4, k: 3 },
  { name: 'five blobs', x: randomPoints(1000, 5, 3, { seed: 4 }).data, d: 3, k: 5 },
  { name: 'one cloud cut in eight', x: randomPoints(800, 1, 6, { seed: 5 }).data, d: 6, k: 8 },
  {
    name: 'twelve blobs far from 0',
    x: randomPoints(1500, 12, 2, { seed: 6, shift: 100 }).data,
    d: 2,
    k: 12,
  },
];

describe.each(SETS)('k-means on $name', ({ x, d, k }) => {
  const n = x.length / d;
  const points = { data: x, shape: [n, d] as const };
  const rng = createRng(1);
  const rows = Array.from({ length: k }, () => rng.integer(n));
  const start = rows.flatMap(i => Array.from(x.subarray(i * d, (i + 1) * d)));
  const expected = lloyd(x, d, Float64Array.from(start), 12);

  test.each(['cpu', 'webgpu'] as const)(
    '%s: Lloyd’s labels at every iteration, inertia to 1e-6',
    async device => {
      const seen: { labels: Uint32Array; inertia: number }[] = [];
      await KMeans.fit(points, {
        nClusters: k,
        init: start,
        tol: 0,
        maxIter: 12,
        device,
        onIteration: async ({ parameters, inertia }) => {
          const here = KMeans.fromCenters({ data: parameters.centers, shape: [k, d] });
          seen.push({ labels: await here.predict(points, { device }), inertia });
        },
      });
      expect(seen.length).toBeLessThanOrEqual(expected.length);
      // It stops where labels repeat.
      const last = seen.length - 1;
      for (const { labels } of expected.slice(last)) expect(labels).toEqual(expected[last].labels);
      seen.forEach(({ labels, inertia }, step) => {
        expect(Array.from(labels)).toEqual(expected[step].labels);
        expect(Math.abs(inertia / expected[step].inertia - 1)).toBeLessThan(1e-6);
      });
    },
  );
});

describe('k-means', () => {
  const blobs = randomPoints(1200, 4, 2, { seed: 8, spread: 12 });

  test('restarts find planted clusters; predict and transform agree', async () => {
    const fit = await KMeans.fit(blobs, { nClusters: 4, nInit: 5, device: 'cpu' });
    expect(fit.fitInfo.converged).toBe(true);
    const labels = await fit.predict(blobs);
    expect(adjustedRandIndex(labels, blobs.labels)).toBeGreaterThan(0.9);
    const distances = await fit.transform(blobs);
    let inertia = 0;
    labels.forEach((label, i) => {
      const row = distances.subarray(i * 4, (i + 1) * 4);
      expect(row[label]).toBe(Math.min(...row));
      inertia += row[label] ** 2;
    });
    expect(inertia).toBeCloseTo(fit.inertia, 6);
  });

  test.each(['cpu', 'webgpu'] as const)(
    '%s: an empty cluster is seeded anew, and a note says so',
    async device => {
      const far = [0, 0, 1, 1, 900, 900, 901, 901];
      const notes: string[] = [];
      const fit = await KMeans.fit(blobs, { nClusters: 4, init: far, maxIter: 1, device });
      notes.push(...fit.fitInfo.notes.map(({ kind }) => kind));
      expect(notes).toContain('reseeded-cluster');
      const done = await KMeans.fit(blobs, { nClusters: 4, init: far, device });
      expect(new Set(await done.predict(blobs)).size).toBe(4);
      expect(
        done.fitInfo.history.every((inertia, i, all) => i === 0 || inertia <= all[i - 1] * (1 + 1e-6)),
      ).toBe(true);
    },
  );

  test('β → ∞ meets Lloyd, a small β blurs', async () => {
    const init = blobs.data.subarray(0, 8);
    const sharp = await KMeans.fit(blobs, {
      nClusters: 4,
      init,
      beta: 1e6,
      tol: 0,
      maxIter: 20,
      device: 'cpu',
    });
    const lloyds = await KMeans.fit(blobs, { nClusters: 4, init, tol: 0, maxIter: 20, device: 'cpu' });
    sharp.clusterCenters.forEach((value, i) => {
      expect(value).toBeCloseTo(lloyds.clusterCenters[i], 6);
    });
    const blurred = await KMeans.fit(blobs, {
      nClusters: 4,
      init,
      beta: 1e-6,
      tol: 0,
      maxIter: 50,
      device: 'cpu',
    });
    const spread = (centers: Float64Array) => {
      const first = centers.filter((_, i) => i % 2 === 0);
      return Math.max(...first) - Math.min(...first);
    };
    expect(spread(blurred.clusterCenters)).toBeLessThan(0.2 * spread(lloyds.clusterCenters));
  });

  test('the core says the same: hard and tempered EM of the model', async () => {
    const rows = await cpu().load(blobs);
    const model = new KMeansModel(2);
    const start = { centers: Float64Array.of(-1, 0, 1, 0) };
    const { history } = await em(model, start, rows, { eStep: hard, tol: 0, maxIter: 5 });
    const soft = await em(model, start, rows, { eStep: tempered(3), tol: 0, maxIter: 5 });
    for (const { history: values } of [{ history }, soft]) {
      expect(values.every((value, i) => i === 0 || value >= values[i - 1])).toBe(true);
    }
    const options: EStepOptions = { assignment: 'hard', block: { index: 1, of: 2 } };
    expect((await model.on(rows).eStep(start, options)).mass).toBe(600);
  });

  test('a file keeps it', async () => {
    const fit = await KMeans.fit(blobs, { nClusters: 3, device: 'cpu' });
    const again = KMeans.fromJSON(JSON.parse(JSON.stringify(fit)));
    expect(again.clusterCenters).toEqual(fit.clusterCenters);
    expect(again.inertia).toBe(fit.inertia);
    expect(() => KMeans.fromJSON({ ...fit.toJSON(), nClusters: 7 })).toThrow(/clusterCenters/);
  });

  test.each([
    [{ nClusters: 0 }, /nClusters must be an integer from 1 to 1024/],
    [{ nClusters: 2, beta: 0 }, /beta must be a number > 0/],
    [{ nClusters: 2, init: 'kmeans' }, /init must be/],
    [{ nClusters: 2, init: [1, 2, 3] }, /init must have shape \[2, 2\]/],
    [{ nClusters: 2, tol: -1 }, /tol must be/],
    [{ nClusters: 5000 }, /nClusters must be an integer from 1 to 1024/],
    [{ nClusters: 2, clusters: 3 }, /Unknown option clusters/],
  ])('bad options %o', async (options, message) => {
    const fit = KMeans.fit(blobs, options as never);
    await expect(fit).rejects.toBeInstanceOf(InvalidArgumentError);
    await expect(KMeans.fit(blobs, options as never)).rejects.toThrow(message);
  });
});
