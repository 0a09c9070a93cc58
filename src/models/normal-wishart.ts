import type { Statistics } from '../contract/statistics.js';
import type { CovarianceType, Ridge, Whitening } from '../families/covariance/covariance-type.js';
import type { GaussianParameters } from '../families/gaussian.js';
import { choleskyInPlace } from '../numerics/cholesky.js';
import { digamma, logGamma } from '../numerics/special.js';
import { at } from '../numerics/triangle.js';

/** Λ_k ~ Wishart(ν₀, V₀⁻¹) and μ_k | Λ_k ~ N(m₀, (κ₀ Λ_k)⁻¹), of each component. */
export interface NormalWishartPrior {
  /** κ₀ > 0 */
  readonly meanPrecision: number;
  /** [D] m₀ */
  readonly mean: Float64Array;
  /** ν₀ > D − 1 */
  readonly degreesOfFreedom: number;
  /** V₀, the inverse scale: full and tied [D, D], diag [D], spherical [1] */
  readonly covariance: Float64Array;
}

/** The same distribution as a posterior, of K components; `covariances` are V_k / ν_k = E[Λ_k]⁻¹. */
export type NormalWishartParameters = GaussianParameters & {
  /** [K] κ_k */
  readonly meanPrecision: Float64Array;
  /** [K] ν_k; tied: all the same */
  readonly degreesOfFreedom: Float64Array;
};

/**
 * The posterior that maximises the bound given expected statistics. It is the conjugate update about any origin o:
 * with δ₀ = m₀ − o and δ = m − o, κδ = κ₀δ₀ + S₁ and V = V₀ + S₂ + κ₀δ₀δ₀ᵀ − κδδᵀ; diag and spherical keep the
 * diagonal of V and its mean, tied the mean over components. `ridge` counts as variance of the rows.
 */
export function posterior(
  prior: NormalWishartPrior,
  covariance: CovarianceType,
  ridge: Ridge,
  { counts, sums, origin }: Statistics,
): NormalWishartParameters {
  const k = counts.length;
  const d = prior.mean.length;
  const statistic = sums.length / k;
  const length = statistic - d;
  const scatter = new Float64Array(k * length);
  const means = Float64Array.from(origin);
  const meanPrecision = counts.map(count => prior.meanPrecision + count);
  const [before, after] = [new Float64Array(d), new Float64Array(d)];

  for (let c = 0; c < k; c++) {
    const first = sums.subarray(c * statistic, c * statistic + d);
    const own = scatter.subarray(c * length, (c + 1) * length);
    own.set(sums.subarray(c * statistic + d, (c + 1) * statistic));
    for (let j = 0; j < d; j++) {
      before[j] = prior.mean[j] - origin[c * d + j];
      after[j] = (prior.meanPrecision * before[j] + first[j]) / meanPrecision[c];
      means[c * d + j] += after[j];
    }
    const add = (t: number, i: number, j: number) => {
      own[t] += prior.meanPrecision * before[i] * before[j] - meanPrecision[c] * after[i] * after[j];
      if (i === j) own[t] = Math.max(0, own[t]) + ridge(j) * counts[c];
    };
    for (let i = 0; i < d; i++) {
      if (covariance.moments === 'diag') add(i, i, i);
      else for (let j = 0; j <= i; j++) add(at(i, j), i, j);
    }
  }

  // Components of equal weight: tied takes the mean of their scatters and counts, the others each its own.
  const pooled = covariance.pool({ counts: new Float64Array(k).fill(1), covariances: scatter }, d);
  const covariances = covariance.repeat(covariance.component(prior.covariance, 0, d), k, d);
  const ownLength = covariance.componentLength(d);
  const rows = ownLength > 0 ? counts : new Float64Array(k).fill(mean(counts));
  const degreesOfFreedom = rows.map(count => prior.degreesOfFreedom + count);
  for (let i = 0; i < covariances.length; i++) {
    const component = ownLength > 0 ? Math.floor(i / ownLength) : 0;
    covariances[i] = (covariances[i] + pooled[i]) / degreesOfFreedom[component];
  }
  return { means, covariances, meanPrecision, degreesOfFreedom };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** [K] E[log det Λ_k] */
function expectedLogDeterminants(
  { degreesOfFreedom }: NormalWishartParameters,
  { logDeterminants }: Whitening,
  d: number,
): Float64Array {
  return degreesOfFreedom.map((nu, k) => {
    let value = 2 * logDeterminants[k] + d * Math.log(2 / nu);
    for (let j = 0; j < d; j++) value += digamma((nu - j) / 2);
    return value;
  });
}

/** [K] c_k of E[log N(x | μ_k, Λ_k⁻¹)] = c_k − ½ |W_k (x − m_k)|², W_k whitening the covariances. */
export function expectedLogConstants(
  parameters: NormalWishartParameters,
  whitening: Whitening,
  d: number,
): Float64Array {
  return expectedLogDeterminants(parameters, whitening, d).map(
    (logDeterminant, k) =>
      0.5 * (logDeterminant - d * Math.log(2 * Math.PI) - d / parameters.meanPrecision[k]),
  );
}

/** Σ_k KL(posterior of component k ‖ prior), nats. */
export function divergence(
  parameters: NormalWishartParameters,
  prior: NormalWishartPrior,
  covariance: CovarianceType,
  whitening: Whitening,
): number {
  const d = prior.mean.length;
  const { meanPrecision, degreesOfFreedom } = parameters;
  const logDeterminants = expectedLogDeterminants(parameters, whitening, d);
  const logPriorScale = 2 * covariance.whiten(prior.covariance, 1, d).logDeterminants[0];
  const priorNormaliser = logWishartNormaliser(prior.degreesOfFreedom, logPriorScale, d);
  const distances = distancesFromPrior(parameters, prior, covariance, whitening);

  return degreesOfFreedom.reduce((sum, nu, k) => {
    const ratio = prior.meanPrecision / meanPrecision[k];
    const ofMean = 0.5 * (d * (ratio - 1 - Math.log(ratio)) + prior.meanPrecision * distances[k].mean);
    const logScale = 2 * whitening.logDeterminants[k] - d * Math.log(nu);
    const ofPrecision =
      priorNormaliser -
      logWishartNormaliser(nu, logScale, d) +
      0.5 * ((nu - prior.degreesOfFreedom) * logDeterminants[k] - nu * d + distances[k].scale);
    return sum + ofMean + ofPrecision;
  }, 0);
}

/** log ∫ |Λ|^((ν − D − 1)/2) exp(−½ tr(S⁻¹ Λ)) dΛ, where log det S is given. */
function logWishartNormaliser(nu: number, logDeterminant: number, d: number): number {
  let value = (nu / 2) * (logDeterminant + d * Math.LN2) + ((d * (d - 1)) / 4) * Math.log(Math.PI);
  for (let j = 0; j < d; j++) value += logGamma((nu - j) / 2);
  return value;
}

/** Of each component, E-weighted: |W_k (m_k − m₀)|² and tr(V₀ W_kᵀ W_k) = |W_k L₀|². */
function distancesFromPrior(
  { means, meanPrecision }: NormalWishartParameters,
  prior: NormalWishartPrior,
  covariance: CovarianceType,
  { factors }: Whitening,
) {
  const d = prior.mean.length;
  const length = factors.length / meanPrecision.length;
  const factor = Float64Array.from(covariance.component(prior.covariance, 0, d));
  choleskyInPlace(factor, d);
  return Array.from(meanPrecision, (_, k) => {
    const whitening = factors.subarray(k * length, (k + 1) * length);
    const difference = prior.mean.map((value, j) => means[k * d + j] - value);
    if (covariance.moments === 'diag') {
      return {
        mean: whitening.reduce((sum, value, j) => sum + (value * difference[j]) ** 2, 0),
        scale: whitening.reduce((sum, value, j) => sum + (value * factor[at(j, j)]) ** 2, 0),
      };
    }
    let [ofMean, ofScale] = [0, 0];
    for (let i = 0; i < d; i++) {
      let whitened = 0;
      for (let j = 0; j <= i; j++) {
        whitened += whitening[at(i, j)] * difference[j];
        let product = 0;
        for (let m = j; m <= i; m++) product += whitening[at(i, m)] * factor[at(m, j)];
        ofScale += product * product;
      }
      ofMean += whitened * whitened;
    }
    return { mean: ofMean, scale: ofScale };
  });
}
