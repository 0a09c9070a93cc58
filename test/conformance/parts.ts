/** A sum of tables is a table. */
import {
  anderson,
  type Backend,
  BayesianGaussianMixture,
  bernoulli,
  type CovarianceName,
  constrained,
  cpu,
  diag,
  type EStepRule,
  em,
  exact,
  type Family,
  full,
  GaussianMixture,
  gaussian,
  HiddenMarkovModel,
  hard,
  ImpossibleSequenceError,
  InvalidArgumentError,
  KMeans,
  type Matrix,
  Mixture,
  matrix,
  maximumAPosteriori,
  mixture,
  multinomial,
  partial,
  poisson,
  type Rows,
  recentre,
  sampled,
  spherical,
  stepwise,
  sumOfTables,
  tempered,
  tied,
} from '../../src/index.js';
import { HiddenMarkov } from '../../src/models/hidden-markov-model.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, equal, identical, near, ok, rejects } from '../support/assert.js';
import type { Case } from './case.js';

/** Seven parts of uneven sizes, one of them a single row. */
const SIZES = [211, 1, 97, 400, 33, 128, 30] as const;
const N = SIZES.reduce((sum: number, size) => sum + size, 0);
const COVARIANCES = { full, tied, diag, spherical };

function rows(d: number, most?: number): Matrix {
  const rng = createRng(d, most);
  const data = Float64Array.from({ length: N * d }, (_, at) =>
    most === undefined
      ? 50 + (Math.floor(at / d) % 3) * 4 + rng.normal()
      : Math.floor(rng.uniform() * (most + 1)),
  );
  return matrix(data, [N, d]);
}

async function inParts(backend: Backend, { data, shape: [, d] }: Matrix, weights?: Float64Array) {
  let begin = 0;
  const parts: Rows[] = [];
  for (const size of SIZES) {
    const own = weights?.slice(begin, begin + size);
    const points = matrix(data.slice(begin * d, (begin + size) * d), [size, d]);
    parts.push(await backend.load(points, { weights: own }));
    begin += size;
  }
  return sumOfTables(parts);
}

/** One table and the same in parts, and what `work` makes of them. */
async function onBoth(
  backend: Backend,
  points: Matrix,
  work: (whole: Rows, parts: Rows) => Promise<void>,
  weights?: Float64Array,
): Promise<void> {
  const whole = await backend.load(points, { weights });
  const parts = await inParts(backend, points, weights);
  try {
    await work(whole, parts);
  } finally {
    whole.dispose();
    parts.dispose();
  }
}

const START = {
  weights: Float64Array.of(0.3, 0.3, 0.4),
  means: Float64Array.of(50, 50, 54, 54, 58, 58),
  covariances: Float64Array.of(2, 0, 0, 2, 2, 0, 0, 2, 2, 0, 0, 2),
};
const largest = (values: Float64Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const statistics: Case = {
  name: 'parts: statistics, columns and rows of seven uneven parts are those of one table',
  async run(backend) {
    const rel = backend.device === 'cpu' ? 1e-12 : 2e-6;
    const weights = Float64Array.from({ length: N }, (_, i) => (i % 5) / 2);
    for (const own of [undefined, weights]) {
      const points = rows(3);
      await onBoth(
        backend,
        points,
        async (whole, parts) => {
          equal(parts.shape.join(), whole.shape.join(), 'shape');
          near(parts.mass, whole.mass, { rel: 1e-15 }, 'mass');
          allNear(parts.center, whole.center, { rel: 1e-14 }, 'column means');
          allNear(parts.scale, whole.scale, { rel: 1e-13 }, 'column widths');
          identical(await parts.read(205, 120), await whole.read(205, 120), 'rows in order');
          identical(
            await parts.take([899, 0, 211, 210, 500]),
            await whole.take([899, 0, 211, 210, 500]),
            'rows',
          );
          for (const name of Object.keys(COVARIANCES) as CovarianceName[]) {
            const model = mixture(gaussian({ covariance: COVARIANCES[name] }), { nComponents: 3 });
            const means = Float64Array.of(50, 50, 51, 54, 53, 54, 58, 58, 57);
            const start = { ...model.family.around(means, 3, whole), weights: START.weights };
            const [all, found] = [await model.on(whole).eStep(start), await model.on(parts).eStep(start)];
            const sum = recentre(found, all.origin);
            near(sum.logLikelihood, all.logLikelihood, { rel }, 'log-likelihood');
            near(sum.mass, all.mass, { rel: 1e-15 }, 'mass');
            allNear(sum.counts, all.counts, { abs: rel * all.mass }, 'counts');
            allNear(sum.sums, all.sums, { abs: 20 * rel * largest(all.sums) }, 'sums');
          }
        },
        own,
      );
    }
  },
};

const bits: Case = {
  name: 'parts: where they are the blocks, bits are those of the blocks in turn',
  async run(backend) {
    const points = rows(2);
    const units = { center: Float64Array.of(54, 54), scale: Float64Array.of(4, 4) };
    const of = 6;
    const ends = Array.from({ length: of + 1 }, (_, i) => Math.floor((i * N) / of));
    const parts = sumOfTables(
      await Promise.all(
        Array.from({ length: of }, (_, i) => {
          const data = points.data.slice(2 * ends[i], 2 * ends[i + 1]);
          return backend.load(matrix(data, [ends[i + 1] - ends[i], 2]), { units });
        }),
      ),
    );
    const whole = await backend.load(points, { units });
    const densities = mixture(gaussian(), { nComponents: 3 }).densities(START, whole);
    const sum = await parts.eStep(densities);
    const blocks = await Promise.all(
      Array.from({ length: of }, (_, index) => whole.eStep(densities, { block: { index, of } })),
    );
    const [first, ...others] = blocks;
    const sums = Float64Array.from(first.sums);
    let logLikelihood = first.logLikelihood;
    for (const block of others) {
      block.sums.forEach((value, i) => {
        sums[i] += value;
      });
      logLikelihood += block.logLikelihood;
    }
    identical(sum.sums, sums, 'sums');
    identical([sum.logLikelihood], [logLikelihood], 'log-likelihood');
    parts.dispose();
    whole.dispose();
  },
};

/** Those that see all rows alike; blocks and draws of parts are other ones, or the same. */
const SAME: Record<string, EStepRule> = {
  exact,
  hard,
  tempered: tempered(0.5),
  sampled: sampled({ draws: 3, seed: 2 }),
  'bounds on mass': constrained({ mass: { min: 0.2 } }),
  labels: constrained({
    labels: Int32Array.from({ length: N }, (_, i) => (i % 40 === 0 ? 1 : -1)),
    mustLink: [[3, 700, 210, 211]],
  }),
};
const OTHER: Record<string, EStepRule> = {
  partial: partial({ blocks: 4 }),
  stepwise: stepwise({ blocks: 4 }),
};

const rules: Case = {
  name: 'parts: every rule runs on them, and those of all rows alike give the iterates of one table',
  async run(backend) {
    const rel = backend.device === 'cpu' ? 1e-11 : 2e-5;
    const model = mixture(gaussian(), { nComponents: 3 });
    await onBoth(backend, rows(2), async (whole, parts) => {
      for (const [name, eStep] of Object.entries(SAME)) {
        const options = { eStep, tol: 0, maxIter: 4 };
        const [a, b] = [await em(model, START, parts, options), await em(model, START, whole, options)];
        // Draws near the end of a component's interval differ by rounding on devices.
        const allowed = name === 'sampled' && backend.device !== 'cpu' ? 1e-2 : rel;
        allNear(a.history, b.history, { rel: allowed }, `${name}: history`);
        allNear(a.parameters.means, b.parameters.means, { rel: allowed }, `${name}: means`);
      }
      for (const [name, eStep] of Object.entries(OTHER)) {
        const fit = await em(model, START, parts, { eStep, tol: 0, maxIter: 40 });
        const plain = await em(model, START, whole, { tol: 0, maxIter: 40 });
        near(fit.logLikelihood, plain.logLikelihood, { rel: 0.1 }, name);
      }
      const options = { tol: 0, maxIter: 6 };
      for (const extra of [{ accelerate: anderson }, { mStep: maximumAPosteriori({ weights: 2 }) }]) {
        const [a, b] = [
          await em(model, START, parts, { ...options, ...extra }),
          await em(model, START, whole, { ...options, ...extra }),
        ];
        near(a.logLikelihood, b.logLikelihood, { rel: 10 * rel }, 'log-likelihood');
      }
    });
  },
};

const estimators: Case = {
  name: 'parts: every estimator fits them, as one table',
  async run(backend) {
    const rel = backend.device === 'cpu' ? 1e-8 : 2e-4;
    const own = { maxIter: 5, tol: 0, seed: 4 };
    await onBoth(backend, rows(2), async (whole, parts) => {
      for (const init of ['short-runs', 'k-means', 'k-means++', 'random-from-data', 'random'] as const) {
        const options = { ...own, nComponents: 3, init };
        const [a, b] = [await GaussianMixture.fit(parts, options), await GaussianMixture.fit(whole, options)];
        near(a.fitInfo.logLikelihood, b.fitInfo.logLikelihood, { rel }, init);
        identical(await a.predict(parts), await a.predict(whole), 'labels');
      }
      const kMeans = { nClusters: 3, seed: 4 };
      const [c, d] = [await KMeans.fit(parts, kMeans), await KMeans.fit(whole, kMeans)];
      near(c.inertia as number, d.inertia as number, { rel }, 'inertia');
      const bayesian = { ...own, nComponents: 3 };
      const [e, f] = [
        await BayesianGaussianMixture.fit(parts, bayesian),
        await BayesianGaussianMixture.fit(whole, bayesian),
      ];
      near(e.fitInfo.lowerBound, f.fitInfo.lowerBound, { rel }, 'lower bound');
    });
    for (const [family, most] of [
      ['poisson', 9],
      ['bernoulli', 1],
    ] as const) {
      await onBoth(backend, rows(3, most), async (whole, parts) => {
        const options = { ...own, family, nComponents: 2 };
        const [a, b] = [await Mixture.fit(parts, options), await Mixture.fit(whole, options)];
        near(a.fitInfo.logLikelihood, b.fitInfo.logLikelihood, { rel }, family);
      });
    }
  },
};

const chains: Case = {
  name: 'parts: chains along sequences that end where parts do',
  async run(backend) {
    const rel = backend.device === 'cpu' ? 1e-10 : 2e-5;
    const lengths = [11, 200, 1, 97, 150, 250, 33, 128, 30];
    await onBoth(backend, rows(2), async (whole, parts) => {
      const options = { emission: 'gaussian', nStates: 3, maxIter: 3, tol: 0, seed: 1, lengths } as const;
      const [a, b] = [
        await HiddenMarkovModel.fit(parts, options),
        await HiddenMarkovModel.fit(whole, options),
      ];
      allNear(a.fitInfo.history, b.fitInfo.history, { rel }, 'history');
      const [c, d] = [await a.decode(parts, { lengths }), await a.decode(whole, { lengths })];
      equal(c.states.join(), d.states.join(), 'paths');
      allNear(
        c.logProbabilities as Float64Array,
        d.logProbabilities as Float64Array,
        { rel },
        'their densities',
      );
      const tolerance = { abs: backend.device === 'cpu' ? 1e-12 : 1e-4 };
      const [g, h] = [await a.predictProba(parts, { lengths }), await a.predictProba(whole, { lengths })];
      allNear(g, h, tolerance, 'γ');
      await rejects(
        async () => parts.divide({ lengths: Uint32Array.of(212, N - 212) }),
        InvalidArgumentError,
        /sequence 0 goes on after the end of part 0/,
      );
    });
    const symbols = matrix(
      Float64Array.from({ length: 3 * N }, (_, at) => {
        const row = Math.floor(at / 3);
        return at % 3 === (row === 320 ? 2 : row % 2) ? 1 : 0;
      }),
      [N, 3],
    );
    const impossible = await inParts(backend, symbols);
    const model = new HiddenMarkov(multinomial(), { nStates: 2 });
    const divided = impossible.divide({ lengths: Uint32Array.from(lengths) });
    await rejects(
      () =>
        model.on(divided).eStep({
          initialProbs: Float64Array.of(0.5, 0.5),
          transitionMatrix: Float64Array.of(0.9, 0.1, 0.2, 0.8),
          emission: { probabilities: Float64Array.of(0.5, 0.5, 0, 0.3, 0.7, 0) },
        }),
      ImpossibleSequenceError,
      /Sequence 4 is impossible from its row 11 on/,
    );
    impossible.dispose();
  },
};

const mixed: Case = {
  name: 'parts: they may be on several backends',
  async run(backend) {
    const points = rows(2);
    const half = matrix(points.data.slice(0, 800), [400, 2]);
    const rest = matrix(points.data.slice(800), [N - 400, 2]);
    const parts = sumOfTables([await backend.load(half), await cpu().load(rest)]);
    const whole = await backend.load(points);
    const model = mixture(gaussian(), { nComponents: 3 });
    const options = { tol: 0, maxIter: 3 };
    const [a, b] = [await em(model, START, parts, options), await em(model, START, whole, options)];
    allNear(a.history, b.history, { rel: 2e-5 }, 'history');
    parts.dispose();
    whole.dispose();
    await rejects(() => parts.eStep(model.densities(START, parts)), Error, /disposed of/);
    const narrow = await backend.load(matrix(Float64Array.of(1, 2), [2, 1]));
    const wide = await backend.load(matrix(Float64Array.of(1, 2), [1, 2]));
    await rejects(async () => sumOfTables([narrow, wide]), InvalidArgumentError, /got 1 and 2/);
    await rejects(async () => sumOfTables([]), InvalidArgumentError, /at least, got none/);
    ok(sumOfTables([narrow]) === narrow, 'one table to be itself');
    narrow.dispose();
    wide.dispose();
  },
};

const counts: Case = {
  name: 'parts: statistics of counts are those of one table, baselines included',
  async run(backend) {
    const rel = backend.device === 'cpu' ? 1e-12 : 2e-6;
    for (const [family, most] of [
      [poisson() as Family, 9],
      [bernoulli() as unknown as Family, 1],
    ] as const) {
      await onBoth(backend, rows(3, most), async (whole, parts) => {
        const model = mixture(family, { nComponents: 2 });
        const around = model.family.around(Float64Array.of(0.2, 0.3, 0.4, 0.7, 0.5, 0.6), 2, whole);
        const start = { ...around, weights: Float64Array.of(0.3, 0.7) };
        const [a, b] = [await model.on(parts).eStep(start), await model.on(whole).eStep(start)];
        near(a.logLikelihood, b.logLikelihood, { rel }, 'log-likelihood');
        near(a.baseline as number, b.baseline as number, { rel: 1e-12, abs: 1e-12 }, 'baseline');
        allNear(a.counts, b.counts, { abs: rel * N }, 'counts');
      });
    }
  },
};

export const partCases: readonly Case[] = [statistics, bits, rules, estimators, chains, mixed, counts];
