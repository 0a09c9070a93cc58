import { describe, expect, test } from 'vitest';
import {
  BayesianGaussianMixture,
  type BayesianGaussianMixtureOptions,
  DegenerateCovarianceError,
  type EmError,
  InvalidArgumentError,
  ModelFormatError,
  type Points,
} from '../src/index.js';
import { logGamma } from '../src/numerics/special.js';
import { published } from './conformance/bayesian.js';
import { faithful, iris } from './conformance/reference.js';
import { near, rejects } from './support/assert.js';

const fitWith = (options: object, rows: Points = faithful) =>
  BayesianGaussianMixture.fit(rows, {
    nComponents: 2,
    device: 'cpu',
    ...options,
  } as BayesianGaussianMixtureOptions);

describe('the lower bound', () => {
  test.each(published)("$name: scikit-learn's and the constants that it leaves out", async fit => {
    const gmm = await fitWith({ ...fit.options, regCovar: 0, maxIter: 500 }, fit.points);
    const [k, d, n] = [gmm.nComponents, gmm.nFeatures, fit.points.shape[0]];
    const [nu, gamma] = [gmm.degreesOfFreedomPrior, gmm.weightConcentrationPrior];
    let ofWishart = 0.5 * nu * (d * Math.LN2 - logDeterminant(gmm));
    for (let j = 0; j < d; j++) ofWishart += logGamma((nu - j) / 2);
    const ofWeights =
      gmm.weightConcentrationPriorType === 'dirichlet-process'
        ? k * Math.log(gamma)
        : logGamma(k * gamma) - k * logGamma(gamma);
    const constants =
      0.5 * k * d * Math.log(gmm.meanPrecisionPrior) -
      k * ofWishart +
      ofWeights -
      0.5 * n * d * Math.log(2 * Math.PI);
    // scikit-learn's is taken half a step later than ours: that half step is over here.
    near(gmm.lowerBound, fit.lowerBound + constants, { rel: 1e-7 }, 'lower bound');
    for (const [i, bound] of gmm.fitInfo.history.entries()) {
      const before = gmm.fitInfo.history[Math.max(0, i - 1)];
      expect(bound).toBeGreaterThanOrEqual(before - 1e-12 * Math.abs(before));
    }
  });

  test('regCovar may lower it, by no more than the M-step says: such a fit is no error', async () => {
    let fell = false;
    for (const covarianceType of ['full', 'tied', 'diag', 'spherical'] as const) {
      for (const regCovar of [1e-6, 1e-3, 0.05, 1]) {
        const options = { nComponents: 5, covarianceType, regCovar, tol: 0, maxIter: 200 };
        const { history } = (await fitWith(options)).fitInfo;
        fell ||= history.some((bound, i) => i > 0 && bound < history[i - 1] - 1e-6);
      }
    }
    expect(fell).toBe(true);
  });

  test('onIteration sees it rise, with the parameters it belongs to', async () => {
    const seen: number[] = [];
    const gmm = await fitWith({
      onIteration: ({ lowerBound, iteration, restart, parameters }: never) => {
        seen.push(lowerBound);
        expect([iteration, restart]).toEqual([seen.length - 1, 0]);
        expect(parameters).toHaveProperty('meanPrecision');
      },
    });
    expect(seen).toEqual(gmm.fitInfo.history);
    expect(gmm.lowerBound).toBe(seen.at(-1));
  });

  test('the best of several starts has the highest', async () => {
    const options = { nComponents: 4, init: 'random', maxIter: 20 };
    const alone = await fitWith(options);
    const best = await fitWith({ ...options, nInit: 4 });
    expect(best.lowerBound).toBeGreaterThanOrEqual(alone.lowerBound);
  });
});

/** log det V₀ of a fit's prior, as a D × D determinant by elimination. */
function logDeterminant({ covarianceType, covariancePrior, nFeatures: d }: BayesianGaussianMixture): number {
  if (covarianceType === 'spherical') return d * Math.log(covariancePrior[0]);
  if (covarianceType === 'diag') return covariancePrior.reduce((sum, value) => sum + Math.log(value), 0);
  const a = Array.from({ length: d }, (_, i) => Array.from(covariancePrior.subarray(i * d, (i + 1) * d)));
  let sum = 0;
  for (let p = 0; p < d; p++) {
    sum += Math.log(a[p][p]);
    for (let i = p + 1; i < d; i++) {
      const factor = a[i][p] / a[p][p];
      for (let j = p; j < d; j++) a[i][j] -= factor * a[p][j];
    }
  }
  return sum;
}

describe('use', () => {
  test('labels are the largest responsibilities, scores their mean, samples those of the mixture', async () => {
    const gmm = await fitWith({ nComponents: 3 }, iris);
    const [labels, q] = [await gmm.predict(iris), await gmm.predictProba(iris)];
    labels.forEach((label, i) => {
      const row = q.subarray(3 * i, 3 * i + 3);
      expect(row[label]).toBe(Math.max(...row));
      near(row[0] + row[1] + row[2], 1, { abs: 1e-12 });
    });
    const scores = await gmm.scoreSamples(iris);
    near(await gmm.score(iris), scores.reduce((a, b) => a + b) / 150, { rel: 1e-12 });
    const { data, labels: drawn } = gmm.sample(20000, { seed: 3 });
    const share = (k: number) => drawn.filter(label => label === k).length / 20000;
    for (const k of [0, 1, 2]) near(share(k), gmm.weights[k], { abs: 0.02 });
    const mean = data.filter((_, i) => i % 4 === 2).reduce((a, b) => a + b) / 20000;
    const expected = gmm.weights.reduce((sum, weight, k) => sum + weight * gmm.means[4 * k + 2], 0);
    near(mean, expected, { abs: 0.05 });
  });

  test('points of another width are refused', () =>
    rejects(
      async () => (await fitWith({})).predict(iris),
      InvalidArgumentError,
      /has 2 features, the points have 4/,
    ));
});

describe('bad input', () => {
  test.each([
    [{ weightConcentrationPrior: 0 }, /weightConcentrationPrior must be a finite number > 0, got 0/],
    [{ weightConcentrationPrior: Number.NaN }, /weightConcentrationPrior must be .* > 0, got NaN/],
    [{ meanPrecisionPrior: -1 }, /meanPrecisionPrior must be a finite number > 0, got -1/],
    [{ meanPrior: [1, 2, 3] }, /meanPrior must have shape \[2\] \(2 numbers\), got 3/],
    [{ meanPrior: [1, Number.NaN] }, /meanPrior must be finite numbers, got NaN at index 1/],
    [{ degreesOfFreedomPrior: 1 }, /degreesOfFreedomPrior must be a finite number > D − 1 = 1, got 1/],
    [{ covariancePrior: [1, 2, 3] }, /covariancePrior must have shape \[2, 2\] \(4 numbers\), got 3/],
    [{ covariancePrior: [1, 0.5, 0.4, 1] }, /covariancePrior must be symmetric .* got 0.4 at \[1, 0\]/],
    [
      { covariancePrior: [1, 2, 2, 1] },
      /covariancePrior must be symmetric and positive definite; .*\(pivot 2 of 2 is -3\)\.$/,
    ],
    [{ covarianceType: 'diag', covariancePrior: [1] }, /covariancePrior must have shape \[2\]/],
    [{ covarianceType: 'spherical', covariancePrior: -2 }, /covariancePrior must be .*positive definite/],
    [
      { weightConcentrationPriorType: 'beta' },
      /must be one of dirichlet-process, dirichlet-distribution, got "beta"/,
    ],
    [{ weightPrior: 1 }, /Unknown option weightPrior; the options are .*weightConcentrationPrior/],
    [{ covarianceType: 'round' }, /covarianceType must be one of/],
    [{ nComponents: 0 }, /nComponents must be an integer from 1/],
    [{ nComponents: 300 }, /at most the number of rows, 272, got 300/],
    [{ nInit: 0 }, /nInit must be an integer ≥ 1/],
    [{ tol: -1 }, /tol must be a number ≥ 0/],
    [{ regCovar: -1 }, /regCovar must be a finite number ≥ 0/],
  ])('%j', async (options, message) => {
    const error: EmError = await rejects(() => fitWith(options), InvalidArgumentError, message);
    expect(error.message).not.toMatch(/\n|\[object/);
  });

  test('a posterior to start from that does not fit', async () => {
    const gmm = await fitWith({});
    await rejects(
      () => fitWith({ nComponents: 3, init: gmm }),
      InvalidArgumentError,
      /means must have shape \[3, 2\]/,
    );
    const broken = { ...JSON.parse(JSON.stringify(gmm)), degreesOfFreedom: [5, 1] };
    await rejects(
      () => fitWith({ init: broken }),
      InvalidArgumentError,
      /degreesOfFreedom must be > 1, got 1 at index 1/,
    );
  });

  test('rows whose covariance cannot be a prior', () => {
    const dependent = Array.from({ length: 10 }, (_, i) => [i, 2 * i]);
    const message =
      /covariance of the rows, which covariancePrior defaults to, is not positive definite. Try passing/;
    return rejects(() => fitWith({}, dependent), DegenerateCovarianceError, message);
  });

  test('the same rows with a prior of their own', async () => {
    const constant = Array.from({ length: 10 }, (_, i) => [i, 7]);
    const gmm = await fitWith({ covariancePrior: [1, 0, 0, 1] }, constant);
    expect(gmm.covariances.every(Number.isFinite)).toBe(true);
    expect(gmm.means[1]).toBeCloseTo(7, 12);
  });

  test.each([
    [{ model: 'gaussian-mixture' }, /Expected a "bayesian-gaussian-mixture" model, got "gaussian-mixture"/],
    [{ version: 2 }, /version 1, got version 2. Try a newer/],
    [{ meanPrecision: undefined, meanPrior: null }, /lacks meanPrecision, meanPrior/],
    [{ nFeatures: 1 }, /broken: meanPrior must have shape \[1\]/],
    [{ weightConcentration: [1, 2] }, /broken: weightConcentration must have shape \[2, 2\]/],
    [{ degreesOfFreedomPrior: 0 }, /broken: degreesOfFreedomPrior must be/],
  ])('a file with %j', async (change, message) => {
    const json = { ...JSON.parse(JSON.stringify(await fitWith({}))), ...change };
    await rejects(() => BayesianGaussianMixture.fromJSON(json), ModelFormatError, message);
  });
});
