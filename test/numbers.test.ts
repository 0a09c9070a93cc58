import { describe, expect, test } from 'vitest';
import {
  type Backend,
  BayesianGaussianMixture,
  cpu,
  GaussianMixture,
  HiddenMarkovModel,
  KMeans,
  type Matrix,
  webgpu,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { allNear, near, ok } from './support/assert.js';

/** Data unlike those of the other tests. Right values: closed forms, or float64 on the CPU from the same start. */
const backends: Record<string, Backend> = { cpu: cpu(), 'WebGPU in Node': await webgpu() };

/** Normal rows, `size` about each of the means, one group after the other. */
function groups(means: readonly number[], size: number, d: number, seed: number): Matrix {
  const rng = createRng(seed);
  const n = means.length * size;
  const data = Float64Array.from(
    { length: n * d },
    (_, i) => means[Math.floor(i / (size * d))] + rng.normal(),
  );
  return { data, shape: [n, d] };
}

const labelsOf = (n: number, size: number) => Uint32Array.from({ length: n }, (_, i) => Math.floor(i / size));
const times = ({ data, shape }: Matrix, u: number): Matrix => ({ data: data.map(value => value * u), shape });

/** The same rows with one of them set to a value. */
const withRow = ({ data, shape }: Matrix, row: number, value: number): Matrix => ({
  data: data.map((x, i) => (Math.floor(i / shape[1]) === row ? value : x)),
  shape,
});

const kinds = (notes: readonly { kind: string }[]) => notes.map(({ kind }) => kind);

describe.each(Object.keys(backends))('%s', name => {
  const device = backends[name];

  describe('units do not matter', () => {
    const points = groups([0, 10, 20], 300, 2, 1);
    test.each([1e-9, 1e-6, 1e-4, 1e-3, 0.01, 1, 1e9])('k-means, everything times %f', async u => {
      const { inertia } = (await KMeans.fit(points, { nClusters: 3, device: cpu(), seed: 1 })).fitInfo;
      const scaled = await KMeans.fit(times(points, u), { nClusters: 3, device, seed: 1 });
      near(scaled.fitInfo.inertia / u ** 2, inertia, { rel: 1e-6 }, 'inertia / u²');
      if (u < 1e-4) return; // a stiffer β than that is refused
      const soft = { nClusters: 3, beta: 1 / u ** 2, init: [0, 0, 9, 9, 22, 22].map(x => x * u), maxIter: 3 };
      const [own, right] = [device, cpu()].map(on => KMeans.fit(times(points, u), { ...soft, device: on }));
      allNear(
        (await own).clusterCenters,
        (await right).clusterCenters,
        { rel: 1e-6, abs: 1e-6 * u },
        'centres',
      );
    });
  });

  describe('groups far from each other keep their neighbours apart', () => {
    test.each([1e5, 1e6, 1e8, 1e10])('four groups at 0, 10, %f and that + 10', async far => {
      const points = groups([0, 10, far, far + 10], 500, 1, 2);
      const start = { init: labelsOf(2000, 500) };
      const mixture = { nComponents: 4, ...start };
      const fit = await GaussianMixture.fit(points, { ...mixture, device });
      const right = await GaussianMixture.fit(points, { ...mixture, device: cpu() });
      near(fit.fitInfo.logLikelihood, right.fitInfo.logLikelihood, { rel: 1e-6 }, 'log-likelihood');
      allNear(fit.weights, [0.25, 0.25, 0.25, 0.25], { abs: 1e-6 }, 'weights');
      const bayes = await BayesianGaussianMixture.fit(points, { ...mixture, device });
      allNear(bayes.weights, [0.25, 0.25, 0.25, 0.25], { abs: 1e-2 }, 'weights of the Bayesian mixture');
      const emission = { means: [[0], [10], [far], [far + 10]], covariances: [[[4]], [[4]], [[4]], [[4]]] };
      const chain = { nStates: 4, init: { emission } };
      const states = await HiddenMarkovModel.fit(points, { ...chain, device });
      const rightStates = await HiddenMarkovModel.fit(points, { ...chain, device: cpu() });
      const found = states.fitInfo?.logLikelihood ?? 0;
      near(found, rightStates.fitInfo?.logLikelihood ?? 0, { rel: 1e-6 }, 'log-likelihood of the chain');
      const clusters = await KMeans.fit(points, { nClusters: 4, device, init: fit.means.slice() });
      const { inertia } = (await KMeans.fit(points, { nClusters: 4, device: cpu(), init: fit.means.slice() }))
        .fitInfo;
      near(clusters.fitInfo.inertia, inertia, { rel: 1e-5 }, 'inertia');
      if (far < 1e8 || name === 'cpu') return;
      expect(kinds(fit.fitInfo.notes)).toContain('precision');
      expect(fit.fitInfo.notes.find(({ kind }) => kind === 'precision')?.message).toMatch(
        /component \d: .*\d/,
      );
    });

    test('one row far from a thousand others', async () => {
      const points = withRow(groups([0, 10], 500, 2, 3), 17, 1e6);
      const fits = [device, cpu()].map(on =>
        GaussianMixture.fit(points, { nComponents: 3, device: on, seed: 2, tol: 1e-9 }),
      );
      const [own, right] = await Promise.all(fits);
      near(own.fitInfo.logLikelihood, right.fitInfo.logLikelihood, { rel: 1e-6 }, 'log-likelihood');
    });
  });

  describe('what a row scores depends on that row and the model', () => {
    const points = groups([0, 10], 2500, 2, 4);
    const init = labelsOf(5000, 2500);
    test.each([9.97e36, -9999, 1e8, 1e20])('one of 5,000 is %f', async fill => {
      const filled = withRow(points, 2600, fill);
      const gmm = await GaussianMixture.fit(points, { nComponents: 2, init, device: cpu(), maxIter: 5 });
      const alone = await gmm.scoreSamples(points, { device: cpu() });
      const scores = await gmm.scoreSamples(filled, { device });
      const right = await gmm.scoreSamples(filled, { device: cpu() });
      scores.forEach((score, i) => {
        near(score, right[i], { abs: 1e-4, rel: 1e-6 }, `score of row ${i}`);
        if (i !== 2600) near(score, alone[i], { abs: 1e-4 }, `score of row ${i} without the far one`);
      });
      expect(await gmm.predict(filled, { device })).toEqual(await gmm.predict(filled, { device: cpu() }));
      const own = gmm.score(filled, { device });
      near(await own, await gmm.score(filled, { device: cpu() }), { rel: 1e-6 }, 'score');

      const bayes = await BayesianGaussianMixture.fit(points, {
        nComponents: 2,
        init,
        device: cpu(),
        maxIter: 5,
      });
      const bounds = await bayes.scoreSamples(filled, { device });
      const rightBounds = await bayes.scoreSamples(filled, { device: cpu() });
      allNear(bounds, rightBounds, { abs: 1e-4, rel: 1e-6 }, 'bounds');

      const states = await HiddenMarkovModel.fit(points, { nStates: 2, device: cpu(), maxIter: 5 });
      const path = await states.decode(filled, { device });
      expect([...path.states]).toEqual([...(await states.decode(filled, { device: cpu() })).states]);
    });

    test('k-means with a far row among its points', async () => {
      const filled = withRow(points, 2600, 9.97e36);
      const options = { nClusters: 3, init: [0, 0, 10, 10, 9.97e36, 9.97e36] };
      const [own, right] = [device, cpu()].map(on => KMeans.fit(filled, { ...options, device: on }));
      const found = await own;
      near(found.fitInfo.inertia, (await right).fitInfo.inertia, { rel: 1e-6 }, 'inertia');
      expect(await found.predict(filled, { device })).toEqual(await found.predict(filled, { device: cpu() }));
    });
  });

  describe('means that leap take their statistics along', () => {
    test.each([0, 1, 2, 3, 4, 5])('20,000 rows of which one cell is −9999, seed %i', async seed => {
      const points = groups([0, 6], 10_000, 2, 5);
      points.data[12_345] = -9999;
      const options = { nComponents: 2, seed, init: 'random-from-data', maxIter: 20 } as const;
      const [own, right] = [device, cpu()].map(on => GaussianMixture.fit(points, { ...options, device: on }));
      near(
        (await own).fitInfo.logLikelihood,
        (await right).fitInfo.logLikelihood,
        { rel: 1e-6 },
        'log-likelihood',
      );
    });

    test.each(['full', 'tied', 'diag', 'spherical'] as const)(
      'two blobs 10⁴ sd apart, %s',
      async covarianceType => {
        const rng = createRng(6);
        const rows = Array.from({ length: 300 }, (_, i) => {
          const at = i < 100 ? 0 : 1e4;
          return [at + rng.normal(), at + rng.normal()];
        });
        const init = Uint32Array.from(rows, (_, i) => i % 2);
        const options = { nComponents: 2, init, covarianceType };
        const [own, right] = [device, cpu()].map(on => GaussianMixture.fit(rows, { ...options, device: on }));
        near(
          (await own).fitInfo.logLikelihood,
          (await right).fitInfo.logLikelihood,
          { rel: 1e-6 },
          'log-likelihood',
        );
      },
    );
  });

  describe('components of about as many rows as features', () => {
    test.each([
      [2000, 100, 3, 1],
      [1000, 32, 32, 32],
      [800, 64, 16, 16],
    ])('%i rows of %i columns, %i components', async (n, d, k, clusters) => {
      const rng = createRng(7, d);
      const means = Array.from({ length: clusters * d }, () => 6 * rng.normal());
      const data = Float64Array.from({ length: n * d }, (_, at) => {
        const cluster = Math.floor(at / d) % clusters;
        return means[cluster * d + (at % d)] + rng.normal();
      });
      const points: Matrix = { data, shape: [n, d] };
      const options = { nComponents: k, init: 'random-from-data', seed: 1, maxIter: 4, tol: 0 } as const;
      const [own, right] = [device, cpu()].map(on => GaussianMixture.fit(points, { ...options, device: on }));
      near(
        (await own).fitInfo.logLikelihood,
        (await right).fitInfo.logLikelihood,
        { rel: 1e-5 },
        'log-likelihood',
      );
    });
  });

  test('a component narrower than the rounding of its rows is told from others in float64', async () => {
    const rng = createRng(8);
    const data = Float64Array.from({ length: 4000 }, (_, i) =>
      i % 20 === 0 ? 3 + 1e-9 * rng.normal() : rng.normal(),
    );
    const points: Matrix = { data, shape: [4000, 1] };
    const init = Uint32Array.from({ length: 4000 }, (_, i) => (i % 20 === 0 ? 1 : 0));
    const options = { nComponents: 2, init, regCovar: 1e-24, maxIter: 10, tol: 0 };
    const [own, right] = [device, cpu()].map(on => GaussianMixture.fit(points, { ...options, device: on }));
    const found = await own;
    near(found.fitInfo.logLikelihood, (await right).fitInfo.logLikelihood, { rel: 1e-6 }, 'log-likelihood');
    ok(Math.abs(found.covariances[1] - 1e-18) < 3e-19, `a variance near 1e-18, got ${found.covariances[1]}`);
    const proba = await found.predictProba(points, { device });
    allNear(proba, await found.predictProba(points, { device: cpu() }), { abs: 1e-6 }, 'posteriors');
  });
});
