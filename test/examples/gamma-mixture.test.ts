import { expect, test } from 'vitest';
import { cpu, em, type Family, gradient, matrix, mixture } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { digamma, logGamma } from '../../src/numerics/special.js';

/**
 * A family with no closed M-step: the gamma distribution, log p(x | α, β) = (α − 1) log x − βx + α log β − log Γ(α).
 * Its statistics are (log x, x), so rows are those two columns and its density is linear in them; α solves
 * log α − ψ(α) = log x̄ − mean log x, so that generalised EM climbs instead.
 */
type GammaParameters = { readonly alphas: Float64Array; readonly betas: Float64Array };

const gamma: Family<GammaParameters> = {
  name: 'gamma',
  form: 'linear',
  moments: 'first',
  shapes: k => ({ alphas: [k], betas: [k] }),
  nFeatures: () => 2,
  nParameters: k => 2 * k,
  check() {},
  densities({ alphas, betas }, k) {
    const means = Float64Array.from({ length: 2 * k }, (_, i) =>
      i % 2 ? alphas[i >> 1] / betas[i >> 1] : digamma(alphas[i >> 1]) - Math.log(betas[i >> 1]),
    );
    const factors = Float64Array.from({ length: 2 * k }, (_, i) =>
      i % 2 ? -betas[i >> 1] : alphas[i >> 1] - 1,
    );
    const logConstants = alphas.map(
      (alpha, c) =>
        alpha * Math.log(betas[c]) -
        logGamma(alpha) +
        factors[2 * c] * means[2 * c] +
        factors[2 * c + 1] * means[2 * c + 1],
    );
    return { logConstants, means, factors };
  },
  maximise() {
    throw new Error('The gamma family has no closed M-step; use the gradient rule.');
  },
  prior: given => given,
  logPrior: () => 0,
  around: (means, k) => ({
    alphas: new Float64Array(k).fill(1),
    betas: Float64Array.from({ length: k }, (_, c) => 1 / means[2 * c + 1]),
  }),
  toVector: ({ alphas, betas }) => Float64Array.from([...alphas, ...betas], Math.log),
  fromVector: (vector, _like, k) => ({
    alphas: vector.slice(0, k).map(Math.exp),
    betas: vector.slice(k).map(Math.exp),
  }),
  sampler: () => () => {},
};

/** Sums of `shape` exponentials of one rate: gamma with an integer shape. */
function waitingTimes(n: number, shape: number, rate: number, seed: number): number[] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => {
    let sum = 0;
    for (let i = 0; i < shape; i++) sum -= Math.log(1 - rng.uniform()) / rate;
    return sum;
  });
}

const rowsOf = (times: readonly number[]) =>
  cpu().load(matrix(Float64Array.from(times.flatMap(x => [Math.log(x), x])), [times.length, 2]));

test('one gamma: the maximum likelihood estimate solves its equation', async () => {
  const times = waitingTimes(2000, 3, 2, 1);
  const rows = await rowsOf(times);
  const start = { weights: Float64Array.of(1), alphas: Float64Array.of(1), betas: Float64Array.of(1) };
  const { parameters } = await em(mixture(gamma, { nComponents: 1 }), start, rows, {
    mStep: gradient({ steps: 5 }),
    tol: 0,
    maxIter: 300,
  });
  const mean = times.reduce((a, b) => a + b) / times.length;
  const meanLog = times.reduce((sum, x) => sum + Math.log(x), 0) / times.length;
  const [alpha] = parameters.alphas;
  expect(Math.log(alpha) - digamma(alpha)).toBeCloseTo(Math.log(mean) - meanLog, 6);
  expect(alpha / parameters.betas[0]).toBeCloseTo(mean, 5);
});

test('two gammas: planted shapes are found, and the likelihood never falls', async () => {
  const times = [...waitingTimes(4000, 2, 4, 1), ...waitingTimes(6000, 9, 2, 2)];
  const rows = await rowsOf(times);
  const start = {
    weights: Float64Array.of(0.5, 0.5),
    alphas: Float64Array.of(1, 3),
    betas: Float64Array.of(2, 1),
  };
  const { parameters, history } = await em(mixture(gamma, { nComponents: 2 }), start, rows, {
    mStep: gradient({ steps: 5 }),
    tol: 0,
    maxIter: 200,
  });
  expect(history.every((value, i) => i === 0 || value >= history[i - 1] - 1e-8)).toBe(true);
  expect(parameters.weights[0]).toBeCloseTo(0.4, 1);
  expect(parameters.alphas[0]).toBeGreaterThan(1.85);
  expect(parameters.alphas[0]).toBeLessThan(2.15);
  expect(parameters.alphas[1]).toBeGreaterThan(8.3);
  expect(parameters.alphas[1]).toBeLessThan(9.7);
});
