import { describe, expect, test } from 'vitest';
import { columnMoments } from '../src/data/columns.js';
import { matrix } from '../src/data/matrix.js';
import {
  BayesianGaussianMixture,
  GaussianMixture,
  HiddenMarkovModel,
  InvalidArgumentError,
  KMeans,
} from '../src/index.js';
import { randomPoints } from './support/synthetic.js';

/** Columns in units as far apart as people's are. */
const UNITS = [1e-5, 1, 1e4];
const N = 300;
const K = 3;
const D = UNITS.length;
const drawn = randomPoints(N, K, D, { seed: 3, spread: 5, scale: j => UNITS[j], shift: 0.5 });
const points = matrix(drawn.data, [N, D]);
const { center, scale } = columnMoments(points);
const standardised = matrix(
  drawn.data.map((x, at) => (x - center[at % D]) / scale[at % D]),
  [N, D],
);
const logVolume = scale.reduce((sum, s) => sum + Math.log(s), 0);
const told = { device: 'cpu', maxIter: 30, tol: 1e-9, regCovar: 1e-2, seed: 1 } as const;

/** Relative to the units, numbers are the same. */
function near(got: Float64Array, expected: Float64Array, unit: (at: number) => number, digits = 6): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, at) => {
    expect(value / unit(at)).toBeCloseTo(expected[at] / unit(at), digits);
  });
}
const backOf = (means: Float64Array) => means.map((z, at) => center[at % D] + scale[at % D] * z);
const covariancesBack = (covariances: Float64Array, type: string) =>
  covariances.map((value, at) =>
    type === 'diag' ? value * scale[at % D] ** 2 : value * scale[at % D] * scale[Math.floor(at / D) % D],
  );
const covarianceUnit = (type: string) => (at: number) =>
  covariancesBack(new Float64Array(27).fill(1), type)[at];

describe.each(['full', 'tied', 'diag'] as const)('standardize: true, %s', covarianceType => {
  const options = { ...told, covarianceType };

  test('is the fit of standardised rows, in the units of the rows', async () => {
    const theirs = await GaussianMixture.fit(standardised, { ...options, nComponents: K });
    const ours = await GaussianMixture.fit(points, { ...options, nComponents: K, standardize: true });
    near(ours.weights, theirs.weights, () => 1);
    near(ours.means, backOf(theirs.means), at => scale[at % D]);
    near(
      ours.covariances,
      covariancesBack(theirs.covariances, covarianceType),
      covarianceUnit(covarianceType),
    );
    expect(ours.fitInfo.logLikelihood).toBeCloseTo(theirs.fitInfo.logLikelihood - N * logVolume, 5);
    expect(await ours.predict(points)).toEqual(await theirs.predict(standardised));
    const plain = await GaussianMixture.fit(points, { ...options, nComponents: K });
    expect(plain.fitInfo.logLikelihood).toBeLessThan(ours.fitInfo.logLikelihood - N);
  });

  test('of a Bayesian mixture', async () => {
    const theirs = await BayesianGaussianMixture.fit(standardised, { ...options, nComponents: K });
    const ours = await BayesianGaussianMixture.fit(points, { ...options, nComponents: K, standardize: true });
    near(ours.means, backOf(theirs.means), at => scale[at % D]);
    near(
      ours.covariances,
      covariancesBack(theirs.covariances, covarianceType),
      covarianceUnit(covarianceType),
    );
    expect(ours.lowerBound).toBeCloseTo(theirs.lowerBound - N * logVolume, 4);
  });

  test('of a hidden Markov model', async () => {
    const theirs = await HiddenMarkovModel.fit(standardised, { ...options, nStates: K });
    const ours = await HiddenMarkovModel.fit(points, { ...options, nStates: K, standardize: true });
    near(ours.transitionMatrix, theirs.transitionMatrix, () => 1);
    near(ours.emission.means, backOf(theirs.emission.means), at => scale[at % D]);
    expect(ours.fitInfo.logLikelihood).toBeCloseTo(theirs.fitInfo.logLikelihood - N * logVolume, 5);
  });
});

test.each(['cpu', 'webgpu'] as const)('k-means measures in standard deviations, on %s', async device => {
  const options = { nClusters: K, device, nInit: 3 } as const;
  const theirs = await KMeans.fit(standardised, options);
  const ours = await KMeans.fit(points, { ...options, standardize: true });
  expect(ours.inertia / theirs.inertia).toBeCloseTo(1, 5);
  near(ours.clusterCenters, backOf(theirs.clusterCenters), at => scale[at % D], 5);
  const again = KMeans.fromJSON(JSON.parse(JSON.stringify(ours)));
  expect(again.scale).toEqual(ours.scale);
  expect(await again.predict(points)).toEqual(await theirs.predict(standardised, { device: 'cpu' }));
  const [distances, expected] = [await again.transform(points), await theirs.transform(standardised)];
  near(distances, expected, () => 1, 4);
  const plain = await KMeans.fit(points, options);
  expect([...(await plain.predict(points))]).not.toEqual([...(await again.predict(points))]);
  expect(plain.scale).toBeUndefined();
});

test('what has no such fit says so', async () => {
  const gaussian = { nComponents: K, standardize: true, covarianceType: 'spherical' } as const;
  await expect(GaussianMixture.fit(points, gaussian)).rejects.toThrow(
    /covarianceType 'spherical'.* Try 'diag'/,
  );
  const counts = HiddenMarkovModel.fit([1, 2, 3, 4], { nStates: 2, emission: 'poisson', standardize: true });
  await expect(counts).rejects.toThrow(/option of emission 'gaussian', not of 'poisson'/);
  const text = KMeans.fit(points, { nClusters: K, standardize: 'yes' as never });
  await expect(text).rejects.toThrow(InvalidArgumentError);
});
