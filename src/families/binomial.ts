import { InvalidArgumentError } from '../errors.js';
import { checkInteger } from '../numbers.js';
import { drawBinomial } from '../numerics/draws.js';
import { logGamma } from '../numerics/special.js';
import { checkPrior, Linear, logOf } from './linear.js';

/** The beta prior of every probability: density ∝ p^(alpha − 1) (1 − p)^(beta − 1). */
export interface BetaPrior {
  /** ≥ 1, so that there is a mode */
  readonly alpha: number;
  /** ≥ 1 */
  readonly beta: number;
}

/**
 * Independent numbers of successes in `trials` trials: log p(x | p) = x logit p + n log(1 − p) + log C(n, x).
 *
 * @throws InvalidArgumentError unless trials is an integer ≥ 1
 */
export function binomial({ trials }: { trials: number }): Linear<'probabilities'> {
  checkInteger('trials', trials, 1);
  return new Linear({
    name: trials === 1 ? 'bernoulli' : 'binomial',
    parameter: 'probabilities',
    natural: p => logOf(p) - logOf(1 - p),
    logPartition: p => -trials * logOf(1 - p),
    mean: p => trials * p,
    maximise: (sums, count) => sums.map(sum => Math.min(1, sum / (trials * count))),
    pseudoCounts(prior, d) {
      checkPrior(prior, { alpha: 1, beta: 1 });
      const { alpha, beta } = prior as BetaPrior;
      return { sums: new Float64Array(d).fill(alpha - 1), count: (alpha + beta - 2) / trials };
    },
    logBaseMeasure: x =>
      x.reduce((sum, c) => sum + logGamma(trials + 1) - logGamma(c + 1) - logGamma(trials - c + 1), 0),
    support: trials === 1 ? 'values 0 and 1' : `counts from 0 to trials = ${trials}`,
    isPossible: x => x.every(count => count >= 0 && count <= trials),
    nParameters: d => d,
    checkParameters(probabilities) {
      const bad = probabilities.findIndex(p => !(p >= 0 && p <= 1));
      if (bad < 0) return;
      throw new InvalidArgumentError(
        `probabilities must be from 0 to 1, got ${probabilities[bad]} at feature ${bad}.`,
      );
    },
    // As near to the seed as half a success and half a failure in a few trials would be.
    interior: means => means.map(mean => (mean + 0.25) / (trials + 0.5)),
    draw(probabilities, rng, target, offset) {
      probabilities.forEach((p, j) => {
        target[offset + j] = drawBinomial(trials, p, rng);
      });
    },
    toCoordinate: p => logOf(p) - logOf(1 - p),
    fromCoordinates: coordinates => coordinates.map(x => 1 / (1 + Math.exp(-x))),
  });
}

/** Independent zeros and ones: log p(x | p) = x log p + (1 − x) log(1 − p). */
export const bernoulli = () => binomial({ trials: 1 });
