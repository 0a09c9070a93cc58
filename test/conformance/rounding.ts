/**
 * What rounds rows apart: few rows in groups far apart, far rows of columns that depend on each other, covariances that
 * regCovar decides. Right values are float64's on the CPU, at the same parameters.
 */
import { cpu, GaussianMixture, type Matrix } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, near } from '../support/assert.js';
import type { Case } from './case.js';

/** Six groups of twelve rows, 10⁴ standard deviations apart. */
function fewAndFarApart(seed: number): Matrix {
  const rng = createRng(seed, 21);
  const centres = Float64Array.from({ length: 18 }, () => 1e4 * rng.normal());
  const data = Float64Array.from({ length: 216 }, (_, at) => {
    const group = Math.floor(at / 36);
    return centres[3 * group + (at % 3)] + rng.normal();
  });
  return { data, shape: [72, 3] };
}

/** Eight groups of some 20 rows each, 10³ standard deviations apart. */
function groups(seed: number): Matrix {
  const rng = createRng(seed, 26);
  const centres = Float64Array.from({ length: 24 }, () => 1e3 * rng.normal());
  const data = new Float64Array(450);
  for (let i = 0; i < 150; i++) {
    const group = rng.integer(8);
    for (let j = 0; j < 3; j++) data[3 * i + j] = centres[3 * group + j] + rng.normal();
  }
  return { data, shape: [150, 3] };
}

/** Columns of heavy tails, which one part runs through. */
function heavyTails(seed: number): Matrix {
  const rng = createRng(seed, 22);
  const d = 8;
  const data = new Float64Array(600 * d);
  for (let i = 0; i < 600; i++) {
    const common = (30 * rng.normal()) / rng.normal();
    for (let j = 0; j < d; j++) data[i * d + j] = common + rng.normal() / rng.normal();
  }
  return { data, shape: [600, d] };
}

/** Four columns of which the last is a combination of the others, and one far row. */
function dependentAndFar(seed: number): Matrix {
  const rng = createRng(seed, 23);
  const data = new Float64Array(4 * 217);
  for (let i = 0; i < 217; i++) {
    const [a, b, c] = [rng.uniform(), rng.uniform(), rng.uniform()];
    data.set(i === 100 ? [1e8, -2e8, 5e7, 1e8] : [a, b, c, a - 0.5 * b], 4 * i);
  }
  return { data, shape: [217, 4] };
}

export const roundingCases: Case[] = [
  {
    name: 'few rows in groups far apart have the log-likelihood of float64',
    async run(device) {
      for (const seed of [1, 2, 3]) {
        const points = fewAndFarApart(seed);
        const model = await GaussianMixture.fit(points, { nComponents: 6, seed, device: cpu() });
        const options = { nComponents: 6, init: model, maxIter: 0 };
        const [own, right] = await Promise.all(
          [device, cpu()].map(backend => GaussianMixture.fit(points, { ...options, device: backend })),
        );
        const bound = { rel: 1e-6, abs: 72e-4 };
        near(own.fitInfo.logLikelihood, right.fitInfo.logLikelihood, bound, `log-likelihood, seed ${seed}`);
      }
    },
  },
  {
    name: 'an M-step after which rows change hands, of components that hold few, is that of float64',
    async run(device) {
      for (const seed of [3, 95, 196]) {
        const points = groups(seed);
        const from = { nComponents: 4, init: 'random-from-data', seed, maxIter: 4, tol: 0 } as const;
        const init = await GaussianMixture.fit(points, { ...from, device: cpu() });
        const [own, right] = await Promise.all(
          [device, cpu()].map(async backend => {
            const next = await GaussianMixture.fit(points, { ...from, init, maxIter: 1, device: backend });
            return next.score(points, { device: cpu() });
          }),
        );
        near(own, right, { abs: 1e-4, rel: 1e-6 }, `nats a row, seed ${seed}`);
      }
    },
  },
  {
    name: 'far rows of columns that depend on each other are scored as in float64',
    async run(device) {
      for (const seed of [29, 49]) {
        const points = heavyTails(seed);
        const model = await GaussianMixture.fit(points, { nComponents: 3, seed, maxIter: 10, device: cpu() });
        const scores = await model.scoreSamples(points, { device });
        allNear(
          scores,
          await model.scoreSamples(points, { device: cpu() }),
          { abs: 1e-4, rel: 1e-6 },
          'scores',
        );
      }
    },
  },
  ...(
    [
      { covarianceType: 'diag', power: 0 },
      { covarianceType: 'spherical', power: 0 },
      { covarianceType: 'spherical', power: 400 },
    ] as const
  ).map(
    ({ covarianceType, power }): Case => ({
      name: `rows at the edge of a component far from the centre are scored as in float64, ${covarianceType}, in units of 2^${power}`,
      async run(device) {
        const rng = createRng(6, 25);
        const unit = 2 ** power;
        const data = Float64Array.from({ length: 4000 }, () => unit * (1400 + 2 * rng.normal()));
        const points: Matrix = { data, shape: [2000, 2] };
        const means = [0, 1400].map(mean => [unit * mean, unit * mean]);
        const variance = unit * unit;
        const covariances =
          covarianceType === 'diag' ? means.map(() => [variance, variance]) : [variance, variance];
        const model = GaussianMixture.fromParameters(
          { weights: [0.5, 0.5], means, covariances },
          { covarianceType },
        );
        const [own, right] = await Promise.all(
          [device, cpu()].map(backend => model.scoreSamples(points, { device: backend })),
        );
        const inUnits = (scores: Float64Array) => scores.map(score => score + 2 * Math.log(unit));
        allNear(inUnits(own), inUnits(right), { abs: 1e-4, rel: 1e-6 }, 'scores');
      },
    }),
  ),
  {
    name: 'hidden rows are not taken to a component that has none of them, and are taken away again as in float64',
    async run(device) {
      const rng = createRng(5, 24);
      const d = 12;
      const data = Float64Array.from({ length: 124 * d }, (_, at) => (at < 62 * d ? 0 : 2e4) + rng.normal());
      const points: Matrix = { data, shape: [124, d] };
      const means = [0, 2e4, 40].map(mean => new Array<number>(d).fill(mean));
      const init = { weights: [0.5, 0.5, 0], means, covariances: [1, 1, 4e5] };
      const options = { nComponents: 3, covarianceType: 'spherical', init, maxIter: 0 } as const;
      const [own, right] = await Promise.all(
        [device, cpu()].map(backend => GaussianMixture.fit(points, { ...options, device: backend })),
      );
      near(
        own.fitInfo.logLikelihood,
        right.fitInfo.logLikelihood,
        { rel: 1e-6, abs: 124e-4 },
        'log-likelihood',
      );
    },
  },
  {
    name: 'a fill value beside components that overlap, in groups far apart, has the log-likelihood of float64',
    async run(device) {
      const rng = createRng(7, 27);
      const n = 1200;
      const [left, right] = [-13998.1, 5965.3];
      const rows = Array.from({ length: n }, (_, i) => [(i % 3 ? left : right) + rng.normal(), rng.normal()]);
      rows[500][1] = 9.97e36;
      const means = [[left, 0], [left + 1, 0], [right, 0], [right + 1, 0], rows[500]];
      const init = {
        weights: means.map((_, k) => (k < 4 ? (n - 1) / (4 * n) : 1 / n)),
        means,
        covariances: means.map(() => 1),
      };
      const options = { nComponents: 5, covarianceType: 'spherical', init, maxIter: 0 } as const;
      const [own, exact] = await Promise.all(
        [device, cpu()].map(backend => GaussianMixture.fit(rows, { ...options, device: backend })),
      );
      const bound = { rel: 1e-6, abs: n * 1e-4 };
      near(own.fitInfo.logLikelihood, exact.fitInfo.logLikelihood, bound, 'log-likelihood');
    },
  },
  {
    name: 'an M-step of covariances that regCovar decides is that of float64',
    async run(device) {
      const points = dependentAndFar(4);
      const options = { nComponents: 8, tol: 0 };
      const from = { ...options, init: 'k-means', seed: 4, maxIter: 6 } as const;
      const init = await GaussianMixture.fit(points, { ...from, device: cpu() });
      const [own, right] = await Promise.all(
        [device, cpu()].map(async backend => {
          const next = await GaussianMixture.fit(points, { ...options, init, maxIter: 1, device: backend });
          return next.score(points, { device: cpu() });
        }),
      );
      near(own, right, { abs: 1e-4, rel: 1e-6 }, 'nats a row');
    },
  },
];
