/** Posteriors and densities against the formula written out in float64, and what follows from them. */
import { cpu, em, GaussianMixture, gaussian, InvalidArgumentError, mixture } from '../../src/index.js';
import { allNear, equal, near, ok, rejects } from '../support/assert.js';
import { randomMixture, randomPoints } from '../support/synthetic.js';
import type { Case } from './case.js';

/** log N(x | μ, Σ) by Gaussian elimination: no factor, no triangle, nothing the engine uses. */
function logNormal(x: number[], mean: number[], covariance: number[][]): number {
  const d = x.length;
  const rows = covariance.map((row, i) => [...row, x[i] - mean[i]]);
  let logDeterminant = 0;
  let mahalanobis = 0;
  for (let p = 0; p < d; p++) {
    logDeterminant += Math.log(rows[p][p]);
    mahalanobis += rows[p][d] ** 2 / rows[p][p];
    for (let i = p + 1; i < d; i++) {
      const factor = rows[i][p] / rows[p][p];
      for (let j = p; j <= d; j++) rows[i][j] -= factor * rows[p][j];
    }
  }
  return -0.5 * (d * Math.log(2 * Math.PI) + logDeterminant + mahalanobis);
}

function plainPosterior(
  gmm: GaussianMixture,
  x: number[],
): { logDensity: number; responsibilities: number[] } {
  const { weights, means, covariances } = gmm.toJSON() as unknown as {
    weights: number[];
    means: number[][];
    covariances: number[][][];
  };
  const joint = weights.map((weight, k) => Math.log(weight) + logNormal(x, means[k], covariances[k]));
  const largest = Math.max(...joint);
  const logDensity = largest + Math.log(joint.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return { logDensity, responsibilities: joint.map(value => Math.exp(value - logDensity)) };
}

const againstTheFormula: Case[] = [
  [1, 1],
  [3, 2],
  [2, 7],
  [13, 5],
].map(([k, d]) => ({
  name: `posteriors equal the formula, K = ${k}, D = ${d}`,
  async run(backend) {
    const n = 301;
    const gmm = randomMixture(k, d, { spread: 1.5 });
    const points = randomPoints(n, k, d, { seed: 5, spread: 1.5 });
    const tolerance = backend.device === 'cpu' ? 1e-10 : 2e-5;
    const proba = await gmm.predictProba(points, { device: backend });
    const logDensities = await gmm.scoreSamples(points, { device: backend });
    const labels = await gmm.predict(points, { device: backend });
    let total = 0;
    for (let i = 0; i < n; i++) {
      const row = proba.subarray(i * k, (i + 1) * k);
      const { logDensity, responsibilities } = plainPosterior(
        gmm,
        Array.from(points.data.subarray(i * d, (i + 1) * d)),
      );
      near(logDensities[i], logDensity, { abs: tolerance, rel: tolerance }, `log density of row ${i}`);
      allNear(row, responsibilities, { abs: tolerance }, `posterior of row ${i}`);
      near(
        row.reduce((a, b) => a + b),
        1,
        { abs: 1e-12 },
        `sum of row ${i}`,
      );
      ok(
        row[labels[i]] >= Math.max(...row) - tolerance,
        `row ${i} to be labelled with its largest posterior`,
      );
      total += logDensity;
    }
    near(await gmm.score(points, { device: backend }), total / n, { rel: tolerance }, 'score');
  },
}));

const tail: Case = {
  name: 'a row 1,000 standard deviations from everything still has a posterior',
  async run(backend) {
    const gmm = randomMixture(3, 2);
    const proba = await gmm.predictProba([[1e3, -1e3]], { device: backend });
    near(
      proba.reduce((a, b) => a + b),
      1,
      { abs: 1e-12 },
      'sum',
    );
    const [logDensity] = await gmm.scoreSamples([[1e3, -1e3]], { device: backend });
    const [expected] = await gmm.scoreSamples([[1e3, -1e3]], { device: cpu() });
    near(logDensity, expected, { rel: 1e-5 }, 'log density');
  },
};

const largeLogits: Case = {
  name: 'responsibilities sum to 1 where log densities are so large that float32 cannot hold their sum',
  async run(backend) {
    const points = {
      data: Float64Array.from({ length: 1000 }, (_, i) => Math.sin(i)),
      shape: [1000, 1] as const,
    };
    const init = { weights: [0.5, 0.5], means: [1e4, 1e4], covariances: [1, 1] };
    const gmm = await GaussianMixture.fit(points, {
      nComponents: 2,
      covarianceType: 'spherical',
      init,
      maxIter: 1,
      device: backend,
    });
    near(gmm.weights[0], 0.5, { abs: 1e-6 }, 'weight');
    near(gmm.means[0], points.data.reduce((a, b) => a + b) / 1000, { abs: 1e-2 }, 'mean');
  },
};

const widthMismatch: Case = {
  name: 'the core refuses a model of another width',
  async run(backend) {
    const rows = await backend.load(randomPoints(50, 1, 2));
    const model = mixture(gaussian(), { nComponents: 1 });
    const narrow = {
      weights: Float64Array.of(1),
      means: Float64Array.of(0),
      covariances: Float64Array.of(1),
    };
    await rejects(
      () => em(model, narrow, rows),
      InvalidArgumentError,
      /The model has 1 features, the rows have 2/,
    );
    rows.dispose();
  },
};

const residentRows: Case = {
  name: 'resident rows give what an array gives, and are given back',
  async run(backend) {
    const points = randomPoints(2000, 2, 3);
    const rows = await backend.load(points);
    const fit = { nComponents: 2, maxIter: 5, tol: 0, device: backend } as const;
    const fromRows = await GaussianMixture.fit(rows, fit);
    const fromArray = await GaussianMixture.fit(points, fit);
    equal(fromRows.fitInfo.logLikelihood, fromArray.fitInfo.logLikelihood, 'log-likelihood');
    rows.dispose();
    rows.dispose();
    await rejects(() => fromRows.predict(rows), InvalidArgumentError, /disposed/);
    const memory = (backend as { memory?: { buffers: number; bytes: number } }).memory;
    if (memory) equal(memory.buffers + memory.bytes, 0, 'GPU memory after dispose');
  },
};

export const posteriorCases: Case[] = [...againstTheFormula, tail, largeLogits, widthMismatch, residentRows];
