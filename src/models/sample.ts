import type { Matrix } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import type { Arrays, Family } from '../families/family.js';
import { drawIndex } from '../families/multinomial.js';
import { createRng } from '../numerics/rng.js';
import type { MixtureModel, MixtureParameters } from './mixture.js';

export interface SampledPoints extends Matrix {
  readonly data: Float64Array;
  /** [n] component of each row */
  readonly labels: Uint32Array;
}

/**
 * n independent draws: z ~ weights, x from component z.
 *
 * @throws InvalidArgumentError unless n is an integer ≥ 1
 */
export function sampleMixture<P extends Arrays>(
  { family, nComponents }: MixtureModel<P, Family<P>>,
  parameters: MixtureParameters<P>,
  n: number,
  seed: number,
): SampledPoints {
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError(`n must be an integer ≥ 1, got ${n}.`);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidArgumentError(`seed must be an integer ≥ 0, got ${seed}.`);
  }
  const d = family.nFeatures(parameters, nComponents);
  const draw = family.sampler(parameters, nComponents);
  const rng = createRng(seed);
  const data = new Float64Array(n * d);
  const labels = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    labels[i] = drawIndex(parameters.weights, rng.uniform());
    draw(labels[i], rng, data, i * d);
  }
  return { data, shape: [n, d], labels };
}
