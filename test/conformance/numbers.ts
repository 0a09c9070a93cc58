/**
 * Data as people bring it: any units, groups far apart, fill values, one row at the end of the world, few rows for many
 * columns. Right values are closed forms, or float64's on the CPU from the same start.
 */
import {
  type Backend,
  BayesianGaussianMixture,
  cpu,
  GaussianMixture,
  type GaussianMixtureOptions,
  HiddenMarkovModel,
  KMeans,
  type Matrix,
  Mixture,
  type Points,
} from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, identical, near, ok } from '../support/assert.js';
import type { Case } from './case.js';

/** Normal rows of sd 1, `size` about each of the means, one group after the other. */
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

/** The same rows with every column of one of them set to a value. */
const withRow = ({ data, shape }: Matrix, row: number, value: number): Matrix => ({
  data: data.map((x, i) => (Math.floor(i / shape[1]) === row ? value : x)),
  shape,
});

/** A Gaussian mixture's log-likelihood is float64's. @returns its fit */
async function fitsAsTheCpu(device: Backend, points: Points, options: GaussianMixtureOptions, rel = 1e-6) {
  const fit = await GaussianMixture.fit(points, { ...options, device });
  const right = await GaussianMixture.fit(points, { ...options, device: cpu() });
  near(fit.fitInfo.logLikelihood, right.fitInfo.logLikelihood, { rel }, 'log-likelihood');
  return fit;
}

const units: Case[] = [1e-9, 1e-6, 1e-4, 1e-3, 0.01, 1, 1e9].map(u => ({
  name: `k-means, everything times ${u}`,
  async run(device) {
    const points = groups([0, 10, 20], 300, 2, 1);
    const { inertia } = (await KMeans.fit(points, { nClusters: 3, device: cpu(), seed: 1 })).fitInfo;
    const scaled = await KMeans.fit(times(points, u), { nClusters: 3, device, seed: 1 });
    near(scaled.fitInfo.inertia / u ** 2, inertia, { rel: 1e-6 }, 'inertia / u²');
    if (u < 1e-4) return; // a stiffer β than that is refused
    const soft = { nClusters: 3, beta: 1 / u ** 2, init: [0, 0, 9, 9, 22, 22].map(x => x * u), maxIter: 3 };
    const own = await KMeans.fit(times(points, u), { ...soft, device });
    const right = await KMeans.fit(times(points, u), { ...soft, device: cpu() });
    allNear(own.clusterCenters, right.clusterCenters, { rel: 1e-6, abs: 1e-6 * u }, 'centres');
  },
}));

const farGroups: Case[] = [1e5, 1e6, 1e8, 1e10].map(far => ({
  name: `four groups at 0, 10, ${far} and that + 10`,
  async run(device) {
    const points = groups([0, 10, far, far + 10], 500, 1, 2);
    const mixture = { nComponents: 4, init: labelsOf(2000, 500) };
    const fit = await fitsAsTheCpu(device, points, mixture);
    allNear(fit.weights, [0.25, 0.25, 0.25, 0.25], { abs: 1e-6 }, 'weights');
    if (far >= 1e8 && device.device === 'webgpu') {
      const note = fit.fitInfo.notes.find(({ kind }) => kind === 'precision');
      ok(
        /component \d: .*\d/.test(note?.message ?? ''),
        `a note with component and figure, got ${note?.message}`,
      );
    }

    const bayes = await BayesianGaussianMixture.fit(points, { ...mixture, device });
    allNear(bayes.weights, [0.25, 0.25, 0.25, 0.25], { abs: 1e-2 }, 'weights of the Bayesian mixture');

    const emission = {
      means: [[0], [10], [far], [far + 10]],
      covariances: [[[4]], [[4]], [[4]], [[4]]],
    };
    const chain = { nStates: 4, init: { emission } };
    const states = await HiddenMarkovModel.fit(points, { ...chain, device });
    const right = await HiddenMarkovModel.fit(points, { ...chain, device: cpu() });
    const [found, expected] = [states.fitInfo, right.fitInfo].map(info => info?.logLikelihood ?? Number.NaN);
    near(found, expected, { rel: 1e-6 }, 'log-likelihood of the chain');

    const centres = { nClusters: 4, init: fit.means.slice() };
    const clusters = await KMeans.fit(points, { ...centres, device });
    const rightClusters = await KMeans.fit(points, { ...centres, device: cpu() });
    near(clusters.fitInfo.inertia, rightClusters.fitInfo.inertia, { rel: 1e-5 }, 'inertia');
  },
}));

const fills: Case[] = [9.97e36, -9999, 1e8, 1e20].map(fill => ({
  name: `what rows score does not change where one of 5,000 is ${fill}`,
  async run(device) {
    const points = groups([0, 10], 2500, 2, 4);
    const filled = withRow(points, 2600, fill);
    const options = { nComponents: 2, init: labelsOf(5000, 2500), device: cpu(), maxIter: 5 };
    const gmm = await GaussianMixture.fit(points, options);
    const alone = await gmm.scoreSamples(points, { device: cpu() });
    const scores = await gmm.scoreSamples(filled, { device });
    const right = await gmm.scoreSamples(filled, { device: cpu() });
    allNear(scores, right, { abs: 1e-4, rel: 1e-6 }, 'scores');
    alone[2600] = scores[2600];
    allNear(scores, alone, { abs: 1e-4 }, 'scores of the other rows');
    identical(await gmm.predict(filled, { device }), await gmm.predict(filled, { device: cpu() }), 'labels');
    const score = await gmm.score(filled, { device });
    near(score, await gmm.score(filled, { device: cpu() }), { rel: 1e-6 }, 'score');

    const bayes = await BayesianGaussianMixture.fit(points, options);
    const bounds = await bayes.scoreSamples(filled, { device });
    allNear(bounds, await bayes.scoreSamples(filled, { device: cpu() }), { abs: 1e-4, rel: 1e-6 }, 'bounds');

    const states = await HiddenMarkovModel.fit(points, { nStates: 2, device: cpu(), maxIter: 5 });
    const path = await states.decode(filled, { device });
    identical(path.states, (await states.decode(filled, { device: cpu() })).states, 'path');

    const centres = { nClusters: 3, init: [0, 0, 10, 10, fill, fill] };
    const own = await KMeans.fit(filled, { ...centres, device });
    const rightInertia = (await KMeans.fit(filled, { ...centres, device: cpu() })).fitInfo.inertia;
    near(own.fitInfo.inertia, rightInertia, { rel: 1e-6 }, 'inertia');
    identical(
      await own.predict(filled, { device }),
      await own.predict(filled, { device: cpu() }),
      'clusters',
    );
  },
}));

const leaps: Case[] = [
  {
    name: 'a mean that leaps from a fill value to rows, which float64 loses too',
    async run(device) {
      const points = groups([5], 200, 1, 12);
      const values = Array.from(points.data);
      const mean = values.reduce((a, b) => a + b) / 200;
      const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 200;
      const [means, covariances] = [[[1e37]], [[[1e74]]]];
      const options = { device, regCovar: 0, tol: 0, maxIter: 1 };
      const gmm = { ...options, nComponents: 1, init: { weights: [1], means, covariances } };
      near((await GaussianMixture.fit(points, gmm)).covariances[0], variance, { rel: 1e-12 }, 'variance');
      const hmm = { ...options, nStates: 1, init: { emission: { means, covariances } } };
      const { emission } = await HiddenMarkovModel.fit(points, hmm);
      const found = (emission as unknown as { covariances: Float64Array }).covariances;
      near(found[0], variance, { rel: 1e-12 }, "the state's variance");
    },
  },
  ...[0, 1, 2].map(
    (seed): Case => ({
      name: `20,000 rows of which one cell is −9999, seed ${seed}`,
      async run(device) {
        const points = groups([0, 6], 10_000, 2, 5);
        points.data[12_345] = -9999;
        await fitsAsTheCpu(device, points, { nComponents: 2, seed, init: 'random-from-data', maxIter: 20 });
      },
    }),
  ),
  ...(['full', 'tied', 'diag', 'spherical'] as const).map(
    (covarianceType): Case => ({
      name: `two blobs 10⁴ standard deviations apart, means that begin between them, ${covarianceType}`,
      async run(device) {
        const points = groups([0, 1e4, 1e4], 100, 2, 6);
        const init = Uint32Array.from({ length: 300 }, (_, i) => i % 2);
        await fitsAsTheCpu(device, points, { nComponents: 2, init, covarianceType });
      },
    }),
  ),
  ...[1, 2].map(
    (nComponents): Case => ({
      name: `components that reach as far as a fill value, ${nComponents}`,
      async run(device) {
        const points = withRow(groups([0, 10], 200, 1, 10), 17, 9.97e36);
        for (const covarianceType of ['full', 'tied', 'diag', 'spherical'] as const) {
          const options = { nComponents, covarianceType, init: 'random', maxIter: 5, tol: 0 } as const;
          await fitsAsTheCpu(device, points, options);
        }
      },
    }),
  ),
  {
    name: 'one row 10⁶ standard deviations from a thousand others',
    async run(device) {
      const points = withRow(groups([0, 10], 500, 2, 3), 17, 1e6);
      await fitsAsTheCpu(device, points, { nComponents: 3, seed: 2, tol: 1e-9 });
    },
  },
];

const fewRows: Case[] = [
  [2000, 100, 3, 1],
  [1000, 32, 32, 32],
  [400, 64, 8, 8],
].map(([n, d, k, clusters]) => ({
  name: `components of about as many rows as features: ${n} rows of ${d} features, ${k} components`,
  async run(device) {
    const rng = createRng(7, d);
    const means = Array.from({ length: clusters * d }, () => 6 * rng.normal());
    const data = Float64Array.from({ length: n * d }, (_, at) => {
      const cluster = Math.floor(at / d) % clusters;
      return means[cluster * d + (at % d)] + rng.normal();
    });
    const options = { nComponents: k, init: 'random-from-data', seed: 1, maxIter: 3, tol: 0 } as const;
    // Near-singular covariances magnify what the first steps round: to 1e-5 here, where float32 alone fails.
    await fitsAsTheCpu(device, { data, shape: [n, d] }, options, 1e-4);
  },
}));

const narrow: Case[] = [
  {
    name: 'random responsibilities are those of the seed, though their sums are taken twice',
    async run(device) {
      const rng = createRng(11);
      const rows = Array.from({ length: 500 }, () => {
        const x = rng.normal();
        return [x, 2 * x + 1e-5 * rng.normal()];
      });
      const options = { nComponents: 3, init: 'random', seed: 1, maxIter: 0, regCovar: 1e-14 } as const;
      const own = await GaussianMixture.fit(rows, { ...options, device });
      const right = await GaussianMixture.fit(rows, { ...options, device: cpu() });
      allNear(own.weights, right.weights, { rel: 1e-6 }, 'weights');
      allNear(own.means, right.means, { abs: 1e-6 }, 'means');
    },
  },
  {
    name: 'a component narrower than the rounding of its rows',
    async run(device) {
      const rng = createRng(8);
      const isNarrow = (i: number) => i % 20 === 0;
      const data = Float64Array.from({ length: 4000 }, (_, i) =>
        isNarrow(i) ? 3 + 1e-9 * rng.normal() : rng.normal(),
      );
      const points: Matrix = { data, shape: [4000, 1] };
      const init = Uint32Array.from({ length: 4000 }, (_, i) => (isNarrow(i) ? 1 : 0));
      const fit = await fitsAsTheCpu(device, points, {
        nComponents: 2,
        init,
        regCovar: 1e-24,
        maxIter: 10,
        tol: 0,
      });
      near(fit.covariances[1], 1e-18, { rel: 0.3 }, 'variance of the narrow component');
      const proba = await fit.predictProba(points, { device });
      allNear(proba, await fit.predictProba(points, { device: cpu() }), { abs: 1e-6 }, 'posteriors');
    },
  },
  {
    name: 'counts of 10⁹ in groups that overlap, far from the rest',
    async run(device) {
      const rng = createRng(9);
      const rates = [1e9, 1e9 + 6e4, 1.1e9];
      const data = Float64Array.from({ length: 900 }, (_, i) =>
        Math.round(rates[i % 3] + Math.sqrt(rates[i % 3]) * rng.normal()),
      );
      const points: Matrix = { data, shape: [900, 1] };
      const init = Uint32Array.from({ length: 900 }, (_, i) => i % 3);
      const options = { family: 'poisson', nComponents: 3, init, maxIter: 5, tol: 0 } as const;
      const own = await Mixture.fit(points, { ...options, device });
      const right = await Mixture.fit(points, { ...options, device: cpu() });
      allNear(own.weights, right.weights, { abs: 1e-5 }, 'weights');
      near(own.fitInfo.logLikelihood / 900, right.fitInfo.logLikelihood / 900, { abs: 1e-4 }, 'nats a row');
    },
  },
];

/** Four columns, of which the last is the sum of two others to 10⁻⁶. */
function dependentColumns(seed: number): Matrix {
  const rng = createRng(seed, 3);
  const data = Float64Array.from(
    Array.from({ length: 400 }, (_, i) => {
      const [a, b, c, d] = Array.from({ length: 4 }, () => rng.normal());
      const far = a + (i % 2) * 6;
      return [far, b, c, far + b + 1e-6 * d];
    }).flat(),
  );
  return { data, shape: [400, 4] };
}

const moved: Case[] = (['BayesianGaussianMixture', 'HiddenMarkovModel'] as const).map(name => ({
  name: `${name} of columns that nearly depend on each other, which float32 cannot fit`,
  async run(device) {
    const points = dependentColumns(1);
    const options = { nComponents: 2, nStates: 2, regCovar: 0, seed: 1 };
    const fit = async (backend: Backend) => {
      const { nComponents, nStates, ...rest } = { ...options, device: backend };
      if (name === 'HiddenMarkovModel')
        return (await HiddenMarkovModel.fit(points, { nStates, ...rest })).fitInfo;
      return (await BayesianGaussianMixture.fit(points, { nComponents, ...rest })).fitInfo;
    };
    const memory = () => ('memory' in device ? device.memory : undefined);
    const before = memory();
    const [own, right] = [await fit(device), await fit(cpu())];
    near(own?.history.at(-1) ?? Number.NaN, right?.history.at(-1) ?? Number.NaN, { rel: 1e-6 }, 'objective');
    const isNoted = own?.notes.some(({ kind }) => kind === 'precision');
    ok(isNoted === (device.device === 'webgpu'), 'a note that it went to the CPU');
    ok(JSON.stringify(memory()) === JSON.stringify(before), 'nothing is left on the device');
  },
}));

export const numberCases: Case[] = [
  ...units,
  ...farGroups,
  ...fills,
  ...leaps,
  ...fewRows,
  ...narrow,
  ...moved,
];
