/** Variational Bayes: what must hold of any posterior and any bound, then scikit-learn's figures. */
import {
  type Backend,
  BayesianGaussianMixture,
  type BayesianGaussianMixtureOptions,
  type CovarianceName,
  type Matrix,
} from '../../src/index.js';
import { logGamma } from '../../src/numerics/special.js';
import reference from '../reference/bayesian-gaussian-mixture.json';
import { allNear, equal, identical, near, ok } from '../support/assert.js';
import { randomPoints } from '../support/synthetic.js';
import type { Case } from './case.js';
import { faithful, iris } from './reference.js';

export const COVARIANCES: CovarianceName[] = ['full', 'tied', 'diag', 'spherical'];
export const WEIGHTS = ['dirichlet-process', 'dirichlet-distribution'] as const;
const isCpu = ({ device }: Backend) => device === 'cpu';

/** Two clusters so far apart that no row is in doubt, with correlated features. */
function twoClusters(counts: readonly [number, number]): Matrix {
  const n = counts[0] + counts[1];
  const noise = randomPoints(n, 1, 2, { seed: 3 }).data;
  const data = noise.map((value, i) => {
    const row = Math.floor(i / 2);
    return (row < counts[0] ? -60 : 60) + (i % 2 === 0 ? value : value + 0.5 * noise[i - 1]);
  });
  return { data, shape: [n, 2] };
}

const never: Case[] = COVARIANCES.map(covarianceType => ({
  name: `Bayesian ${covarianceType}: the lower bound never falls`,
  async run(backend) {
    const points = randomPoints(2000, 4, 3, { spread: 1, seed: 11 });
    for (const weightConcentrationPriorType of WEIGHTS) {
      const { fitInfo } = await BayesianGaussianMixture.fit(points, {
        nComponents: 6,
        covarianceType,
        weightConcentrationPriorType,
        init: 'random-from-data',
        regCovar: 0,
        tol: 0,
        maxIter: 60,
        device: backend,
      });
      const slack = isCpu(backend) ? 1e-12 : 1e-6;
      fitInfo.history.slice(1).forEach((bound, i) => {
        const before = fitInfo.history[i];
        ok(
          bound >= before - slack * Math.abs(before),
          `M-step ${i + 1} not to lower ${before}, got ${bound}`,
        );
      });
      ok(fitInfo.lowerBound > fitInfo.history[0] + 1, 'the bound to have risen');
    }
  },
}));

const translation: Case = {
  name: 'Bayesian: translating the rows by 100 moves only the means',
  async run(backend) {
    const points = randomPoints(1000, 2, 3);
    const moved = { ...points, data: points.data.map(value => value + 100) };
    for (const covarianceType of COVARIANCES) {
      const options = {
        nComponents: 4,
        covarianceType,
        maxIter: 8,
        tol: 0,
        seed: 2,
        device: backend,
      } as const;
      const here = await BayesianGaussianMixture.fit(points, options);
      const there = await BayesianGaussianMixture.fit(moved, options);
      const tolerance = isCpu(backend) ? { rel: 1e-9, abs: 1e-9 } : { rel: 1e-4, abs: 1e-4 };
      const expected = here.means.map(mean => mean + 100);
      allNear(there.means, expected, tolerance, 'means');
      allNear(there.weightConcentration, here.weightConcentration, tolerance, 'weightConcentration');
      allNear(there.meanPrecision, here.meanPrecision, tolerance, 'meanPrecision');
      allNear(there.degreesOfFreedom, here.degreesOfFreedom, tolerance, 'degreesOfFreedom');
      allNear(there.covariances, here.covariances, tolerance, 'covariances');
      near(there.lowerBound, here.lowerBound, { rel: isCpu(backend) ? 1e-11 : 1e-6 }, 'lower bound');
    }
  },
};

const emptying: Case = {
  name: 'Bayesian: components that are not needed empty out',
  async run(backend) {
    const points = randomPoints(900, 3, 2, { spread: 12, seed: 5 });
    for (const weightConcentrationPriorType of WEIGHTS) {
      const gmm = await BayesianGaussianMixture.fit(points, {
        nComponents: 10,
        weightConcentrationPriorType,
        weightConcentrationPrior: 1e-3,
        tol: 1e-7,
        maxIter: 1000,
        device: backend,
      });
      const used = gmm.weights.filter(weight => weight >= 1e-2);
      equal(used.length, 3, `components used, of weights ${gmm.weights}`);
      ok(gmm.fitInfo.converged, 'the fit to converge');
      near(
        gmm.weights.reduce((sum, weight) => sum + weight, 0),
        1,
        { abs: 1e-12 },
        'sum of weights',
      );
    }
  },
};

/** Conjugate analysis of the rows of one component by hand (Murphy 2007, eq. 266), D = 2. */
function conjugate(rows: number[][], prior: { kappa: number; mean: number[]; nu: number; scale: number[] }) {
  const [n, d] = [rows.length, 2];
  const [kappa, nu] = [prior.kappa + n, prior.nu + n];
  const average = [0, 1].map(j => rows.reduce((sum, row) => sum + row[j], 0) / n);
  const mean = average.map((value, j) => (prior.kappa * prior.mean[j] + n * value) / kappa);
  const scale = prior.scale.map((value, t) => {
    const [i, j] = [t >> 1, t & 1];
    const scatter = rows.reduce((sum, row) => sum + (row[i] - average[i]) * (row[j] - average[j]), 0);
    const pull = ((prior.kappa * n) / kappa) * (average[i] - prior.mean[i]) * (average[j] - prior.mean[j]);
    return value + scatter + pull;
  });
  const determinant = ([a, b, c, e]: number[]) => a * e - b * c;
  const logMultiGamma = (x: number) => 0.5 * Math.log(Math.PI) + logGamma(x) + logGamma(x - 0.5);
  const logEvidence =
    -((n * d) / 2) * Math.log(Math.PI) +
    logMultiGamma(nu / 2) -
    logMultiGamma(prior.nu / 2) +
    (prior.nu / 2) * Math.log(determinant(prior.scale)) -
    (nu / 2) * Math.log(determinant(scale)) +
    (d / 2) * Math.log(prior.kappa / kappa);
  return { kappa, nu, mean, covariance: scale.map(value => value / nu), logEvidence };
}

const rowsOf = ({ data }: Matrix, begin: number, end: number) =>
  Array.from({ length: end - begin }, (_, i) => [data[2 * (begin + i)], data[2 * (begin + i) + 1]]);

const PRIOR = { kappa: 0.7, mean: [1, -2], nu: 3.5, scale: [4, 1, 1, 3] };
const PRIOR_OPTIONS = {
  meanPrecisionPrior: PRIOR.kappa,
  meanPrior: PRIOR.mean,
  degreesOfFreedomPrior: PRIOR.nu,
  covariancePrior: PRIOR.scale,
  regCovar: 0,
  tol: 0,
  maxIter: 2,
};

const oneComponent: Case = {
  name: 'Bayesian, K = 1: the posterior is the conjugate one, the bound is the log evidence',
  async run(backend) {
    const points = twoClusters([40, 50]);
    const expected = conjugate(rowsOf(points, 0, 90), PRIOR);
    for (const weightConcentrationPriorType of WEIGHTS) {
      const gmm = await BayesianGaussianMixture.fit(points, {
        ...PRIOR_OPTIONS,
        nComponents: 1,
        weightConcentrationPriorType,
        weightConcentrationPrior: 1.5,
        device: backend,
      });
      const tolerance = { rel: isCpu(backend) ? 1e-11 : 1e-5 };
      near(gmm.meanPrecision[0], expected.kappa, tolerance, 'meanPrecision');
      near(gmm.degreesOfFreedom[0], expected.nu, tolerance, 'degreesOfFreedom');
      allNear(gmm.means, expected.mean, tolerance, 'means');
      allNear(gmm.covariances, expected.covariance, tolerance, 'covariances');
      // The one stick of a process leaves ∫ v^N Beta(v | 1, γ) dv for the rows.
      const sticks = Math.log(1.5) + logGamma(91) + logGamma(1.5) - logGamma(92.5);
      const ofWeights = weightConcentrationPriorType === 'dirichlet-process' ? sticks : 0;
      near(gmm.lowerBound, expected.logEvidence + ofWeights, tolerance, 'lower bound');
    }
  },
};

const certainRows: Case = {
  name: 'Bayesian, rows without doubt: the bound is the log evidence of rows and labels',
  async run(backend) {
    const counts = [40, 50] as const;
    const points = twoClusters(counts);
    const [n, gamma] = [90, 0.8];
    const evidence =
      conjugate(rowsOf(points, 0, 40), PRIOR).logEvidence +
      conjugate(rowsOf(points, 40, n), PRIOR).logEvidence;
    const ofWeights = {
      'dirichlet-distribution':
        logGamma(2 * gamma) -
        logGamma(n + 2 * gamma) +
        counts.reduce((sum, count) => sum + logGamma(gamma + count) - logGamma(gamma), 0),
      'dirichlet-process':
        2 * Math.log(gamma) +
        (logGamma(41) + logGamma(50 + gamma) - logGamma(91 + gamma)) +
        (logGamma(51) + logGamma(gamma) - logGamma(51 + gamma)),
    };
    for (const weightConcentrationPriorType of WEIGHTS) {
      const { lowerBound } = await BayesianGaussianMixture.fit(points, {
        ...PRIOR_OPTIONS,
        nComponents: 2,
        weightConcentrationPriorType,
        weightConcentrationPrior: gamma,
        init: Uint32Array.from({ length: n }, (_, i) => Number(i >= 40)),
        device: backend,
      });
      const expected = evidence + ofWeights[weightConcentrationPriorType];
      near(lowerBound, expected, { rel: isCpu(backend) ? 1e-11 : 1e-5 }, weightConcentrationPriorType);
    }
  },
};

const families: Case = {
  name: 'Bayesian, K = 1, an isotropic prior: the bounds of full, diag and spherical fall in this order',
  async run(backend) {
    const isotropic = { full: [2, 0, 0, 2], tied: [2, 0, 0, 2], diag: [2, 2], spherical: 2 };
    const bounds: Record<string, number> = {};
    for (const covarianceType of COVARIANCES) {
      const { lowerBound } = await BayesianGaussianMixture.fit(faithful, {
        nComponents: 1,
        covarianceType,
        covariancePrior: isotropic[covarianceType],
        regCovar: 0,
        device: backend,
      });
      bounds[covarianceType] = lowerBound;
    }
    near(bounds.tied, bounds.full, { rel: 1e-12 }, 'tied of one component');
    ok(
      bounds.full > bounds.diag + 1 && bounds.diag > bounds.spherical + 1,
      `${JSON.stringify(bounds)} to fall`,
    );
  },
};

const warmStart: Case = {
  name: 'Bayesian: one M-step and one more, from the first posterior, are two',
  async run(backend) {
    const options = { nComponents: 3, tol: 0, device: backend, seed: 4 } as const;
    const two = await BayesianGaussianMixture.fit(iris, { ...options, maxIter: 2 });
    const one = await BayesianGaussianMixture.fit(iris, { ...options, maxIter: 1 });
    const again = await BayesianGaussianMixture.fit(iris, { ...options, maxIter: 1, init: one });
    equal(again.fitInfo.history[0], one.lowerBound, 'where the second fit starts');
    equal(again.lowerBound, two.lowerBound, 'where it ends');
    identical(again.means, two.means, 'means');
  },
};

const json: Case = {
  name: 'Bayesian: a model survives JSON exactly',
  async run(backend) {
    for (const covarianceType of COVARIANCES) {
      for (const weightConcentrationPriorType of WEIGHTS) {
        const gmm = await BayesianGaussianMixture.fit(iris, {
          nComponents: 3,
          covarianceType,
          weightConcentrationPriorType,
          maxIter: 3,
          device: backend,
        });
        const text = JSON.stringify(gmm);
        const back = BayesianGaussianMixture.fromJSON(JSON.parse(text));
        equal(JSON.stringify(back), text, 'the file written again');
        equal(back.lowerBound, gmm.lowerBound, 'lowerBound');
        identical(back.covariancePrior, gmm.covariancePrior, 'covariancePrior');
        identical(await back.predictProba(iris, { device: backend }), await gmm.predictProba(iris), 'q(z)');
      }
    }
  },
};

export const DATA = { faithful, iris };
export const published = reference.fits.map(fit => ({
  ...fit,
  name: `${fit.data} ${fit.options.covarianceType}, ${fit.options.weightConcentrationPriorType}`,
  points: DATA[fit.data as keyof typeof DATA],
  options: { ...fit.options, init: fit.start, tol: 0 } as BayesianGaussianMixtureOptions,
}));

const sameAsScikitLearn: Case[] = published.map(({ name, points, options, parameters, meanLogDensity }) => ({
  name: `Bayesian ${name}: 20 steps from one start give scikit-learn's parameters`,
  async run(backend) {
    const gmm = await BayesianGaussianMixture.fit(points, { ...options, maxIter: 20, device: backend });
    const unit = isCpu(backend) ? 1e-8 : 1e-4;
    for (const key of Object.keys(parameters) as (keyof typeof parameters)[]) {
      const expected = parameters[key];
      const largest = Math.max(...expected.map(Math.abs));
      allNear(gmm[key], expected, { rel: unit, abs: unit * largest }, key);
    }
    near(await gmm.score(points), meanLogDensity, { rel: unit }, 'score');
  },
}));

export const bayesianCases: Case[] = [
  ...never,
  translation,
  emptying,
  oneComponent,
  certainRows,
  families,
  warmStart,
  json,
  ...sameAsScikitLearn,
];
