/** Every way to start, restarts, recovery of known parameters, stopping and cancelling. */
import {
  AbortedError,
  BayesianGaussianMixture,
  type CovarianceName,
  cpu,
  GaussianMixture,
  HiddenMarkovModel,
  type Init,
  matrix,
} from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, equal, near, ok, rejects } from '../support/assert.js';
import { adjustedRandIndex, randomMixture, randomPoints } from '../support/synthetic.js';
import type { Case } from './case.js';
import { iris } from './reference.js';

const recovery: Case[] = (['k-means++', 'k-means', 'random-from-data'] as const).map(init => ({
  name: `known parameters are recovered from ${init}`,
  async run(backend) {
    const truth = randomMixture(3, 2, { seed: 21, spread: 6 });
    const points = truth.sample(6000, { seed: 2 });
    const gmm = await GaussianMixture.fit(points, {
      nComponents: 3,
      init,
      nInit: 4,
      tol: 1e-5,
      device: backend,
    });
    for (let k = 0; k < 3; k++) {
      const distances = [0, 1, 2].map(c =>
        Math.hypot(gmm.means[2 * c] - truth.means[2 * k], gmm.means[2 * c + 1] - truth.means[2 * k + 1]),
      );
      const match = distances.indexOf(Math.min(...distances));
      near(gmm.weights[match], truth.weights[k], { rel: 0.1, abs: 0.01 }, 'weight');
      near(distances[match], 0, { abs: 0.12 }, 'distance of the means');
    }
    ok(
      adjustedRandIndex(await gmm.predict(points), points.labels) > 0.95,
      'an adjusted Rand index above 0.95',
    );
  },
}));

/** A uniform sample of 4096 rows misses five of 200,000 nine times in ten. */
const speck: Case = {
  name: 'k-means++ finds a far cluster of five rows in 200,000',
  async run(backend) {
    const n = 200_000;
    const points = randomPoints(n, 3, 2, { seed: 61, spread: 4 });
    for (let i = 0; i < 5; i++) points.data.set([900 + i, -900], 2 * (30_000 * i + 5000));
    for (let seed = 0; seed < 4; seed++) {
      const options = { nComponents: 4, maxIter: 0, seed, device: backend } as const;
      const { means, weights } = await GaussianMixture.fit(points, options);
      const found = [0, 1, 2, 3].find(k => means[2 * k] > 800);
      ok(found !== undefined, `a mean near the speck from seed ${seed}, got [${means}]`);
      near(weights[found as number] * n, 5, { abs: 1e-3 }, 'its rows');
    }
  },
};

/** The right fit is that of the groups. Of components as wide as all rows, float32 cannot tell which is the nearest. */
const farGroups: Case[] = [1e5, 1e8, 1e10].map(far => ({
  name: `starts find four groups at 0, 10, ${far} and that + 10, whatever the seed`,
  async run(backend) {
    const [rng, places] = [createRng(2), [0, 10, far, far + 10]];
    const data = Float64Array.from({ length: 2000 }, (_, i) => places[Math.floor(i / 500)] + rng.normal());
    const points = matrix(data, [2000, 1]);
    const labels = Uint32Array.from(data, (_, i) => Math.floor(i / 500));
    const known = await GaussianMixture.fit(points, { nComponents: 4, init: labels, device: cpu() });
    const rows = await backend.load(points);
    for (const init of ['short-runs', 'k-means++', 'k-means'] as const) {
      for (const seed of [0, 1, 2, 3]) {
        const { fitInfo, weights } = await GaussianMixture.fit(rows, { nComponents: 4, init, seed });
        near(fitInfo.logLikelihood, known.fitInfo.logLikelihood, { rel: 1e-5 }, `${init}, seed ${seed}`);
        allNear(weights, [0.25, 0.25, 0.25, 0.25], { abs: 1e-4 }, 'weights');
      }
    }
    const bayes = await BayesianGaussianMixture.fit(rows, { nComponents: 4 });
    allNear(bayes.weights, [0.25, 0.25, 0.25, 0.25], { abs: 1e-2 }, 'weights of the Bayesian mixture');
    // Of sorted rows a chain of four states has no doubt but the three steps between groups: of 500 rows each, the last steps on.
    const steps = 3 * (499 * Math.log(499 / 500) + Math.log(1 / 500));
    const { fitInfo } = await HiddenMarkovModel.fit(rows, { nStates: 4 });
    near(
      fitInfo.logLikelihood,
      known.fitInfo.logLikelihood + 2000 * Math.log(4) + steps,
      { abs: 1 },
      'chain',
    );
    rows.dispose();
  },
}));

const randomStart: Case = {
  name: 'a start from random responsibilities begins near the centre and climbs',
  async run(backend) {
    const points = randomPoints(2000, 2, 2, { seed: 3, spread: 4 });
    const options = { nComponents: 2, init: 'random', seed: 1, device: backend } as const;
    const start = await GaussianMixture.fit(points, { ...options, maxIter: 0 });
    near(start.means[0], start.means[2], { abs: 0.5 }, 'first feature of the two means');
    const gmm = await GaussianMixture.fit(points, { ...options, maxIter: 200, tol: 1e-6 });
    ok(gmm.fitInfo.logLikelihood > start.fitInfo.logLikelihood, 'the fit to climb from its start');
  },
};

const given: Case = {
  name: 'labels, responsibilities, parameters and a model start a fit where they say',
  async run(backend) {
    const [n] = iris.shape;
    const labels = Array.from({ length: n }, (_, i) => Math.floor(i / 50));
    const responsibilities = { data: new Float64Array(n * 3), shape: [n, 3] as const };
    labels.forEach((label, i) => {
      responsibilities.data[i * 3 + label] = 1;
    });
    const fit = (init: Init) =>
      GaussianMixture.fit(iris, { nComponents: 3, init, maxIter: 0, device: backend });
    const fromLabels = await fit(labels);
    near(fromLabels.means[0], 5.006, { abs: 1e-4 }, 'mean sepal length of the first species');
    near(fromLabels.means[11], 2.026, { abs: 1e-4 }, 'mean petal width of the third');
    const { logLikelihood } = fromLabels.fitInfo;
    equal((await fit(responsibilities)).fitInfo.logLikelihood, logLikelihood, 'from responsibilities');
    equal((await fit(fromLabels)).fitInfo.logLikelihood, logLikelihood, 'from a model');
    const { weights, means, covariances } = fromLabels.toJSON();
    equal(
      (await fit({ weights, means, covariances })).fitInfo.logLikelihood,
      logLikelihood,
      'from parameters',
    );
  },
};

const restarts: Case = {
  name: 'more restarts never give a worse fit, and the best is kept with its own history',
  async run(backend) {
    const points = randomPoints(300, 6, 2, { spread: 2, seed: 31 });
    const options = {
      nComponents: 6,
      init: 'random-from-data',
      maxIter: 30,
      seed: 5,
      device: backend,
    } as const;
    const histories: number[][] = [];
    const best = await GaussianMixture.fit(points, {
      ...options,
      nInit: 5,
      onIteration: ({ restart, logLikelihood }) => {
        histories[restart] ??= [];
        histories[restart].push(logLikelihood);
      },
    });
    const one = await GaussianMixture.fit(points, { ...options, nInit: 1 });
    equal(histories.length, 5, 'restarts');
    const ends = histories.map(history => history[history.length - 1]);
    equal(best.fitInfo.logLikelihood, Math.max(...ends), 'the best log-likelihood');
    equal(best.fitInfo.history.length, histories[ends.indexOf(Math.max(...ends))].length, 'its history');
    equal(one.fitInfo.logLikelihood, ends[0], 'the first start');
  },
};

const stopping: Case = {
  name: 'reaching the tolerance is converging, running out is not',
  async run(backend) {
    const fit = (tol: number, maxIter: number) =>
      GaussianMixture.fit(iris, { nComponents: 3, tol, maxIter, device: backend }).then(gmm => gmm.fitInfo);
    const converged = await fit(1e-3, 500);
    equal(converged.stopReason, 'tolerance', 'stopReason');
    equal(converged.converged, true, 'converged');
    const [before, after] = converged.history.slice(-2);
    ok(Math.abs(after - before) / 150 < 1e-3, 'the last change to be below the tolerance');
    const out = await fit(0, 7);
    equal(out.stopReason, 'maxIter', 'stopReason');
    equal(out.converged, false, 'converged');
    equal(out.nIter, 7, 'nIter');
    equal(out.history.length, 8, 'history');
  },
};

const cancelling: Case = {
  name: 'a raised signal stops within one iteration and keeps the last model',
  async run(backend) {
    const points = randomPoints(20_000, 3, 3, { seed: 41 });
    const controller = new AbortController();
    let seen = 0;
    const gmm = await GaussianMixture.fit(points, {
      nComponents: 3,
      tol: 0,
      maxIter: 1000,
      device: backend,
      signal: controller.signal,
      onIteration: ({ iteration }) => {
        seen = iteration;
        if (iteration === 3) controller.abort();
      },
    });
    equal(gmm.fitInfo.stopReason, 'aborted', 'stopReason');
    equal(gmm.fitInfo.converged, false, 'converged');
    ok(seen <= 4, `no more than one iteration after the signal, got ${seen - 3}`);
    equal(gmm.fitInfo.nIter, seen, 'nIter');
    near((await gmm.score(points)) * 20_000, gmm.fitInfo.logLikelihood, { rel: 1e-6 }, 'its own likelihood');
    await rejects(
      () => GaussianMixture.fit(points, { nComponents: 3, signal: controller.signal, device: backend }),
      AbortedError,
      /no model/,
    );
  },
};

const sampling: Case[] = (['full', 'tied', 'diag', 'spherical'] as CovarianceName[]).map(covarianceType => ({
  name: `${covarianceType}: rows sampled from a fit have its moments`,
  async run(backend) {
    const gmm = await GaussianMixture.fit(randomPoints(3000, 2, 2, { seed: 51 }), {
      nComponents: 2,
      covarianceType,
      device: backend,
    });
    const sampled = gmm.sample(40_000, { seed: 6 });
    const again = await GaussianMixture.fit(sampled, {
      nComponents: 2,
      covarianceType,
      init: sampled.labels,
      maxIter: 0,
      device: backend,
    });
    for (let i = 0; i < 4; i++) near(again.means[i], gmm.means[i], { abs: 0.05 }, `means[${i}]`);
    gmm.covariances.forEach((value, t) => {
      near(again.covariances[t], value, { rel: 0.05, abs: 0.05 }, `covariances[${t}]`);
    });
    equal(gmm.sample(3, { seed: 6 }).data[5], gmm.sample(3, { seed: 6 }).data[5], 'a seeded draw');
  },
}));

export const startCases: Case[] = [
  ...recovery,
  speck,
  ...farGroups,
  randomStart,
  given,
  restarts,
  stopping,
  cancelling,
  ...sampling,
];
