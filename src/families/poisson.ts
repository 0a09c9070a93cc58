import { InvalidArgumentError } from '../errors.js';
import { drawPoisson } from '../numerics/draws.js';
import { logGamma } from '../numerics/special.js';
import { checkPrior, Linear, logOf } from './linear.js';

/** The gamma prior of every rate: density ∝ λ^(shape − 1) e^(−rate λ). */
export interface GammaPrior {
  /** ≥ 1, so that there is a mode */
  readonly shape: number;
  /** ≥ 0 */
  readonly rate: number;
}

/** Independent Poisson counts: log p(x | λ) = x log λ − λ − log x!. */
export const poisson = () =>
  new Linear<'rates'>({
    name: 'poisson',
    parameter: 'rates',
    natural: logOf,
    logPartition: rate => rate,
    mean: rate => rate,
    maximise: (sums, count) => sums.map(sum => sum / count),
    pseudoCounts(prior, d) {
      checkPrior(prior, { shape: 1, rate: 0 });
      const { shape, rate } = prior as GammaPrior;
      return { sums: new Float64Array(d).fill(shape - 1), count: rate };
    },
    logBaseMeasure: x => -x.reduce((sum, count) => sum + logGamma(count + 1), 0),
    support: 'counts 0, 1, 2, …',
    isPossible: x => x.every(count => count >= 0),
    nParameters: d => d,
    checkParameters(rates) {
      const bad = rates.findIndex(rate => !(rate >= 0));
      if (bad >= 0) throw new InvalidArgumentError(`rates must be ≥ 0, got ${rates[bad]} at feature ${bad}.`);
    },
    interior: (means, center) => means.map((mean, j) => 0.9 * mean + 0.1 * center[j]),
    draw(rates, rng, target, offset) {
      rates.forEach((rate, j) => {
        target[offset + j] = drawPoisson(rate, rng);
      });
    },
    toCoordinate: logOf,
    fromCoordinates: coordinates => coordinates.map(Math.exp),
  });
