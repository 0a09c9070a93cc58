import { describe, expect, test } from 'vitest';
import { expNonPositive } from '../src/backends/cpu/mixture/exp.js';
import { mixtureLogits } from '../src/backends/cpu/mixture/logits.js';
import { mixturePosterior, posteriorBlock } from '../src/backends/cpu/mixture/posterior.js';
import type { Densities } from '../src/contract/densities.js';
import { type CovarianceName, cpu } from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { type Problem, randomProblem } from './kernels/random-model.js';
import { allNear, identical, near } from './support/assert.js';

/** The formula once more, a row and a component at a time: no blocks, no tiles. */
function plainLogit(u: Float64Array, k: number, { moments, logConstants, factors }: Densities): number {
  const d = u.length;
  let squares = 0;
  for (let a = 0; a < d; a++) {
    let y = 0;
    if (moments === 'diag') y = factors[k * d + a] * u[a];
    else for (let b = 0; b <= a; b++) y += factors[(k * d * (d + 1)) / 2 + (a * (a + 1)) / 2 + b] * u[b];
    squares += y * y;
  }
  return logConstants[k] - 0.5 * squares;
}

function plainEStep({ points, densities }: Problem) {
  const [n, d] = points.shape;
  const { nComponents, means, moments } = densities;
  const length = d + (moments === 'full' ? (d * (d + 1)) / 2 : d);
  const counts = new Float64Array(nComponents);
  const sums = new Float64Array(nComponents * length);
  let logLikelihood = 0;
  for (let i = 0; i < n; i++) {
    const u = (k: number) =>
      points.data.slice(i * d, (i + 1) * d).map((value, j) => value - means[k * d + j]);
    const logits = Array.from(counts, (_, k) => plainLogit(u(k), k, densities));
    const logNorm = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
    logLikelihood += logNorm;
    logits.forEach((logit, k) => {
      const r = Math.exp(logit - logNorm);
      counts[k] += r;
      const uk = u(k);
      let t = k * length + d;
      for (let a = 0; a < d; a++) {
        sums[k * length + a] += r * uk[a];
        for (let b = moments === 'full' ? 0 : a; b <= a; b++) sums[t++] += r * uk[a] * uk[b];
      }
    });
  }
  return { logLikelihood, counts, sums };
}

const eStep = async ({ points, densities }: Problem) => {
  const backend = cpu();
  return (await backend.load(points)).eStep(densities);
};

describe.each(['full', 'diag'] as const)('%s', covariance => {
  // Every remainder of rows by four and by the block, odd and even D, D = 1 and 2 apart.
  test.each([
    [1, 1, 1],
    [130, 1, 3],
    [131, 2, 5],
    [129, 3, 2],
    [259, 4, 3],
    [301, 7, 4],
    [70, 16, 3],
    [50, 33, 2],
  ])('N = %i, D = %i, K = %i: an E-step is the plain formula', async (n, d, k) => {
    const problem = randomProblem(n, d, k, covariance);
    const plain = plainEStep(problem);
    const statistics = await eStep(problem);
    near(statistics.logLikelihood, plain.logLikelihood, { rel: 1e-13 }, 'log-likelihood');
    allNear(statistics.counts, plain.counts, { rel: 1e-12 }, 'N_k');
    const size = Math.max(...plain.sums.map(Math.abs));
    allNear(statistics.sums, plain.sums, { abs: 1e-13 * size }, 'sums');
  });

  test('a row has the same logits in whatever company', () => {
    for (const d of [1, 2, 5, 6]) {
      const { points, densities } = randomProblem(11, d, 3, covariance);
      const together = new Float64Array(33);
      mixtureLogits(points.data, 0, 11, densities, together);
      for (let i = 0; i < 11; i++) {
        const alone = new Float64Array(3);
        mixtureLogits(points.data, i, 1, densities, alone);
        identical(alone, together.subarray(3 * i, 3 * i + 3), `logits of row ${i}, D = ${d}`);
      }
    }
  });
});

test.each<CovarianceName>(['full', 'diag'])(
  '%s: rows of no responsibility count for nothing',
  async covariance => {
    const backend = cpu();
    const k = 3;
    for (const d of [2, 3]) {
      const { points, densities } = randomProblem(200, d, k, covariance);
      const rows = await backend.load(points);
      const r = new Float64Array(200 * k);
      for (let i = 0; i < 200; i++) r[i * k + (i < 90 ? 0 : 2)] = 1;
      const { counts, sums } = await rows.accumulate(densities, (begin, count) =>
        r.subarray(begin * k, (begin + count) * k),
      );
      expect([...counts]).toEqual([90, 0, 110]);
      const length = sums.length / k;
      expect([...sums.subarray(length, 2 * length)]).toEqual(Array(length).fill(0));
    }
  },
);

test('the hard rule gives each row to its largest component, ties to the first', () => {
  const { points, densities } = randomProblem(60, 3, 3, 'full');
  for (const array of [densities.means, densities.factors, densities.logConstants]) {
    array.copyWithin(array.length / 3, 0, array.length / 3); // component 1 is component 0 again
  }
  const soft = posteriorBlock(60, 3);
  const hard = posteriorBlock(60, 3);
  mixturePosterior(points.data, 0, 60, densities, soft);
  mixturePosterior(points.data, 0, 60, densities, hard, 'hard');
  identical(hard.labels, soft.labels, 'labels');
  expect(new Set(hard.labels)).toEqual(new Set([0, 2]));
  for (let i = 0; i < 60; i++) {
    const logits = hard.logits.subarray(3 * i, 3 * i + 3);
    expect(hard.logNorms[i]).toBe(Math.max(...logits));
    const expected = [0, 0, 0];
    expected[hard.labels[i]] = 1;
    identical(hard.responsibilities.subarray(3 * i, 3 * i + 3), expected, `responsibilities of row ${i}`);
  }
});

describe('expNonPositive', () => {
  test('is within 1.5 units in the last place of Math.exp', () => {
    const rng = createRng(3);
    for (let i = 0; i < 200_000; i++) {
      const x = -(i % 2 ? 708 : 1) * rng.uniform();
      near(expNonPositive(x), Math.exp(x), { rel: 1.5 * Number.EPSILON }, `exp(${x})`);
    }
    near(expNonPositive(-1e-300), 1, {});
  });

  test('ends where normal numbers end', () => {
    expect(expNonPositive(0)).toBe(1);
    expect(expNonPositive(-1022 * Math.LN2)).toBeGreaterThan(0);
    expect(expNonPositive(-709)).toBe(0);
    expect(expNonPositive(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(expNonPositive(Number.NaN)).toBeNaN();
  });
});
