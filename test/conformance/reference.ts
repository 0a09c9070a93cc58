/**
 * Published fits: Old Faithful, iris and the galaxies, recomputed in float64 to a relative change of 1e-13
 * (test/reference/gaussian-mixture-fits.json; mclust prints the same optima).
 */
import {
  type CovarianceName,
  cpu,
  GaussianMixture,
  type GaussianMixtureOptions,
  parseCsv,
} from '../../src/index.js';
import faithfulCsv from '../reference/faithful.csv?raw';
import galaxiesCsv from '../reference/galaxies.csv?raw';
import fits from '../reference/gaussian-mixture-fits.json';
import irisCsv from '../reference/iris.csv?raw';
import { near, ok } from '../support/assert.js';
import type { Case } from './case.js';

const irisColumns = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];
const galaxies = parseCsv(galaxiesCsv).points;

export const faithful = parseCsv(faithfulCsv).points;
export const iris = parseCsv(irisCsv, { columns: irisColumns }).points;
export const galaxiesThousands = {
  shape: galaxies.shape,
  data: galaxies.data.map(velocity => velocity / 1000),
};

const DATA = { faithful, iris, galaxies_thousands: galaxiesThousands };
const TYPES: Record<string, CovarianceName> = { VVV: 'full', EEE: 'tied', VVI: 'diag', VII: 'spherical' };

interface Published {
  model: string;
  nComponents: number;
  nParameters: number;
  logLikelihood: number;
  aic: number;
  bic: number;
  weights: number[];
  means: number[][];
  covariances: number[][];
}

/** The file holds each component's D×D matrix; we hold what the covariance type needs. */
function covariancesOf({ model, covariances }: Published, d: number): number[] {
  switch (TYPES[model]) {
    case 'full':
      return covariances.flat();
    case 'tied':
      return covariances[0];
    case 'diag':
      return covariances.flatMap(square => square.filter((_, i) => i % (d + 1) === 0));
    default:
      return covariances.map(square => square[0]);
  }
}

const published = Object.entries(DATA).flatMap(([name, points]) =>
  (fits[name as keyof typeof DATA].fits as Published[])
    .filter(({ model }) => model in TYPES)
    .map(fit => ({ name: `${name} ${TYPES[fit.model]}, K = ${fit.nComponents}`, points, fit })),
);

const optionsOf = (fit: Published, d: number): GaussianMixtureOptions => ({
  nComponents: fit.nComponents,
  covarianceType: TYPES[fit.model],
  init: { weights: fit.weights, means: fit.means, covariances: covariancesOf(fit, d) },
  regCovar: 0,
  tol: 0,
});

/** Relative error of a log-likelihood: the published float64 figures, or the CPU's, to float32 rounding. */
const relOf = (device: string) => (device === 'cpu' ? 1e-9 : 1e-6);

const atThePublishedParameters: Case[] = published.map(({ name, points, fit }) => ({
  name: `${name}: log-likelihood, AIC and BIC at the published parameters`,
  async run(backend) {
    const rel = relOf(backend.device);
    const gmm = await GaussianMixture.fit(points, {
      ...optionsOf(fit, points.shape[1]),
      maxIter: 0,
      device: backend,
    });
    near(gmm.fitInfo.logLikelihood, fit.logLikelihood, { rel }, 'log-likelihood');
    near(gmm.nParameters, fit.nParameters, {}, 'free parameters');
    near(await gmm.aic(points), fit.aic, { rel }, 'AIC');
    near(await gmm.bic(points), -fit.bic, { rel }, 'BIC'); // mclust's sign is the other one
  },
}));

const fixedPoints: Case[] = published.map(({ name, points, fit }) => ({
  name: `${name}: the published fit is a fixed point`,
  async run(backend) {
    const options = optionsOf(fit, points.shape[1]);
    const gmm = await GaussianMixture.fit(points, { ...options, maxIter: 3, device: backend });
    near(gmm.fitInfo.logLikelihood, fit.logLikelihood, { rel: relOf(backend.device) }, 'log-likelihood');
    const sd = standardDeviations(gmm);
    fit.means.flat().forEach((mean, i) => {
      near(gmm.means[i], mean, { abs: 1e-4 * sd[i] }, `means[${i}]`);
    });
  },
}));

const sameSteps: Case[] = published.map(({ name, points, fit }) => ({
  name: `${name}: 10 M-steps from one start give what float64 gives`,
  async run(backend) {
    const [n] = points.shape;
    const labels = Uint32Array.from({ length: n }, (_, i) => Math.floor((i * fit.nComponents) / n));
    const options: GaussianMixtureOptions = {
      nComponents: fit.nComponents,
      covarianceType: TYPES[fit.model],
      init: labels,
      tol: 0,
      maxIter: 10,
      device: backend,
    };
    const gmm = await GaussianMixture.fit(points, options);
    const definition = await GaussianMixture.fit(points, { ...options, device: cpu() });
    near(gmm.fitInfo.logLikelihood, definition.fitInfo.logLikelihood, { rel: 1e-6 }, 'log-likelihood');
    const sd = standardDeviations(definition);
    gmm.means.forEach((mean, i) => {
      near(mean, definition.means[i], { abs: 1e-4 * sd[i] }, `means[${i}]`);
    });
  },
}));

/** [K, D] standard deviation of each component's features. */
export function standardDeviations(gmm: GaussianMixture): Float64Array {
  const { nComponents: k, nFeatures: d, covariances, covarianceType } = gmm;
  const variance = {
    full: (c: number, j: number) => covariances[c * d * d + j * (d + 1)],
    tied: (_: number, j: number) => covariances[j * (d + 1)],
    diag: (c: number, j: number) => covariances[c * d + j],
    spherical: (c: number) => covariances[c],
  }[covarianceType];
  return Float64Array.from({ length: k * d }, (_, i) => Math.sqrt(variance(Math.floor(i / d), i % d)));
}

const reached: Case[] = published
  .filter(({ fit }) => ['VVV', 'VVI', 'VII'].includes(fit.model) && fit.nComponents > 1)
  .map(({ name, points, fit }) => ({
    name: `${name}: restarts find the published optimum or a better one`,
    async run(backend) {
      const gmm = await GaussianMixture.fit(points, {
        nComponents: fit.nComponents,
        covarianceType: TYPES[fit.model],
        init: 'k-means++',
        nInit: 30,
        seed: 3,
        tol: 1e-9,
        maxIter: 1000,
        device: backend,
      });
      const shortfall = fit.logLikelihood - gmm.fitInfo.logLikelihood;
      ok(
        shortfall <= 1e-3,
        `a log-likelihood of at least ${fit.logLikelihood}, got ${gmm.fitInfo.logLikelihood}`,
      );
    },
  }));

export const referenceCases: Case[] = [...atThePublishedParameters, ...fixedPoints, ...sameSteps, ...reached];
