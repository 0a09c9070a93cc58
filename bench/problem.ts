import { createRng, type Rng, sampleIndices } from '../src/numerics/rng.js';
import type { Shape } from './shapes.js';

/** Where every peer begins: equal weights, these means, and one diagonal covariance for all components. */
export interface StartValues {
  /** [K, D] */
  readonly means: readonly number[];
  /** [D] the columns' variances */
  readonly variances: readonly number[];
}

export interface Problem {
  readonly shape: Shape;
  /** [N, D] row-major */
  readonly data: Float32Array<ArrayBuffer>;
  readonly start: StartValues;
}

/** Added to every variance in each M-step, by all peers alike. */
export const REG_COVAR = 1e-6;

const SPREAD = 3;

/** One shape and seed give one problem, everywhere. The start's means are rows drawn at random. */
export function createProblem(shape: Shape, seed = 0): Problem {
  const data = drawRows(shape, createRng(seed, 1));
  const { n, d, k } = shape;
  const rows = sampleIndices(n, k, createRng(seed, 2));
  const means = Array.from(rows).flatMap(i => Array.from(data.subarray(i * d, (i + 1) * d)));
  return { shape, data, start: { means, variances: columnVariances(data, shape) } };
}

/**
 * Rows of a Gaussian mixture whose features are correlated as a first-order autoregression: neighbours by ρ_k. It
 * costs O(D) a row, where a covariance of its own would cost O(D²).
 */
function drawRows({ n, d, k }: Shape, rng: Rng): Float32Array<ArrayBuffer> {
  const means = Float64Array.from({ length: k * d }, () => SPREAD * rng.normal());
  const deviations = Float64Array.from({ length: k * d }, () => 0.5 + rng.uniform());
  const correlations = Float64Array.from({ length: k }, () => 1.4 * rng.uniform() - 0.7);
  const data = new Float32Array(n * d);
  for (let i = 0, at = 0; i < n; i++) {
    const c = rng.integer(k);
    const correlation = correlations[c];
    const innovation = Math.sqrt(1 - correlation * correlation);
    let noise = rng.normal();
    for (let j = 0; j < d; j++, at++) {
      if (j > 0) noise = correlation * noise + innovation * rng.normal();
      data[at] = means[c * d + j] + deviations[c * d + j] * noise;
    }
  }
  return data;
}

function columnVariances(data: Float32Array, { n, d }: Shape): number[] {
  return Array.from({ length: d }, (_, j) => {
    let sum = 0;
    for (let at = j; at < data.length; at += d) sum += data[at];
    const mean = sum / n;
    let squares = 0;
    for (let at = j; at < data.length; at += d) squares += (data[at] - mean) ** 2;
    return squares / n;
  });
}
