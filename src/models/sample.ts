import type { Matrix } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import { choleskyInPlace } from '../numerics/cholesky.js';
import { createRng } from '../numerics/rng.js';
import { at } from '../numerics/triangle.js';
import type { Mixture, MixtureParameters } from './mixture.js';

export interface SampledPoints extends Matrix {
  readonly data: Float64Array;
  /** [n] component of each row */
  readonly labels: Uint32Array;
}

/**
 * n independent draws: z ~ weights, x = μ_z + L_z ε with L Lᵀ = Σ and ε standard normal.
 *
 * @throws InvalidArgumentError unless n is an integer ≥ 1
 */
export function sampleMixture(
  model: Mixture,
  parameters: MixtureParameters,
  n: number,
  seed: number,
): SampledPoints {
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError(`n must be an integer ≥ 1, got ${n}.`);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidArgumentError(`seed must be an integer ≥ 0, got ${seed}.`);
  }
  const { weights, means, covariances } = parameters;
  const d = means.length / model.nComponents;
  const factors = Array.from(weights, (_, k) => {
    const factor = Float64Array.from(model.family.covariance.component(covariances, k, d));
    choleskyInPlace(factor, d);
    return factor;
  });

  const rng = createRng(seed);
  const data = new Float64Array(n * d);
  const labels = new Uint32Array(n);
  const noise = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const k = drawComponent(weights, rng.uniform());
    labels[i] = k;
    for (let j = 0; j < d; j++) noise[j] = rng.normal();
    for (let a = 0; a < d; a++) {
      let value = means[k * d + a];
      for (let b = 0; b <= a; b++) value += factors[k][at(a, b)] * noise[b];
      data[i * d + a] = value;
    }
  }
  return { data, shape: [n, d], labels };
}

function drawComponent(weights: Float64Array, u: number): number {
  let sum = 0;
  for (let k = 0; k < weights.length - 1; k++) {
    sum += weights[k];
    if (u < sum) return k;
  }
  return weights.length - 1;
}
