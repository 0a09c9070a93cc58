/** A row of weight w is w rows. */

import { recentre } from '../../src/contract/statistics.js';
import {
  type Backend,
  BayesianGaussianMixture,
  bernoulli,
  type CovarianceName,
  constrained,
  diag,
  type EStepRule,
  em,
  exact,
  type Family,
  full,
  GaussianMixture,
  gaussian,
  hard,
  KMeans,
  type Matrix,
  type Model,
  matrix,
  mixture,
  partial,
  poisson,
  type Rows,
  spherical,
  tempered,
  tied,
} from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, identical, near, rejects } from '../support/assert.js';
import type { Case } from './case.js';

const COVARIANCES = { full, tied, diag, spherical };
const TYPES = Object.keys(COVARIANCES) as CovarianceName[];

/** Rows in three clouds, a few of them far away, and whole weights from 0 to 3. */
function weighed(n: number, d: number, far = 1e5) {
  const rng = createRng(n, d);
  const data = Float64Array.from({ length: n * d }, (_, at) => {
    const row = Math.floor(at / d);
    return (row % 3) * 4 + rng.normal() + (row % 211 === 3 ? far : 0);
  });
  const weights = Float64Array.from({ length: n }, (_, i) => (i * 7) % 4);
  return { points: matrix(data, [n, d]), weights };
}

/** The rows, each as often as it counts. */
function repeated({ data, shape: [, d] }: Matrix, weights: Float64Array): Matrix {
  const rows = Array.from(weights).flatMap((weight, i) =>
    Array.from({ length: weight }, () => Array.from(data.subarray(i * d, (i + 1) * d))),
  );
  return matrix(Float64Array.from(rows.flat()), [rows.length, d]);
}

/** Both tables, and what `work` makes of them. */
async function onBoth(
  backend: Backend,
  { points, weights }: ReturnType<typeof weighed>,
  work: (own: Rows, all: Rows) => Promise<void>,
): Promise<void> {
  const own = await backend.load(points, { weights });
  const all = await backend.load(repeated(points, weights));
  try {
    await work(own, all);
  } finally {
    own.dispose();
    all.dispose();
  }
}

const tolerance = ({ device }: Backend) => (device === 'cpu' ? 1e-12 : 2e-6);

/** Statistics of one E-step, of the same model at the same θ. */
async function sameStatistics<P>(backend: Backend, model: Model<P>, start: P, own: Rows, all: Rows) {
  const rel = tolerance(backend);
  const b = await model.on(all).eStep(start);
  const found = await model.on(own).eStep(start);
  const a = recentre(found, b.origin); // the device rounds means by the rows' units
  near(a.mass, b.mass, { rel: 1e-15 }, 'mass');
  near(a.logLikelihood, b.logLikelihood, { rel }, 'log-likelihood');
  const size = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  allNear(a.counts, b.counts, { abs: rel * b.mass }, 'counts');
  allNear(a.sums, b.sums, { abs: 10 * rel * size(b.sums) }, 'sums');
}

const SHAPES = [
  [900, 2, 3],
  [700, 5, 8],
  [600, 20, 4],
] as const;

const gaussians: Case = {
  name: 'weights: statistics of Gaussian mixtures are those of repeated rows, far rows and zeros included',
  async run(backend) {
    for (const [n, d, k] of SHAPES) {
      for (const name of TYPES) {
        const data = weighed(n, d);
        await onBoth(backend, data, async (own, all) => {
          near(own.mass, all.mass, { rel: 1e-15 }, 'mass');
          allNear(own.center, all.center, { rel: 1e-12 }, 'column means');
          allNear(own.scale, all.scale, { rel: 1e-12 }, 'column widths');
          const model = mixture(gaussian({ covariance: COVARIANCES[name] }), { nComponents: k });
          const means = Float64Array.from(data.points.data.subarray(0, k * d));
          const start = {
            ...model.family.around(means, k, {
              center: new Float64Array(d),
              scale: new Float64Array(d).fill(2),
            }),
            weights: new Float64Array(k).fill(1 / k),
          };
          await sameStatistics(backend, model, start, own, all);
        });
      }
    }
  },
};

const counts: Case = {
  name: 'weights: statistics of mixtures of counts are those of repeated rows',
  async run(backend) {
    const rng = createRng(4);
    const weights = Float64Array.from({ length: 500 }, (_, i) => i % 3);
    for (const [family, most] of [
      [poisson() as Family, 9],
      [bernoulli() as unknown as Family, 1],
    ] as const) {
      const data = Float64Array.from({ length: 1500 }, () => Math.floor(rng.uniform() * (most + 1)));
      await onBoth(backend, { points: matrix(data, [500, 3]), weights }, async (own, all) => {
        const model = mixture(family, { nComponents: 2 });
        const around = model.family.around(Float64Array.of(0.2, 0.3, 0.4, 0.7, 0.5, 0.6), 2, own);
        const start = { ...around, weights: Float64Array.of(0.3, 0.7) };
        await sameStatistics(backend, model, start, own, all);
      });
    }
  },
};

const RULES: Record<string, EStepRule> = {
  exact,
  hard,
  tempered: tempered(0.5),
  partial: partial({ blocks: 1 }),
  'bounds on mass': constrained({ mass: { min: 0.2 } }),
};

const rules: Case = {
  name: 'weights: iterates of the rules are those of repeated rows',
  async run(backend) {
    const data = weighed(600, 2, 0);
    await onBoth(backend, data, async (own, all) => {
      const model = mixture(gaussian(), { nComponents: 3 });
      const start = {
        weights: Float64Array.of(0.3, 0.3, 0.4),
        means: Float64Array.of(0, 0, 4, 4, 8, 8),
        covariances: Float64Array.of(2, 0, 0, 2, 2, 0, 0, 2, 2, 0, 0, 2),
      };
      for (const [name, eStep] of Object.entries(RULES)) {
        const options = { eStep, tol: 0, maxIter: 4 };
        const [a, b] = [await em(model, start, own, options), await em(model, start, all, options)];
        const rel = backend.device === 'cpu' ? 1e-10 : 2e-5;
        allNear(a.history, b.history, { rel }, `${name}: history`);
        allNear(a.parameters.means, b.parameters.means, { rel, abs: rel }, `${name}: means`);
        allNear(a.parameters.weights, b.parameters.weights, { abs: rel }, `${name}: weights`);
      }
    });
  },
};

const labelled: Case = {
  name: 'weights: known rows count as often as they do',
  async run(backend) {
    const { points, weights } = weighed(600, 2, 0);
    const labels = Int32Array.from({ length: 600 }, (_, i) => (i % 9 === 0 ? i % 3 : -1));
    const copies = Array.from(weights).flatMap((weight, i) => new Array<number>(weight).fill(labels[i]));
    const wide = [
      [2, 0],
      [0, 2],
    ];
    const covariances = [wide, wide, wide];
    await onBoth(backend, { points, weights }, async (own, all) => {
      const options = {
        nComponents: 3,
        maxIter: 4,
        tol: 0,
        init: {
          weights: [0.3, 0.3, 0.4],
          means: [
            [0, 0],
            [4, 4],
            [8, 8],
          ],
          covariances,
        },
      };
      const [a, b] = [
        await GaussianMixture.fit(own, { ...options, eStep: constrained({ labels }) }),
        await GaussianMixture.fit(all, { ...options, eStep: constrained({ labels: copies }) }),
      ];
      const rel = backend.device === 'cpu' ? 1e-10 : 2e-5;
      allNear(a.fitInfo.history, b.fitInfo.history, { rel }, 'history');
    });
  },
};

const estimators: Case = {
  name: 'weights: k-means and the Bayesian mixture from the same start are those of repeated rows',
  async run(backend) {
    await onBoth(backend, weighed(600, 2), async (own, all) => {
      const init = [
        [0, 0],
        [4, 4],
        [8, 8],
      ];
      const rel = backend.device === 'cpu' ? 1e-10 : 2e-5;
      const kMeans = (rows: Rows) => KMeans.fit(rows, { nClusters: 3, init });
      const [a, b] = [await kMeans(own), await kMeans(all)];
      allNear(a.clusterCenters, b.clusterCenters, { rel, abs: rel }, 'centres');
      near(a.inertia as number, b.inertia as number, { rel }, 'inertia');
      const bayesian = (rows: Rows) =>
        BayesianGaussianMixture.fit(rows, { nComponents: 3, maxIter: 3, tol: 0, init: 'random-from-data' });
      const [one, other] = [await bayesian(own), await bayesian(own)];
      identical(one.means, other.means, 'the same twice');
    });
  },
};

const refused: Case = {
  name: 'weights that are none are refused',
  async run(backend) {
    const { points } = weighed(6, 2);
    for (const [weights, message] of [
      [[1, 2], /Expected 6 weights, one a row, got 2/],
      [[1, 1, -1, 1, 1, 1], /weight of row 2 must be a finite number ≥ 0, got -1/],
      [[1, 1, 1, 1, 1, Number.NaN], /weight of row 5 .* got NaN/],
      [[0, 0, 0, 0, 0, 0], /a weight above 0/],
    ] as const) {
      await rejects(() => backend.load(points, { weights: Float64Array.from(weights) }), Error, message);
    }
    const rows = await backend.load(points, { weights: new Float64Array(6).fill(2) });
    try {
      rows.divide({ lengths: Uint32Array.of(6) });
      throw new Error('divided');
    } catch (error) {
      if (!/weigh the sequences/.test((error as Error).message)) throw error;
    } finally {
      rows.dispose();
    }
  },
};

export const weightCases: readonly Case[] = [gaussians, counts, rules, labelled, estimators, refused];
