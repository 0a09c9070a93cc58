import type { ComponentDensities } from '../contract/densities.js';
import { type Moments, recentre, type Statistics, statisticLength } from '../contract/statistics.js';
import type { Columns } from '../data/columns.js';
import { InvalidArgumentError } from '../errors.js';
import { checkAtLeast } from '../numbers.js';
import { choleskyInPlace } from '../numerics/cholesky.js';
import { concatenate } from '../numerics/concatenate.js';
import type { Rng } from '../numerics/rng.js';
import { at, triangleLength } from '../numerics/triangle.js';
import { covariancesFromVector, covarianceVector } from './covariance/coordinates.js';
import type { CentredMoments, CovarianceType, Ridge, Whitening } from './covariance/covariance-type.js';
import { full } from './covariance/full.js';
import { doubtful, leapt, type Maximum } from './doubtful.js';
import { EMPTY_ROWS, emptyNotes, type Family, type Maximised, type MaximiseOptions } from './family.js';
import { gaussianNotes } from './gaussian-notes.js';
import { type GaussianPrior, gaussianPrior, logPriorOf, withPrior } from './gaussian-prior.js';
import { gaussianShortfall } from './gaussian-shortfall.js';

export type GaussianParameters = {
  /** [K, D] */
  readonly means: Float64Array;
  /** shape by covariance type: full [K, D, D], tied [D, D], diag [K, D], spherical [K] */
  readonly covariances: Float64Array;
};

/** The Gaussian family under one covariance type: N(x | μ_k, Σ_k). */
export class Gaussian implements Family<GaussianParameters> {
  readonly name = 'gaussian';
  /** What doubt has computed, the M-step and the next E-step need again. */
  readonly #maximised = new WeakMap<
    Float64Array,
    { previous: GaussianParameters; found: Maximised<GaussianParameters> }
  >();
  readonly #whitened = new WeakMap<Float64Array, Whitening>();

  constructor(
    readonly covariance: CovarianceType,
    /** Added to every variance in each M-step, in squared units of the data (scikit-learn's reg_covar). */
    readonly regCovar: number,
    /** [D] what columns would be divided by if they were standardised: regCovar is in squares of these. Default 1. */
    readonly scale?: Float64Array,
  ) {}

  /** The family with regCovar in units of columns' standard deviations. */
  standardised(scale: Float64Array): Gaussian {
    return new Gaussian(this.covariance, this.regCovar, scale);
  }

  /** What regCovar adds to the variance of column j. */
  readonly ridge: Ridge = j => this.regCovar * (this.scale?.[j] ?? 1) ** 2;

  /** tr(ridge Σ_k⁻¹), given Σ_k's whitening factor. */
  ridgeTrace(factor: Float64Array): number {
    if (this.moments === 'diag') return factor.reduce((sum, w, j) => sum + this.ridge(j) * w * w, 0);
    let trace = 0;
    for (let i = 0, t = 0; t < factor.length; i++) {
      for (let j = 0; j <= i; j++, t++) trace += this.ridge(j) * factor[t] ** 2;
    }
    return trace;
  }

  get moments() {
    return this.covariance.moments;
  }

  get form() {
    return this.covariance.moments;
  }

  shapes(k: number, d: number) {
    return { means: [k, d], covariances: this.covariance.shape(k, d) };
  }

  nFeatures({ means }: GaussianParameters, k: number): number {
    return means.length / k;
  }

  nParameters(k: number, d: number): number {
    return k * d + this.covariance.nParameters(k, d);
  }

  check({ covariances }: GaussianParameters, k: number, d: number): void {
    if (this.moments === 'full') checkSymmetric(covariances, d);
    this.#whiten(covariances, k, d);
  }

  densities({ means, covariances }: GaussianParameters, k: number): ComponentDensities {
    const d = means.length / k;
    const { factors, logDeterminants } = this.#whiten(covariances, k, d);
    const logNormaliser = (d / 2) * Math.log(2 * Math.PI);
    return { logConstants: logDeterminants.map(value => value - logNormaliser), means, factors };
  }

  /**
   * Each component's maximum-likelihood mean and covariance, with regCovar on the diagonal; or, with a prior, the mode
   * of its posterior. A component that expects no rows keeps its own, so that Q does not fall.
   */
  maximise(
    statistics: Statistics,
    previous: GaussianParameters,
    options: MaximiseOptions = {},
  ): Maximised<GaussianParameters> {
    if (options.fixed || options.prior) return this.#maximise(statistics, previous, options);
    const last = this.#maximised.get(statistics.sums);
    if (last?.previous === previous) return last.found;
    const found = this.#maximise(statistics, previous, {});
    this.#maximised.set(statistics.sums, { previous, found });
    return found;
  }

  doubtful(statistics: Statistics, previous: GaussianParameters): number[] {
    return statistics.rounding ? doubtful(statistics, this.#maximum(statistics, previous)) : [];
  }

  leapt(statistics: Statistics, previous: GaussianParameters): number[] {
    return leapt(statistics, this.#maximum(statistics, previous));
  }

  #maximum(statistics: Statistics, previous: GaussianParameters): Maximum {
    const { parameters } = this.maximise(statistics, previous);
    const k = statistics.counts.length;
    const whiten = () => this.#whiten(parameters.covariances, k, parameters.means.length / k);
    return { covariance: this.covariance, parameters, ridge: this.ridge, whiten };
  }

  #whiten(covariances: Float64Array, k: number, d: number): Whitening {
    const known = this.#whitened.get(covariances);
    if (known) return known;
    const whitening = this.covariance.whiten(covariances, k, d);
    this.#whitened.set(covariances, whitening);
    return whitening;
  }

  #maximise(
    statistics: Statistics,
    previous: GaussianParameters,
    { fixed, prior }: MaximiseOptions,
  ): Maximised<GaussianParameters> {
    const family = this;
    const { covariance, moments } = this;
    const k = statistics.counts.length;
    const d = previous.means.length / k;
    const about = fixed?.has('means') ? recentre(statistics, previous.means) : statistics;
    let centred = centredMoments(about, moments, d, fixed?.has('means') ? 'at-origin' : 'at-mean');
    if (prior) centred = withPrior(centred, prior as GaussianPrior, covariance, d, fixed?.has('means'));
    const { means } = centred;
    const covariances = fixed?.has('covariances')
      ? Float64Array.from(previous.covariances)
      : covariance.pool(centred, d);
    if (!prior && !fixed?.has('covariances')) covariance.addToDiagonal(covariances, this.ridge, d);

    if (!prior) {
      const length = covariance.componentLength(d);
      statistics.counts.forEach((count, component) => {
        if (count >= EMPTY_ROWS) return;
        const [mean, own] = [component * d, component * length];
        means.set(previous.means.subarray(mean, mean + d), mean);
        covariances.set(previous.covariances.subarray(own, own + length), own);
      });
    }
    const parameters = { means, covariances };
    const { counts } = statistics;
    return {
      parameters,
      get notes() {
        return prior || fixed?.has('covariances')
          ? emptyNotes(counts, prior)
          : gaussianNotes(family, counts, parameters);
      },
    };
  }

  prior(given: Partial<GaussianPrior>, columns: Columns, k: number): GaussianPrior {
    return gaussianPrior(given, columns, k);
  }

  logPrior(parameters: GaussianParameters, prior: object): number {
    return logPriorOf(parameters, prior as GaussianPrior, this.covariance);
  }

  shortfall(statistics: Statistics, parameters: GaussianParameters, epsilon: number): number {
    return gaussianShortfall(this, statistics, parameters, epsilon);
  }

  /** One for all columns where covariances are spherical. */
  units(columns: Columns): Float64Array {
    const d = columns.scale.length;
    const { covariances } = this.around(new Float64Array(d), 1, columns);
    const common = this.covariance.component(covariances, 0, d);
    return Float64Array.from({ length: d }, (_, j) => Math.sqrt(common[at(j, j)]));
  }

  around(means: Float64Array, k: number, { scale }: Columns, whole?: GaussianParameters): GaussianParameters {
    const d = scale.length;
    if (whole) {
      const common = this.covariance.component(whole.covariances, 0, d);
      return { means, covariances: this.covariance.repeat(common, k, d) };
    }
    const variances = new Float64Array(triangleLength(d));
    for (let j = 0; j < d; j++) variances[at(j, j)] = scale[j] ** 2;
    return { means, covariances: this.covariance.repeat(variances, k, d) };
  }

  toVector({ means, covariances }: GaussianParameters, k: number): Float64Array {
    const own = covarianceVector(covariances, this.moments, means.length / k);
    return concatenate(means, own);
  }

  fromVector(vector: Float64Array, { means }: GaussianParameters, k: number): GaussianParameters {
    const length = means.length;
    const covariances = covariancesFromVector(vector.subarray(length), this.moments, length / k);
    return { means: vector.slice(0, length), covariances };
  }

  sampler({ means, covariances }: GaussianParameters, k: number) {
    const d = means.length / k;
    const factors = Array.from({ length: k }, (_, component) => {
      const factor = Float64Array.from(this.covariance.component(covariances, component, d));
      choleskyInPlace(factor, d);
      return factor;
    });
    const noise = new Float64Array(d);
    return (component: number, rng: Rng, target: Float64Array, offset: number) => {
      for (let j = 0; j < d; j++) noise[j] = rng.normal();
      for (let a = 0; a < d; a++) {
        let value = means[component * d + a];
        for (let b = 0; b <= a; b++) value += factors[component][at(a, b)] * noise[b];
        target[offset + a] = value;
      }
    };
  }
}

/** @throws InvalidArgumentError for a negative regCovar */
export function gaussian({ covariance = full, regCovar = 1e-6 } = {}): Gaussian {
  checkAtLeast('regCovar', regCovar, 0);
  return new Gaussian(covariance, regCovar);
}

/**
 * Maximum-likelihood means and component covariances from statistics about any origin:
 * δ = S₁/N_k, μ_k = o_k + δ, Σ_k = S₂/N_k − δδᵀ (exact for every o_k; no digits are lost while δ is small). With
 * 'at-origin' the means are the origin, whatever S₁ is: δ = 0.
 * Components that expect no rows get their mean from `statistics.origin` and a covariance of 0.
 */
export function centredMoments(
  statistics: Statistics,
  moments: Moments,
  d: number,
  means: 'at-mean' | 'at-origin' = 'at-mean',
): CentredMoments & { readonly means: Float64Array } {
  const { counts, sums, origin } = statistics;
  const length = statisticLength(moments, d);
  const secondLength = length - d;
  const found = Float64Array.from(origin);
  const covariances = new Float64Array(counts.length * secondLength);
  const delta = new Float64Array(d);

  counts.forEach((count, k) => {
    if (count < EMPTY_ROWS) return;
    const first = sums.subarray(k * length, k * length + d);
    const second = sums.subarray(k * length + d, (k + 1) * length);
    const covariance = covariances.subarray(k * secondLength, (k + 1) * secondLength);
    for (let j = 0; j < d; j++) {
      delta[j] = means === 'at-mean' ? first[j] / count : 0;
      found[k * d + j] += delta[j];
    }
    if (moments === 'diag') {
      for (let j = 0; j < d; j++) covariance[j] = Math.max(0, second[j] / count - delta[j] * delta[j]);
    } else if (moments === 'full') {
      for (let i = 0, t = 0; i < d; i++) {
        for (let j = 0; j <= i; j++, t++) covariance[t] = second[t] / count - delta[i] * delta[j];
      }
    }
  });
  return { counts, means: found, covariances };
}

function checkSymmetric(covariances: Float64Array, d: number): void {
  for (let start = 0; start < covariances.length; start += d * d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) {
        const [lower, upper] = [covariances[start + i * d + j], covariances[start + j * d + i]];
        const size = Math.sqrt(Math.abs(covariances[start + i * (d + 1)] * covariances[start + j * (d + 1)]));
        if (Math.abs(lower - upper) <= 1e-6 * size) continue;
        throw new InvalidArgumentError(
          `covariances must be symmetric, got ${lower} at [${i}, ${j}] and ${upper} at [${j}, ${i}] of matrix ${start / (d * d)}.`,
        );
      }
    }
  }
}
