import { chainForward } from '../backends/cpu/chain/forward.js';
import {
  type ChainWindow,
  chainWindow,
  fillWindow,
  type Transitions,
  transitionsOf,
} from '../backends/cpu/chain/window.js';
import type { Chain } from '../contract/chains.js';
import type { Columns } from '../data/columns.js';
import { newTable } from '../data/table.js';
import { ImpossibleSequenceError, InvalidArgumentError } from '../errors.js';
import type { Arrays } from '../families/family.js';
import type { ChainParameters, HiddenMarkov } from '../models/hidden-markov-model.js';

/** Where a chain stands after the rows so far. */
export interface Filtered {
  /** [K] p(z_t = k | x_1 … x_t) */
  readonly probabilities: Float64Array;
  /** log p(x_1 … x_t), nats */
  readonly logLikelihood: number;
}

/** States and observations to come. */
export interface Forecast {
  /** [h, K] p(z_{t+i} = k | x_1 … x_t), i = 1 … h */
  readonly stateProbs: Float64Array;
  /** [h, D] E[x_{t+i} | x_1 … x_t]; of symbols their probabilities */
  readonly means: Float64Array;
}

/** One row at a time: the forward pass over live data, in float64 on the host. */
export class ChainFilter {
  readonly #forecast: (probabilities: Float64Array, h: number) => Forecast;
  readonly #densities: {
    encode(row: ArrayLike<number>): Float64Array;
    baseline(x: Float64Array, row: number): number;
  };
  readonly #chain: Chain;
  readonly #transitions: Transitions;
  readonly #window: ChainWindow;
  #nRows = 0;
  #sum = 0;
  #last: Filtered | undefined;

  /** @param encode a checked row as the family takes it */
  constructor(
    model: HiddenMarkov<Arrays>,
    parameters: ChainParameters<Arrays>,
    encode: (row: ArrayLike<number>) => Float64Array,
  ) {
    const columns = anyColumns(model, parameters);
    this.#chain = model.chain(parameters, columns);
    this.#transitions = transitionsOf(this.#chain);
    this.#window = chainWindow(1, model.nStates);
    this.#densities = {
      encode,
      baseline: (x, row) => model.family.baseline?.(x, columns, row)[0] ?? 0,
    };
    this.#forecast = (probabilities, h) => forecastFrom(model, parameters, probabilities, h);
  }

  /** Rows seen so far. */
  get nRows(): number {
    return this.#nRows;
  }

  /**
   * Take one more row.
   *
   * @param row [D], or a number where there is one feature
   * @throws InvalidDataError for a row that is none
   * @throws ImpossibleSequenceError for a row that no path leads to; it is then as if it had not come
   */
  next(row: ArrayLike<number> | number): Filtered {
    const x = this.#densities.encode(typeof row === 'number' ? [row] : row);
    const window = this.#window;
    const k = this.#transitions.nStates;
    const baseline = this.#densities.baseline(x, this.#nRows);
    fillWindow(window, x, ALONE, 0, { lengths: Uint32Array.of(1) }, this.#chain);
    window.first[0] = this.#nRows === 0 ? 1 : 0;
    window.last[0] = 0;
    if (chainForward(window, this.#transitions) >= 0) {
      throw new ImpossibleSequenceError(
        `Row ${this.#nRows} is impossible after those before it: every path to it has probability 0.`,
      );
    }
    this.#sum += window.norms[0] + baseline;
    this.#nRows++;
    window.logForward.copyWithin(0, k, 2 * k);
    window.forward.copyWithin(0, k, 2 * k);
    const probabilities = window.forward.slice(0, k);
    const total = probabilities.reduce((sum, p) => sum + p, 0);
    this.#last = {
      probabilities: probabilities.map(p => p / total),
      logLikelihood: this.#sum + Math.log(total),
    };
    return this.#last;
  }

  /** The next h rows. @throws InvalidArgumentError before the first row, or unless h is an integer ≥ 1 */
  forecast(h: number): Forecast {
    if (!this.#last)
      throw new InvalidArgumentError('There is nothing to forecast from before the first row.');
    return this.#forecast(this.#last.probabilities, h);
  }
}

const ALONE = { begin: 0, end: 1, firstSequence: 0, nWindows: 1 };

/** h steps of the chain from a distribution [K] of its state. @throws InvalidArgumentError unless h is an integer ≥ 1 */
export function forecastFrom(
  model: HiddenMarkov<Arrays>,
  parameters: ChainParameters<Arrays>,
  probabilities: Float64Array,
  h: number,
): Forecast {
  const k = model.nStates;
  const { transitionMatrix, emission } = parameters;
  const { family } = model;
  const own =
    family.expectations?.(emission) ?? family.densities(emission, k, anyColumns(model, parameters)).means;
  const d = own.length / k;
  const stateProbs = newTable('h', h, k);
  const means = newTable('h', h, d);
  let before = probabilities;
  for (let step = 0; step < h; step++) {
    const after = stateProbs.subarray(step * k, (step + 1) * k);
    for (let j = 0; j < k; j++) {
      for (let state = 0; state < k; state++) after[state] += before[j] * transitionMatrix[j * k + state];
    }
    for (let state = 0; state < k; state++) {
      for (let j = 0; j < d; j++) means[step * d + j] += after[state] * own[state * d + j];
    }
    before = after;
  }
  return { stateProbs, means };
}

/** Columns for a family to evaluate its densities by where there are no rows: what they are cancels out. */
function anyColumns(
  { family, nStates }: HiddenMarkov<Arrays>,
  { emission }: ChainParameters<Arrays>,
): Columns {
  const d = family.nFeatures(emission, nStates);
  return { center: new Float64Array(d).fill(0.5), scale: new Float64Array(d).fill(1) };
}
