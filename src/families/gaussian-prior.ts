import type { Columns } from '../data/columns.js';
import { InvalidArgumentError } from '../errors.js';
import { checkAtLeast, checkNumber, checkNumbers } from '../numbers.js';
import { triangleLength } from '../numerics/triangle.js';
import { checkOptionNames } from '../option-names.js';
import type { CentredMoments, CovarianceName, CovarianceType } from './covariance/covariance-type.js';
import type { GaussianParameters } from './gaussian.js';

/**
 * The normal–inverse-Wishart prior of every component, and what it becomes for the other covariance types (Fraley &
 * Raftery, Journal of Classification 24 (2007) 155–181, table 1): μ_k | Σ_k ~ N(mean, Σ_k / meanPrecision),
 * Σ_k ~ inverse Wishart(degreesOfFreedom, diag(scale)).
 */
export interface GaussianPrior {
  /** [D] */
  readonly mean: Float64Array;
  /** κ ≥ 0 */
  readonly meanPrecision: number;
  /** ν > D − 1 */
  readonly degreesOfFreedom: number;
  /** [D] the diagonal of the scale matrix, > 0 */
  readonly scale: Float64Array;
}

/**
 * A prior with Fraley & Raftery's defaults in its gaps: the columns' means, κ = 0.01, ν = D + 2, and the columns'
 * variances over K^(2/D).
 *
 * @throws InvalidArgumentError naming what is out of range
 */
export function gaussianPrior(
  given: Partial<GaussianPrior>,
  { center, scale: deviations }: Columns,
  k: number,
): GaussianPrior {
  checkOptionNames(given, [
    'mean',
    'meanPrecision',
    'degreesOfFreedom',
    'scale',
  ] satisfies (keyof GaussianPrior)[]);
  const d = center.length;
  const {
    mean = center,
    meanPrecision = 0.01,
    degreesOfFreedom = d + 2,
    scale = deviations.map(s => s ** 2 / k ** (2 / d)),
  } = given;
  const entries = (name: string, values: unknown, expected: string, isValid: (value: number) => boolean) => {
    const checked = checkNumbers(`The prior's ${name}`, values, `${d} ${expected}`, isValid);
    if (checked.length === d) return checked;
    throw new InvalidArgumentError(`The prior's ${name} must be ${d} ${expected}, got ${checked.length}.`);
  };
  const isPositive = (value: number) => value > 0 && Number.isFinite(value);
  return {
    mean: entries('mean', mean, 'finite numbers', Number.isFinite),
    meanPrecision: checkAtLeast("The prior's meanPrecision", meanPrecision, 0),
    degreesOfFreedom: checkNumber(
      "The prior's degreesOfFreedom",
      degreesOfFreedom,
      `a number > D − 1 = ${d - 1}`,
      value => value > d - 1 && Number.isFinite(value),
    ),
    scale: entries('scale', scale, 'numbers > 0, the diagonal of the scale matrix', isPositive),
  };
}

/** What a component's covariance counts beyond N_k, and its part of the scale: the pooled types share one prior. */
function strength(name: CovarianceName, { degreesOfFreedom: nu }: GaussianPrior, k: number, d: number) {
  if (name === 'full') return { rows: nu + d + 2, share: 1 };
  if (name === 'diag') return { rows: nu + 3, share: 1 };
  if (name === 'spherical') return { rows: (nu + 2) / d + 1, share: 1 };
  return { rows: 1 + (nu + d + 1) / k, share: 1 / k };
}

/**
 * Moments of which the type's pooling makes the posterior's mode: with A_k = Σ + N_k S_k + κN_k/(κ + N_k) δδᵀ,
 * δ = x̄_k − mean, the covariance A_k / (N_k + rows) and the mean (N_k x̄_k + κ mean) / (N_k + κ). Where means are fixed,
 * S_k and δ are about them, κ takes the place of κN_k/(κ + N_k), and they stay.
 */
export function withPrior(
  { counts, means, covariances }: CentredMoments & { readonly means: Float64Array },
  prior: GaussianPrior,
  { name, moments }: CovarianceType,
  d: number,
  fixedMeans = false,
): CentredMoments & { readonly means: Float64Array } {
  const { rows, share } = strength(name, prior, counts.length, d);
  const kappa = prior.meanPrecision;
  const length = moments === 'full' ? triangleLength(d) : d;
  const modes = Float64Array.from(means);
  const spread = new Float64Array(covariances.length);
  counts.forEach((count, k) => {
    const delta = (j: number) => means[k * d + j] - prior.mean[j];
    const pull = fixedMeans || kappa === 0 ? kappa : (kappa * count) / (kappa + count);
    for (let i = 0, t = 0; i < d; i++) {
      for (let j = moments === 'full' ? 0 : i; j <= i; j++, t++) {
        const own = count * covariances[k * length + t] + pull * delta(i) * delta(j);
        spread[k * length + t] = (own + (i === j ? share * prior.scale[i] : 0)) / (count + rows);
      }
    }
    for (let j = 0; j < d && kappa + count > 0 && !fixedMeans; j++) {
      modes[k * d + j] = (count * means[k * d + j] + kappa * prior.mean[j]) / (count + kappa);
    }
  });
  return { counts: counts.map(count => count + rows), means: modes, covariances: spread };
}

/** Σ_k −½ (rows log det Σ_k + tr(scale Σ_k⁻¹) + κ |W_k (μ_k − mean)|²): the prior's log density up to a constant. */
export function logPriorOf(
  { means, covariances }: GaussianParameters,
  prior: GaussianPrior,
  covariance: CovarianceType,
): number {
  const d = prior.mean.length;
  const k = means.length / d;
  const { rows, share } = strength(covariance.name, prior, k, d);
  const { factors, logDeterminants } = covariance.whiten(covariances, k, d);
  const diagonal = covariance.moments === 'diag';
  let sum = 0;
  for (let component = 0, t = 0; component < k; component++) {
    let [trace, squares] = [0, 0];
    for (let i = 0; i < d; i++) {
      let whitened = 0;
      for (let j = diagonal ? i : 0; j <= i; j++, t++) {
        trace += share * prior.scale[j] * factors[t] ** 2;
        whitened += factors[t] * (means[component * d + j] - prior.mean[j]);
      }
      squares += whitened ** 2;
    }
    sum += rows * logDeterminants[component] - 0.5 * (trace + prior.meanPrecision * squares);
  }
  return sum;
}
