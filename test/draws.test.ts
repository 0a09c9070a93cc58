import { describe, expect, test } from 'vitest';
import { HiddenMarkovModel, InvalidArgumentError, Mixture } from '../src/index.js';
import { drawBinomial, drawIndex, drawMultinomial, drawPoisson } from '../src/numerics/draws.js';
import { createRng, type Rng } from '../src/numerics/rng.js';
import { logGamma } from '../src/numerics/special.js';

/** Draws of counts have the distribution they are named after, at a cost that does not grow with their means. */

const N = 40_000;

const poissonLog = (k: number, rate: number) => k * Math.log(rate) - rate - logGamma(k + 1);
const binomialLog = (k: number, n: number, p: number) =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) + k * Math.log(p) + (n - k) * Math.log1p(-p);

/**
 * Pearson's X² of N draws against p(k), neighbours pooled until a bin expects 10, as a normal deviate (Wilson & Hilferty):
 * above 4.5 in 3 of a million tests.
 */
function deviateOf(draw: () => number, logP: (k: number) => number, mean: number, sd: number): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < N; i++) {
    const k = draw();
    counts.set(k, (counts.get(k) ?? 0) + 1);
  }
  const low = Math.max(0, Math.floor(mean - 12 * sd - 12));
  const high = Math.ceil(mean + 12 * sd + 12);
  const bins: [observed: number, expected: number][] = [[0, 0]];
  for (let k = low; k <= high; k++) {
    const p = Math.exp(logP(k));
    const bin = bins[bins.length - 1];
    bin[0] += counts.get(k) ?? 0;
    bin[1] += N * (Number.isFinite(p) ? p : 0);
    if (bin[1] >= 10) bins.push([0, 0]);
  }
  const [rest] = bins.splice(-1);
  bins[bins.length - 1][0] += rest[0];
  bins[bins.length - 1][1] += rest[1];
  expect(bins.reduce((sum, [observed]) => sum + observed, 0)).toBe(N);
  const square = bins.reduce((sum, [observed, expected]) => sum + (observed - expected) ** 2 / expected, 0);
  const freedom = bins.length - 1;
  if (freedom === 0) return 0;
  const part = 2 / (9 * freedom);
  return ((square / freedom) ** (1 / 3) - (1 - part)) / Math.sqrt(part);
}

describe('Poisson', () => {
  test.each([0.05, 1, 5, 9.99, 10, 10.5, 14, 33, 100, 1000, 20_000])('of rate %d', rate => {
    const rng = createRng(1);
    const deviate = deviateOf(
      () => drawPoisson(rate, rng),
      k => poissonLog(k, rate),
      rate,
      Math.sqrt(rate),
    );
    expect(deviate).toBeLessThan(4.5);
  });
});

describe('binomial', () => {
  test.each([
    [1, 0.3],
    [10, 0.5],
    [20, 0.9],
    [24, 0.45],
    [40, 0.25],
    [40, 0.75],
    [100, 0.0999],
    [100, 0.1],
    [1000, 0.5],
    [1_000_000, 1e-4],
    [100_000, 0.97],
  ])('of %d trials of probability %d', (trials, p) => {
    const rng = createRng(2);
    const deviate = deviateOf(
      () => drawBinomial(trials, p, rng),
      k => (k > trials ? Number.NEGATIVE_INFINITY : binomialLog(k, trials, p)),
      trials * p,
      Math.sqrt(trials * p * (1 - p)),
    );
    expect(deviate).toBeLessThan(4.5);
  });

  test('of no doubt', () => {
    const rng = createRng(3);
    expect([0, 1].map(p => drawBinomial(1e15, p, rng))).toEqual([0, 1e15]);
  });
});

describe('large counts', () => {
  /** Kolmogorov's √N sup |F − Φ| of standardised draws, above 2.3 once in 20,000 times. */
  function kolmogorov(draws: number[], mean: number, sd: number): number {
    const z = draws.map(value => (value - mean) / sd).sort((a, b) => a - b);
    const normal = (x: number) => 0.5 * (1 + erf(x / Math.SQRT2));
    return Math.sqrt(z.length) * Math.max(...z.map((x, i) => Math.abs(normal(x) - (i + 0.5) / z.length)));
  }
  /** Abramowitz & Stegun 7.1.26, to 1.5e-7. */
  function erf(x: number): number {
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const tail =
      t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return Math.sign(x) * (1 - tail * Math.exp(-x * x));
  }

  test.each([1e6, 1e9, 1e12, 1e15])('a rate of %d', rate => {
    const rng = createRng(4);
    const draws = Array.from({ length: 20_000 }, () => drawPoisson(rate, rng));
    expect(kolmogorov(draws, rate, Math.sqrt(rate))).toBeLessThan(2.3);
  });

  test.each([
    [1e9, 0.3],
    [1e12, 0.5],
    [1e15, 1e-6],
    [1e15, 1 - 1e-6],
  ])('%d trials of probability %d', (trials, p) => {
    const rng = createRng(5);
    const draws = Array.from({ length: 20_000 }, () => drawBinomial(trials, p, rng));
    expect(kolmogorov(draws, trials * p, Math.sqrt(trials * p * (1 - p)))).toBeLessThan(2.3);
  });

  test('take no more uniform numbers than small ones', () => {
    let used = 0;
    const inner = createRng(6);
    const rng: Rng = {
      ...inner,
      uniform() {
        used++;
        return inner.uniform();
      },
    };
    for (const rate of [10, 1e3, 1e6, 1e12, 1e18, 1e300]) {
      used = 0;
      for (let i = 0; i < 1000; i++) drawPoisson(rate, rng);
      expect(used, `rate ${rate}`).toBeLessThan(4000);
      used = 0;
      const trials = Math.min(4 * rate, 2 ** 53 - 1);
      for (let i = 0; i < 1000; i++) drawBinomial(trials, 0.25, rng);
      expect(used, `${trials} trials`).toBeLessThan(4000);
    }
  });
});

describe('multinomial', () => {
  test('every category is a binomial, and all add up', () => {
    const p = Float64Array.of(0.1, 0, 0.6, 0.3, 0);
    const rng = createRng(7);
    const draws = Array.from({ length: N }, () => {
      const target = new Float64Array(7);
      drawMultinomial(50, p, rng, target, 1);
      return target;
    });
    for (const row of draws) expect(row.reduce((sum, count) => sum + count, 0)).toBe(50);
    p.forEach((share, j) => {
      expect(draws.some(row => row[1 + j] > 0)).toBe(share > 0);
      if (share === 0) return;
      let at = 0;
      const deviate = deviateOf(
        () => draws[at++][1 + j],
        k => (k > 50 ? Number.NEGATIVE_INFINITY : binomialLog(k, 50, share)),
        50 * share,
        Math.sqrt(50 * share * (1 - share)),
      );
      expect(deviate).toBeLessThan(4.5);
    });
  });

  test('an index of probability 0 is never drawn', () => {
    const p = Float64Array.of(0, 0.3, 0, 0.7 - 1e-12, 0);
    expect([0, 0.2, 0.5, 1 - 2 ** -53].map(u => drawIndex(p, u))).toEqual([1, 1, 3, 3]);
  });
});

describe('models', () => {
  const heavy = Mixture.fromParameters({ weights: [1], rates: [[1e12]] }, { family: 'poisson' });

  test('of large counts are drawn from in no time', () => {
    const begun = performance.now();
    const { data } = heavy.sample(10_000, { seed: 1 });
    const mean = data.reduce((sum, count) => sum + count, 0) / 10_000;
    expect(Math.abs(mean - 1e12)).toBeLessThan(5 * 1e6 * 0.01);
    const trials = 1e9;
    const binomials = Mixture.fromParameters(
      { weights: [1], probabilities: [[0.3]] },
      { family: 'binomial', trials },
    );
    binomials.sample(10_000);
    const multinomials = Mixture.fromParameters(
      { weights: [1], probabilities: [[0.3, 0.7]] },
      { family: 'multinomial', trials },
    );
    multinomials.sample(10_000);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test.each([1e12, 2 ** 53 - 1, 2 ** 31])('more rows than there is memory for are refused: %d', n => {
    const chain = HiddenMarkovModel.fromParameters(
      { initialProbs: [1], transitionMatrix: [1], emission: { rates: [[1, 2]] } },
      { emission: 'poisson' },
    );
    const begun = performance.now();
    for (const draw of [() => heavy.sample(n), () => chain.sample(n)]) {
      expect(draw).toThrow(InvalidArgumentError);
      expect(draw).toThrow(/GiB, more than can be made at once\. Try fewer rows at a time/);
    }
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
