import type { EStepRule, Rows } from '../backends/backend.js';
import { InvalidArgumentError } from '../errors.js';
import type { Whitening } from '../families/covariance/covariance-type.js';
import { centredMoments, EMPTY_ROWS, type Gaussian, type GaussianParameters } from '../families/gaussian.js';
import { at } from '../numerics/triangle.js';
import type { Statistics } from '../statistics.js';
import type { GaussianDensities } from './gaussian-densities.js';
import type { Model, Note } from './model.js';

export interface MixtureParameters extends GaussianParameters {
  /** [K] mixing proportions π_k, summing to 1 */
  readonly weights: Float64Array;
}

/** The most components a mixture may have. */
export const MAX_COMPONENTS = 1024;

/** p(x) = Σ_k π_k N(x | μ_k, Σ_k) */
export class Mixture implements Model<MixtureParameters> {
  constructor(
    readonly family: Gaussian,
    readonly nComponents: number,
  ) {
    if (!Number.isInteger(nComponents) || nComponents < 1 || nComponents > MAX_COMPONENTS) {
      throw new InvalidArgumentError(
        `nComponents must be an integer from 1 to ${MAX_COMPONENTS}, got ${nComponents}.`,
      );
    }
  }

  /** The same family with another number of components. */
  withComponents(nComponents: number): Mixture {
    return new Mixture(this.family, nComponents);
  }

  /** Free parameters: K − 1 weights, K·D means, and the covariances. */
  nParameters(nFeatures: number): number {
    const k = this.nComponents;
    return k - 1 + k * nFeatures + this.family.covariance.nParameters(k, nFeatures);
  }

  /** θ in the form that backends evaluate. */
  densities({ weights, means, covariances }: MixtureParameters): GaussianDensities {
    const { covariance } = this.family;
    const nFeatures = means.length / this.nComponents;
    const { factors, logDeterminants } = covariance.whiten(covariances, this.nComponents, nFeatures);
    const logNormaliser = (nFeatures / 2) * Math.log(2 * Math.PI);
    return {
      family: 'gaussian',
      moments: covariance.moments,
      nComponents: this.nComponents,
      nFeatures,
      logConstants: weights.map((weight, k) => Math.log(weight) + logDeterminants[k] - logNormaliser),
      means,
      whitening: factors,
    };
  }

  eStep(parameters: MixtureParameters, rows: Rows, rule?: EStepRule): Promise<Statistics> {
    return rows.backend.eStep(rows, this.densities(parameters), rule);
  }

  /**
   * π_k = N_k / N, and each component's maximum-likelihood mean and covariance with regCovar on the diagonal.
   * A component that expects no rows keeps its mean and covariance, so that Q does not fall.
   */
  mStep(statistics: Statistics, previous: MixtureParameters) {
    const { covariance, regCovar } = this.family;
    const d = previous.means.length / this.nComponents;
    const moments = centredMoments(statistics, covariance.moments, d);
    const { means } = moments;
    const covariances = covariance.pool(moments, d);
    const notes = this.collapsed(statistics, moments.covariances, d);
    covariance.addToDiagonal(covariances, regCovar, d);

    const length = covariance.componentLength(d);
    statistics.counts.forEach((count, k) => {
      if (count >= EMPTY_ROWS) return;
      means.set(previous.means.subarray(k * d, (k + 1) * d), k * d);
      covariances.set(previous.covariances.subarray(k * length, (k + 1) * length), k * length);
    });
    const total = statistics.counts.reduce((sum, count) => sum + count, 0);
    const weights = statistics.counts.map(count => count / total);
    return { parameters: { weights, means, covariances }, notes };
  }

  mStepShortfall(statistics: Statistics, parameters: MixtureParameters, epsilon: number): number {
    const { covariance, regCovar } = this.family;
    const d = parameters.means.length / this.nComponents;
    const used = covariance.whiten(parameters.covariances, this.nComponents, d);
    const rounding = this.#roundingShortfall(statistics, parameters, used, epsilon);
    if (regCovar === 0) return rounding;
    const own = covariance.pool(centredMoments(statistics, covariance.moments, d), d);
    let unregularised: typeof used;
    try {
      unregularised = covariance.whiten(own, this.nComponents, d);
    } catch {
      return Number.POSITIVE_INFINITY; // a singular S: its likelihood has no maximum to fall short of
    }
    // Σ = S + εI: Q(S) − Q(Σ) = Σ_k N_k (log det W_S − log det W_Σ − ½ ε |W_Σ|²)
    const length = used.factors.length / this.nComponents;
    return statistics.counts.reduce((sum, count, k) => {
      const factor = used.factors.subarray(k * length, (k + 1) * length);
      const precisionTrace = factor.reduce((trace, value) => trace + value * value, 0);
      const lost =
        unregularised.logDeterminants[k] - used.logDeterminants[k] - 0.5 * regCovar * precisionTrace;
      return sum + count * Math.max(0, lost);
    }, rounding);
  }

  /**
   * Moments of relative error e lose N_k/4 |W δΣ Wᵀ|² ≤ N_k/4 (e T_k)² of Q, with T_k = Σ_ij W_ij² Σ_jj (the trace of
   * the inverse correlation matrix), and a log density is evaluated to a multiple of ε √T_k.
   */
  #roundingShortfall(
    { counts }: Statistics,
    { covariances }: MixtureParameters,
    { factors }: Whitening,
    epsilon: number,
  ): number {
    const { covariance } = this.family;
    const length = factors.length / this.nComponents;
    const d = covariance.moments === 'diag' ? length : (Math.sqrt(8 * length + 1) - 1) / 2;
    const [moments, evaluation] = [4 * epsilon, 32 * epsilon];
    return counts.reduce((sum, count, k) => {
      const own = covariance.component(covariances, k, d);
      let trace = 0;
      for (let i = 0, t = k * length; i < d; i++) {
        for (let j = covariance.moments === 'diag' ? i : 0; j <= i; j++, t++) {
          trace += factors[t] ** 2 * own[at(j, j)];
        }
      }
      return sum + count * ((moments * trace) ** 2 / 4 + evaluation * Math.sqrt(trace));
    }, 0);
  }

  /** Components whose rows have no spread of their own, or that have no rows. */
  private collapsed({ counts }: Statistics, covariances: Float64Array, d: number): Note[] {
    const { regCovar, covariance } = this.family;
    const { moments, name } = covariance;
    const length = covariances.length / counts.length;
    const variance = (k: number, j: number) =>
      covariances[k * length + (moments === 'full' ? (j * (j + 3)) / 2 : j)];
    const notes: Note[] = [];
    counts.forEach((count, component) => {
      if (count < EMPTY_ROWS) {
        const message = `Component ${component} is empty; its mean and covariance are those of the step before. Try fewer components or another start.`;
        notes.push({ kind: 'empty-component', component, message });
        return;
      }
      if (name === 'tied') return; // its covariance is everyone's
      for (let j = 0; j < d; j++) {
        const own = variance(component, j);
        if (own > regCovar) continue;
        const message = `Component ${component} has collapsed: regCovar (${regCovar}) outweighs the variance of its feature ${j} (${own.toPrecision(2)}). Try fewer components or another start, or a smaller regCovar if the feature is that narrow.`;
        notes.push({ kind: 'collapsed-component', component, message });
        return;
      }
    });
    return notes;
  }
}

/** A mixture of `nComponents` members of one family. */
export function mixture(family: Gaussian, { nComponents }: { nComponents: number }): Mixture {
  return new Mixture(family, nComponents);
}
