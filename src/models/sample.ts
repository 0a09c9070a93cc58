import type { Matrix } from '../data/matrix.js';
import { newTable } from '../data/table.js';
import type { Arrays, Family } from '../families/family.js';
import { checkInteger } from '../numbers.js';
import { drawIndex } from '../numerics/draws.js';
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
 * @throws InvalidArgumentError unless n is an integer ≥ 1 of which there is memory for, and seed one ≥ 0
 */
export function sampleMixture<P extends Arrays>(
  { family, nComponents }: MixtureModel<P, Family<P>>,
  parameters: MixtureParameters<P>,
  n: number,
  seed: number,
): SampledPoints {
  checkInteger('seed', seed, 0);
  const d = family.nFeatures(parameters, nComponents);
  const data = newTable('n', n, d);
  const draw = family.sampler(parameters, nComponents);
  const rng = createRng(seed);
  const labels = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    labels[i] = drawIndex(parameters.weights, rng.uniform());
    draw(labels[i], rng, data, i * d);
  }
  return { data, shape: [n, d], labels };
}
