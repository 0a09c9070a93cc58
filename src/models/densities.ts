import type { EStepOptions } from '../backends/backend.js';
import type { ComponentDensities, DensityForm } from '../families/family.js';
import type { Moments } from '../families/moments.js';

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

/** The densities of q ∝ (p(x, z | θ) e^bias)^β. */
export function adjust(densities: Densities, { bias, beta = 1 }: EStepOptions): Densities {
  const { logConstants } = densities;
  return temper(
    bias ? { ...densities, logConstants: logConstants.map((c, k) => c + bias[k]) } : densities,
    beta,
  );
}

/** The densities of q ∝ p(x, z | θ)^β: every log density times β. */
export function temper(densities: Densities, beta: number): Densities {
  if (beta === 1) return densities;
  const factor = densities.form === 'linear' ? beta : Math.sqrt(beta);
  return {
    ...densities,
    logConstants: densities.logConstants.map(value => beta * value),
    factors: densities.factors.map(value => factor * value),
  };
}
