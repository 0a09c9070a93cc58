import { InvalidArgumentError } from '../errors.js';
import { checkInteger, checkNumbers } from '../numbers.js';
import { drawIndex, drawMultinomial } from '../numerics/draws.js';
import { logGamma } from '../numerics/special.js';
import { checkPrior, Linear, logOf } from './linear.js';

/** The Dirichlet prior of every component's probabilities: density ∝ Π_j p_j^(concentration − 1). */
export interface DirichletPrior {
  /** ≥ 1, so that there is a mode */
  readonly concentration: number;
}

/** Rows are taken about such a total at most: a few enormous ones would cost the others' log densities their digits. */
const MOST_TRIALS = 2 ** 24;

export interface MultinomialOptions {
  /** The total of drawn rows. Default 1. */
  trials?: number;
  /** Numbers of categories of independent variables, side by side in a row. Default: one variable, all columns. */
  levels?: readonly number[];
}

/**
 * Counts of categories, given their total: log p(x | p) = Σ_j x_j log p_j + log (Σ x_j)! / Π x_j!. Totals may differ from
 * row to row. With `levels` several such variables are independent, and each one's probabilities sum to 1.
 *
 * @throws InvalidArgumentError unless trials and all levels are integers ≥ 1
 */
export function multinomial({ trials = 1, levels = [] }: MultinomialOptions = {}): Linear<'probabilities'> {
  checkInteger('trials', trials, 1);
  checkNumbers('levels', levels, 'integers ≥ 1', count => Number.isSafeInteger(count) && count >= 1);
  /** Each variable's run of the numbers of one row. */
  const variables = (values: Float64Array): Float64Array[] => {
    if (levels.length > 0 && total(Float64Array.from(levels)) !== values.length) {
      throw new InvalidArgumentError(
        `levels ${levels.join(' + ')} must add up to the ${values.length} columns.`,
      );
    }
    let end = 0;
    return (levels.length > 0 ? levels : [values.length]).map(count => {
      end += count;
      return values.subarray(end - count, end);
    });
  };
  const map = (values: Float64Array, f: (own: Float64Array) => Float64Array) =>
    Float64Array.from(variables(values).flatMap(own => Array.from(f(own))));

  return new Linear({
    name: 'multinomial',
    parameter: 'probabilities',
    natural: logOf,
    logPartition: () => 0,
    mean: p => p,
    trials: center =>
      map(center, own => new Float64Array(own.length).fill(Math.min(MOST_TRIALS, total(own)))),
    maximise: sums => map(sums, shares),
    pseudoCounts(prior, d) {
      checkPrior(prior, { concentration: 1 });
      const { concentration } = prior as DirichletPrior;
      return { sums: new Float64Array(d).fill(concentration - 1), count: 0 };
    },
    logBaseMeasure: x =>
      variables(x).reduce(
        (sum, own) => sum + own.reduce((rest, count) => rest - logGamma(count + 1), logGamma(total(own) + 1)),
        0,
      ),
    support:
      levels.length > 0
        ? `counts 0, 1, 2, … of ${levels.join(' + ')} categories`
        : 'counts 0, 1, 2, … of each category',
    isPossible: x => x.every(count => count >= 0),
    nParameters: d => d - variables(new Float64Array(d)).length,
    checkParameters(probabilities) {
      for (const own of variables(probabilities)) {
        if (own.every(p => p >= 0) && Math.abs(total(own) - 1) <= 1e-6) continue;
        throw new InvalidArgumentError(
          `probabilities must be ≥ 0 and sum to 1, got [${Array.from(own).join(', ')}].`,
        );
      }
    },
    interior(means, center) {
      const common = map(center, shares);
      return map(means, shares).map((p, j) => 0.9 * p + 0.1 * common[j]);
    },
    draw(probabilities, rng, target, offset) {
      target.fill(0, offset, offset + probabilities.length);
      let begin = offset;
      for (const own of variables(probabilities)) {
        if (trials === 1) target[begin + drawIndex(own, rng.uniform())] = 1;
        else drawMultinomial(trials, own, rng, target, begin);
        begin += own.length;
      }
    },
    toCoordinate: logOf,
    fromCoordinates: coordinates =>
      map(coordinates, own => {
        const largest = own.reduce((a, b) => Math.max(a, b));
        return shares(own.map(x => Math.exp(x - largest)));
      }),
  });
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

/** Shares of the total; equal ones of nothing. */
function shares(values: Float64Array): Float64Array {
  const sum = total(values);
  return values.map(value => (sum > 0 ? value / sum : 1 / values.length));
}
