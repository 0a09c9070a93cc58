import type { Columns } from '../data/columns.js';
import type { EStepOptions } from './e-step.js';
import type { Moments } from './statistics.js';

/**
 * A mixture, ready to evaluate and all that a backend knows of a model: with u = x − means_k,
 * log π_k + log p(x | θ_k) = logConstants[k] − ½ |W_k u|² (forms full and diag) or logConstants[k] + a_k · u (linear).
 */
export interface Densities extends ComponentDensities {
  readonly form: DensityForm;
  /** The statistic to reduce. */
  readonly moments: Moments;
  readonly nComponents: number;
  readonly nFeatures: number;
}

/** W_k or a_k, of component k. */
export function factorOf({ nComponents, factors }: Densities, k: number): Float64Array {
  const length = factors.length / nComponents;
  return factors.subarray(k * length, (k + 1) * length);
}

/** The densities of q ∝ (p(x, z | θ) e^bias)^β. */
export function adjust(densities: Densities, { bias, beta = 1 }: EStepOptions): Densities {
  const { logConstants } = densities;
  return temper(
    bias ? { ...densities, logConstants: logConstants.map((c, k) => c + bias[k]) } : densities,
    beta,
  );
}

/** The densities of q ∝ p(x, z | θ)^β: every log density times β. */
function temper(densities: Densities, beta: number): Densities {
  if (beta === 1) return densities;
  const factor = densities.form === 'linear' ? beta : Math.sqrt(beta);
  return {
    ...densities,
    logConstants: densities.logConstants.map(value => beta * value),
    factors: densities.factors.map(value => factor * value),
  };
}

/**
 * Centres and scales that rows to be scored may be rounded by: where the components are, and how far from each other and
 * wide. They are the model's alone, so that what a row scores does not depend on the rows beside it.
 */
export function unitsOf(densities: Densities): Columns {
  const { moments, nComponents: k, nFeatures: d, means } = densities;
  const center = new Float64Array(d);
  means.forEach((mean, at) => {
    center[at % d] += mean / k;
  });
  const variance = new Float64Array(d);
  means.forEach((mean, at) => {
    variance[at % d] += (mean - center[at % d]) ** 2 / k;
  });
  // Clusters of k-means have centres only: its factors are units of the caller's.
  if (moments !== 'first') {
    precisionsOf(densities).forEach((precision, at) => {
      variance[at % d] += 1 / (precision * k);
    });
  }
  return { center, scale: variance.map(value => Math.sqrt(value) || 1) };
}

/** [K, D] diagonals of W_kᵀ W_k. */
function precisionsOf({ form, nComponents: k, nFeatures: d, factors }: Densities): Float64Array {
  const precisions = new Float64Array(k * d);
  if (form === 'diag') return factors.map(w => w * w);
  for (let c = 0, t = 0; c < k; c++) {
    for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++, t++) precisions[c * d + j] += factors[t] ** 2;
  }
  return precisions;
}
/** How backends evaluate a log density: −½ |W u|² with W a triangle or a diagonal, or a · u. */
export type DensityForm = 'full' | 'diag' | 'linear';

/** log p(x | θ_k) = logConstants[k] + form(x − means_k, factors_k), of all components. */
export interface ComponentDensities {
  /** [K] nats */
  readonly logConstants: Float64Array;
  /** [K, D] the point that differences, and the statistics, are taken from */
  readonly means: Float64Array;
  /** full: [K, D(D+1)/2] lower triangles W_k, row by row; diag: [K, D] diagonals; linear: [K, D] a_k */
  readonly factors: Float64Array;
}
