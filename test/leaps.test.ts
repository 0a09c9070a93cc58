import { describe, expect, test } from 'vitest';
import { recentre } from '../src/contract/statistics.js';
import { matrix } from '../src/data/matrix.js';
import {
  BayesianGaussianMixture,
  cpu,
  GaussianMixture,
  type GaussianMixtureOptions,
  HiddenMarkovModel,
  Mixture,
  partial,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';

/** Means that leap so far, and lie so far, that float64 itself has to be careful. */

const device = cpu();
const COVARIANCES = ['full', 'tied', 'diag', 'spherical'] as const;

/** Two columns in two groups; the second column of every fiftieth row is a fill value. */
function filled(fill: number, seed = 2) {
  const rng = createRng(seed, 3);
  const data = Float64Array.from({ length: 600 }, (_, at) => rng.normal() + (at % 4 === 2 ? 8 : 0));
  for (let i = 2; i < 300; i += 50) data[2 * i + 1] = fill;
  return matrix(data, [300, 2]);
}

const rng = createRng(1);
const rows = matrix(
  Float64Array.from({ length: 400 }, () => rng.normal()),
  [200, 2],
);

/** Means and covariances of the rows, in two passes. */
function momentsOf({ data }: { data: ArrayLike<number> }) {
  const n = data.length / 2;
  const mean = [0, 1].map(
    j => Array.from({ length: n }, (_, i) => data[2 * i + j]).reduce((a, b) => a + b) / n,
  );
  const covariance = [0, 1].map(a =>
    [0, 1].map(b => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (data[2 * i + a] - mean[a]) * (data[2 * i + b] - mean[b]);
      return sum / n;
    }),
  );
  return { mean, covariance };
}

describe.each([1e10, 1e20, 1e37])('a mean that begins at %d', far => {
  const { mean, covariance } = momentsOf(rows);
  const wide = [
    [far ** 2, 0],
    [0, far ** 2],
  ];

  test.each(COVARIANCES)('%s: the first M-step finds the rows', async covarianceType => {
    const ofType = { full: [wide], tied: wide, diag: [[far ** 2, far ** 2]], spherical: [far ** 2] };
    const init = { weights: [1], means: [[far, far]], covariances: ofType[covarianceType] };
    const options = { nComponents: 1, covarianceType, regCovar: 0, device, tol: 0, maxIter: 1 } as const;
    const fit = await GaussianMixture.fit(rows, { ...options, init: init as GaussianMixtureOptions['init'] });
    for (const j of [0, 1]) expect(fit.means[j]).toBeCloseTo(mean[j], 12);
    const [[a, b], [, c]] = covariance;
    const right = { full: [a, b, b, c], tied: [a, b, b, c], diag: [a, c], spherical: [(a + c) / 2] };
    right[covarianceType].forEach((value, at) => {
      expect(fit.covariances[at]).toBeCloseTo(value, 12);
    });
  });

  test('a hidden Markov model finds them', async () => {
    const emission = { means: [[far, far]], covariances: [wide] };
    const options = { nStates: 1, init: { emission }, regCovar: 0, device, tol: 0, maxIter: 1 };
    const { emission: found } = await HiddenMarkovModel.fit(rows, options);
    const { covariances } = found as unknown as { covariances: Float64Array };
    covariance.flat().forEach((value, at) => {
      expect(covariances[at]).toBeCloseTo(value, 12);
    });
  });
});

test('statistics about their own mean keep their digits about a far origin', () => {
  const own = {
    mass: 4,
    moments: 'diag' as const,
    logLikelihood: 0,
    counts: Float64Array.of(4),
    origin: Float64Array.of(1e12 + 1),
  };
  const about = { ...own, sums: Float64Array.of(-4, 4 + 1e-3) }; // the mean is at 1e12, the scatter 1e-3
  const near = recentre(about, Float64Array.of(1e12));
  expect(near.sums[0]).toBe(0);
  expect(near.sums[1]).toBeCloseTo(1e-3, 15);
  expect(recentre(near, Float64Array.of(0)).sums[1]).toBeCloseTo(4e24, -9);
});

const fillings = [1e20, 1e37].flatMap(fill =>
  (['random', 'random-from-data'] as const).flatMap(init =>
    COVARIANCES.map(covarianceType => ({ fill, init, covarianceType })),
  ),
);

describe.each(fillings)('a column with fills of $fill, $init, $covarianceType', ({ fill, ...rest }) => {
  const options = { ...rest, nComponents: 3, device, tol: 1e-8 };
  test('mixtures climb', async () => {
    for (const seed of [0, 1, 2]) {
      const { history } = (await GaussianMixture.fit(filled(fill), { ...options, seed })).fitInfo;
      expect(history.at(-1)).toBeGreaterThanOrEqual(history[0]);
    }
  });
  test('mixtures climb block by block', async () => {
    const eStep = partial({ blocks: 4 });
    const { history } = (await GaussianMixture.fit(filled(fill), { ...options, eStep })).fitInfo;
    expect(history.at(-1)).toBeGreaterThanOrEqual(history[0]);
  });
  test('Bayesian mixtures climb', async () => {
    const { history } = (await BayesianGaussianMixture.fit(filled(fill), options)).fitInfo;
    expect(history.at(-1)).toBeGreaterThanOrEqual(history[0]);
  });
});

test.each([1e20, 1e37])('chains climb over fills of %d', async fill => {
  const { fitInfo } = await HiddenMarkovModel.fit(filled(fill), { nStates: 2, device, tol: 1e-8 });
  const { history } = fitInfo;
  expect(history.at(-1)).toBeGreaterThanOrEqual(history[0]);
});

test.each(COVARIANCES)(
  '%s: means that float64 stores to a tenth of a deviation are no fall',
  async covarianceType => {
    for (const seed of [0, 1, 2, 3, 4, 5]) {
      const rng = createRng(seed, 7);
      const data = Float64Array.from({ length: 800 }, (_, at) => 1e9 + 1e-6 * (rng.normal() + 5 * (at % 3)));
      const options = {
        covarianceType,
        regCovar: 1e-18,
        seed,
        init: 'random-from-data',
        device,
        tol: 0,
      } as const;
      const fit = await GaussianMixture.fit(matrix(data, [400, 2]), {
        ...options,
        nComponents: 2,
        maxIter: 40,
      });
      expect(fit.fitInfo.nIter).toBe(40);
    }
  },
);

test('sums in which one far row swamps the squares of all others are no fall', async () => {
  for (const seed of [0, 1, 2, 3, 4, 5]) {
    const rng = createRng(seed, 9);
    const data = Float64Array.from(
      { length: 1600 },
      (_, at) => (at % 2 ? 1e-3 : 1) * Math.round(4 * rng.normal()),
    );
    data.set([7e8, 2e9], 34);
    const options = {
      nComponents: 1,
      covariancePrior: [
        [1, 0],
        [0, 1],
      ],
      meanPrior: [0, 0],
      regCovar: 0,
      device,
    };
    const fit = await BayesianGaussianMixture.fit(matrix(data, [800, 2]), {
      ...options,
      tol: 0,
      maxIter: 5,
      seed,
    });
    expect(fit.fitInfo.nIter).toBe(5);
  }
});

test('one row of 10¹⁵ words costs those of a few no digits', async () => {
  for (const seed of [0, 1, 2, 3, 4, 5]) {
    const rng = createRng(seed, 11);
    const data = Float64Array.from({ length: 300 }, () => Math.floor(8 * rng.uniform()));
    data[150] = 1e15;
    const options = {
      family: 'multinomial',
      nComponents: 3,
      init: 'random',
      device,
      tol: 0,
      maxIter: 30,
    } as const;
    const fit = await Mixture.fit(matrix(data, [100, 3]), { ...options, seed });
    expect(fit.fitInfo.nIter).toBe(30);
  }
});
