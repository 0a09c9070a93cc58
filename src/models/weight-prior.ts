import { InvalidArgumentError } from '../errors.js';
import { inWords } from '../numbers.js';
import { digamma, logGamma } from '../numerics/special.js';

/** The names scikit-learn gives the two priors, in this library's spelling. */
export type WeightPriorName = 'dirichlet-process' | 'dirichlet-distribution';

/** What the two priors of mixing weights differ in, given a prior concentration γ > 0. */
export interface WeightPrior {
  readonly name: WeightPriorName;
  /** Shape of the posterior's concentration: a Dirichlet's [K], or the K Beta distributions of the sticks [2, K]. */
  shape(k: number): number[];
  /** The posterior's concentration, given how many rows each component expects. */
  posterior(counts: Float64Array, prior: number): Float64Array;
  /** [K] E[π_k], scaled to sum to 1 */
  means(concentration: Float64Array): Float64Array;
  /** [K] E[log π_k] */
  expectedLogs(concentration: Float64Array): Float64Array;
  /** KL(posterior ‖ prior), nats */
  divergence(concentration: Float64Array, prior: number): number;
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/** π ~ Dirichlet(γ, …, γ) */
const dirichletDistribution: WeightPrior = {
  name: 'dirichlet-distribution',
  shape: k => [k],
  posterior: (counts, prior) => counts.map(count => prior + count),

  means(concentration) {
    const total = sum(concentration);
    return concentration.map(value => value / total);
  },

  expectedLogs(concentration) {
    const ofTotal = digamma(sum(concentration));
    return concentration.map(value => digamma(value) - ofTotal);
  },

  divergence(concentration, prior) {
    const k = concentration.length;
    const logs = this.expectedLogs(concentration);
    const normalisers = logGamma(sum(concentration)) - logGamma(k * prior) + k * logGamma(prior);
    return concentration.reduce(
      (total, value, i) => total - logGamma(value) + (value - prior) * logs[i],
      normalisers,
    );
  },
};

/** π_k = v_k Π_{j<k} (1 − v_j), v_k ~ Beta(1, γ), of infinitely many; rows are in the first K. */
const dirichletProcess: WeightPrior = {
  name: 'dirichlet-process',
  shape: k => [2, k],

  posterior(counts, prior) {
    const k = counts.length;
    const concentration = new Float64Array(2 * k);
    let later = 0;
    for (let i = k - 1; i >= 0; i--) {
      concentration[i] = 1 + counts[i];
      concentration[k + i] = prior + later;
      later += counts[i];
    }
    return concentration;
  },

  means(concentration) {
    let left = 1;
    const means = sticks(concentration).map(([a, b]) => {
      const mean = (left * a) / (a + b);
      left *= b / (a + b);
      return mean;
    });
    return Float64Array.from(means, mean => mean / (1 - left));
  },

  expectedLogs(concentration) {
    let logLeft = 0;
    const logs = sticks(concentration).map(([a, b]) => {
      const log = logLeft + digamma(a) - digamma(a + b);
      logLeft += digamma(b) - digamma(a + b);
      return log;
    });
    return Float64Array.from(logs);
  },

  divergence(concentration, prior) {
    return sticks(concentration).reduce((total, [a, b]) => {
      const [logStick, logRest] = [digamma(a) - digamma(a + b), digamma(b) - digamma(a + b)];
      return total + logBeta(1, prior) - logBeta(a, b) + (a - 1) * logStick + (b - prior) * logRest;
    }, 0);
  },
};

/** K pairs (a, b) of [2, K]. */
const sticks = (concentration: Float64Array) =>
  Array.from({ length: concentration.length / 2 }, (_, i) => [
    concentration[i],
    concentration[concentration.length / 2 + i],
  ]);

const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);

export const WEIGHT_PRIORS: Record<WeightPriorName, WeightPrior> = {
  'dirichlet-process': dirichletProcess,
  'dirichlet-distribution': dirichletDistribution,
};

/** @throws InvalidArgumentError for an unknown name */
export function weightPrior(name: string): WeightPrior {
  if (!Object.hasOwn(WEIGHT_PRIORS, name)) {
    const known = Object.keys(WEIGHT_PRIORS).join(', ');
    throw new InvalidArgumentError(
      `weightConcentrationPriorType must be one of ${known}, got ${inWords(name)}.`,
    );
  }
  return WEIGHT_PRIORS[name as WeightPriorName];
}
