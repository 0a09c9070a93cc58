import { InvalidArgumentError } from '../errors.js';
import { logGamma } from '../numerics/special.js';
import { checkPrior, Linear, logOf } from './linear.js';

/** The Dirichlet prior of every component's probabilities: density ∝ Π_j p_j^(concentration − 1). */
export interface DirichletPrior {
  /** ≥ 1, so that there is a mode */
  readonly concentration: number;
}

/**
 * Counts of D categories, given their total: log p(x | p) = Σ_j x_j log p_j + log (Σ x_j)! / Π x_j!. Totals may differ
 * from row to row; those of drawn rows are `trials`. A row of one 1 and zeros is a single categorical draw.
 */
export function multinomial({ trials = 1 }: { trials?: number } = {}): Linear<'probabilities'> {
  if (!Number.isInteger(trials) || trials < 1) {
    throw new InvalidArgumentError(`trials must be an integer ≥ 1, got ${trials}.`);
  }
  return new Linear({
    name: 'multinomial',
    parameter: 'probabilities',
    natural: logOf,
    logPartition: () => 0,
    mean: p => p,
    maximise(sums) {
      const total = sums.reduce((sum, value) => sum + value, 0);
      return total > 0 ? sums.map(sum => sum / total) : sums.map(() => 1 / sums.length);
    },
    pseudoCounts(prior, d) {
      checkPrior(prior, { concentration: 1 });
      return {
        sums: new Float64Array(d).fill((prior as DirichletPrior).concentration - 1),
        count: 0,
      };
    },
    logBaseMeasure(x) {
      const total = x.reduce((sum, count) => sum + count, 0);
      return x.reduce((sum, count) => sum - logGamma(count + 1), logGamma(total + 1));
    },
    support: 'counts 0, 1, 2, … of each category',
    isPossible: x => x.every(count => count >= 0),
    nParameters: d => d - 1,
    checkParameters(probabilities) {
      const total = probabilities.reduce((sum, p) => sum + p, 0);
      if (probabilities.every(p => p >= 0) && Math.abs(total - 1) <= 1e-6) return;
      throw new InvalidArgumentError(
        `probabilities must be ≥ 0 and sum to 1, got [${Array.from(probabilities).join(', ')}].`,
      );
    },
    interior(means, center) {
      const spread = center.reduce((sum, c) => sum + c, 0);
      const total = means.reduce((sum, mean) => sum + mean, 0);
      return means.map(
        (mean, j) => (0.9 * mean) / (total || 1) + ((total ? 0.1 : 1) * center[j]) / (spread || 1),
      );
    },
    draw(probabilities, rng, target, offset) {
      target.fill(0, offset, offset + probabilities.length);
      for (let trial = 0; trial < trials; trial++) target[offset + drawIndex(probabilities, rng.uniform())]++;
    },
    toCoordinate: logOf,
    fromCoordinates(coordinates) {
      const largest = coordinates.reduce((a, b) => Math.max(a, b));
      const odds = coordinates.map(x => Math.exp(x - largest));
      const total = odds.reduce((sum, value) => sum + value, 0);
      return odds.map(value => value / total);
    },
  });
}

/** The index at which the running sum of probabilities passes u. */
export function drawIndex(probabilities: Float64Array, u: number): number {
  let sum = 0;
  for (let k = 0; k < probabilities.length - 1; k++) {
    sum += probabilities[k];
    if (u < sum) return k;
  }
  return probabilities.length - 1;
}
