import { GaussianMixture } from '../../src/index.js';
import type { SampledPoints } from '../../src/models/sample.js';
import { createRng } from '../../src/numerics/rng.js';

/** A Gaussian mixture with full covariances, drawn at random: means N(0, spread²), correlated unit-ish covariances. */
export function randomMixture(k: number, d: number, { seed = 1, spread = 4 } = {}): GaussianMixture {
  const rng = createRng(seed, 77);
  const weights = Float64Array.from({ length: k }, () => 0.5 + rng.uniform());
  const total = weights.reduce((a, b) => a + b);
  const means = Float64Array.from({ length: k * d }, () => spread * rng.normal());
  const covariances = new Float64Array(k * d * d);
  for (let c = 0; c < k; c++) {
    const factor = Float64Array.from({ length: d * d }, () => rng.normal() / Math.sqrt(d));
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        let value = i === j ? 0.5 : 0;
        for (let m = 0; m < d; m++) value += factor[i * d + m] * factor[j * d + m];
        covariances[c * d * d + i * d + j] = value;
      }
    }
  }
  return GaussianMixture.fromParameters({
    weights: weights.map(weight => weight / total),
    means,
    covariances,
  });
}

/** Rows of a random mixture; `shift` and `scale` per column. */
export function randomPoints(
  n: number,
  k: number,
  d: number,
  options: { seed?: number; spread?: number; shift?: number; scale?: (column: number) => number } = {},
): SampledPoints {
  const points = randomMixture(k, d, options).sample(n, { seed: options.seed ?? 1 });
  const { shift = 0, scale = () => 1 } = options;
  return { ...points, data: points.data.map((value, i) => shift + scale(i % d) * value) };
}

/** Adjusted Rand index (Hubert & Arabie 1985): 1 for the same partition, about 0 for unrelated ones. */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const sumOfPairs = (counts: Map<string, number>) =>
    [...counts.values()].reduce((sum, count) => sum + pairs(count), 0);
  const count = (key: (i: number) => string) => {
    const counts = new Map<string, number>();
    for (let i = 0; i < a.length; i++) counts.set(key(i), (counts.get(key(i)) ?? 0) + 1);
    return sumOfPairs(counts);
  };
  const both = count(i => `${a[i]} ${b[i]}`);
  const first = count(i => `${a[i]}`);
  const second = count(i => `${b[i]}`);
  const expected = (first * second) / pairs(a.length);
  return (both - expected) / ((first + second) / 2 - expected);
}
