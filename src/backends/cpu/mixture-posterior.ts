import type { GaussianDensities } from '../../models/gaussian-densities.js';
import type { EStepRule } from '../backend.js';

/** Where the posterior of a block of rows is written; allocated once, reused block after block. */
export interface PosteriorBlock {
  /** [rows, K] log π_k + log N(x_i | μ_k, Σ_k), then overwritten by r_ik when asked for */
  readonly logits: Float64Array;
  /** [rows] log p(x_i | θ); under the hard rule max_k of the logits */
  readonly logNorms: Float64Array;
  /** [rows] argmax_k, ties to the smaller k */
  readonly labels: Uint32Array;
}

export function posteriorBlock(rows: number, nComponents: number): PosteriorBlock {
  return {
    logits: new Float64Array(rows * nComponents),
    logNorms: new Float64Array(rows),
    labels: new Uint32Array(rows),
  };
}

/**
 * Log joint densities, their log-sum-exp and their argmax for rows [begin, begin + count) of x [n, D].
 * Difference first, then whiten: |W_k (x − μ_k)|².
 */
export function mixturePosterior(
  x: Float64Array,
  begin: number,
  count: number,
  densities: GaussianDensities,
  block: PosteriorBlock,
  rule: EStepRule = 'exact',
): void {
  const { nComponents, nFeatures } = densities;
  const logDensity = densities.moments === 'full' ? fullLogDensity(densities) : diagLogDensity(densities);
  for (let i = 0; i < count; i++) {
    const row = i * nComponents;
    let largest = Number.NEGATIVE_INFINITY;
    let label = 0;
    for (let k = 0; k < nComponents; k++) {
      const logit = logDensity(x, (begin + i) * nFeatures, k);
      block.logits[row + k] = logit;
      if (logit > largest) {
        largest = logit;
        label = k;
      }
    }
    block.labels[i] = label;
    block.logNorms[i] = rule === 'hard' ? largest : logSumExp(block.logits, row, nComponents, largest);
  }
}

/** Turn the logits of a block into responsibilities, in place. */
export function responsibilities(
  block: PosteriorBlock,
  count: number,
  nComponents: number,
  rule: EStepRule = 'exact',
): void {
  const { logits, logNorms, labels } = block;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < nComponents; k++) {
      const at = i * nComponents + k;
      if (rule === 'hard') logits[at] = labels[i] === k ? 1 : 0;
      else logits[at] = Math.exp(logits[at] - logNorms[i]);
    }
  }
}

function logSumExp(values: Float64Array, begin: number, count: number, largest: number): number {
  let sum = 0;
  for (let k = begin; k < begin + count; k++) sum += Math.exp(values[k] - largest);
  return largest + Math.log(sum);
}

type LogDensity = (x: Float64Array, row: number, k: number) => number;

function fullLogDensity({ nFeatures: d, logConstants, means, whitening }: GaussianDensities): LogDensity {
  const length = (d * (d + 1)) / 2;
  const u = new Float64Array(d);
  return (x, row, k) => {
    for (let j = 0; j < d; j++) u[j] = x[row + j] - means[k * d + j];
    let squares = 0;
    for (let i = 0, t = k * length; i < d; i++) {
      let y = 0;
      for (let j = 0; j <= i; j++, t++) y += whitening[t] * u[j];
      squares += y * y;
    }
    return logConstants[k] - 0.5 * squares;
  };
}

function diagLogDensity({ nFeatures: d, logConstants, means, whitening }: GaussianDensities): LogDensity {
  return (x, row, k) => {
    let squares = 0;
    for (let j = 0; j < d; j++) {
      const y = whitening[k * d + j] * (x[row + j] - means[k * d + j]);
      squares += y * y;
    }
    return logConstants[k] - 0.5 * squares;
  };
}
