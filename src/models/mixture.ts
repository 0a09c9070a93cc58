import type { EStepRule, Rows } from '../backends/backend.js';
import { InvalidArgumentError } from '../errors.js';
import { centredMoments, EMPTY_ROWS, type Gaussian, type GaussianParameters } from '../families/gaussian.js';
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

  mStepShortfall(statistics: Statistics, parameters: MixtureParameters): number {
    const { covariance, regCovar } = this.family;
    if (regCovar === 0) return 0;
    const d = parameters.means.length / this.nComponents;
    const own = covariance.pool(centredMoments(statistics, covariance.moments, d), d);
    const used = covariance.whiten(parameters.covariances, this.nComponents, d);
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
    }, 0);
  }

  /** Components whose rows have no spread of their own, or that have no rows. */
  private collapsed({ counts }: Statistics, covariances: Float64Array, d: number): Note[] {
    const { moments } = this.family.covariance;
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
      for (let j = 0; j < d; j++) {
        if (variance(component, j) > this.family.regCovar) continue;
        const message = `Component ${component} has collapsed: the variance of its feature ${j} is regCovar alone. Try fewer components, another start or a larger regCovar.`;
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
