import type { DeviceChoice } from '../backends/choose.js';
import type { StateRun } from '../contract/chains.js';
import { AbortedError, InvalidArgumentError } from '../errors.js';
import type { Arrays } from '../families/family.js';
import type { ChainProblem } from '../models/chain-problem.js';
import type { ChainParameters, HiddenMarkov } from '../models/hidden-markov-model.js';
import { checkOptionNames } from '../option-names.js';
import { backendFor } from './fitting.js';
import { type Emission, encode } from './hidden-markov-emission.js';
import { type Forecast, forecastFrom } from './hidden-markov-filter.js';
import { withRows } from './points.js';
import { checkSequences, type SequenceData } from './sequences.js';

export interface SequenceUseOptions {
  /** How many rows each sequence has, where the rows come in one piece. */
  lengths?: ArrayLike<number>;
  /** Default: the device of the fit, or 'auto' for a model from a file. */
  device?: DeviceChoice;
  signal?: AbortSignal;
}

/** A fitted model, as far as using it on sequences goes. */
export interface Chained {
  readonly emission: Emission;
  readonly model: HiddenMarkov;
  readonly parameters: ChainParameters;
  readonly nFeatures: number;
  readonly device: DeviceChoice;
}

/** A model bound to sequences. */
export interface Bound {
  readonly problem: ChainProblem<Arrays>;
  readonly parameters: ChainParameters;
  readonly lengths: Uint32Array;
  /** γ of all rows, in order. @throws AbortedError */
  smoothed(): AsyncIterable<StateRun>;
}

/** Load sequences, use them, and give their memory back. */
export async function withSequences<T>(
  { emission, model, parameters, nFeatures, device: own }: Chained,
  sequences: SequenceData,
  { lengths: given, device = own, signal, ...rest }: SequenceUseOptions,
  use: (bound: Bound) => Promise<T>,
): Promise<T> {
  checkOptionNames(rest, new Set(['lengths', 'device', 'signal']));
  if (signal?.aborted) throw new AbortedError('Aborted before the rows were used.');
  const { points: raw, lengths } = checkSequences(
    sequences,
    given,
    emission.nSymbols === undefined ? nFeatures : 1,
  );
  const points = encode(raw, emission);
  if (points.shape[1] !== nFeatures) {
    throw new InvalidArgumentError(`The model has ${nFeatures} features, the rows have ${points.shape[1]}.`);
  }
  const { backend } = await backendFor(points, device === own ? undefined : device, own);
  return withRows(
    points,
    backend,
    rows => {
      const problem = model.on(rows.divide({ lengths }));
      async function* smoothed() {
        for await (const run of problem.smoothed(parameters)) {
          if (signal?.aborted) throw new AbortedError('Aborted while the rows were being smoothed.');
          yield run;
        }
      }
      return use({ problem, parameters, lengths, smoothed });
    },
    model.units(parameters),
  );
}

/** [n] the most probable state of each row; ties go to the smaller one. */
export async function posteriorStates({
  problem: {
    model: { nStates: k },
    table,
  },
  smoothed,
}: Bound): Promise<Uint32Array> {
  const states = new Uint32Array(table.shape[0]);
  for await (const { begin, probabilities } of smoothed()) {
    for (let at = 0, row = begin; at < probabilities.length; at += k, row++) {
      for (let state = 1; state < k; state++) {
        if (probabilities[at + state] > probabilities[at + states[row]]) states[row] = state;
      }
    }
  }
  return states;
}

/** [n, K] γ of all rows. */
export async function allPosteriors({
  problem: {
    model: { nStates: k },
    table,
  },
  smoothed,
}: Bound): Promise<Float64Array> {
  const all = new Float64Array(table.shape[0] * k);
  for await (const { begin, probabilities } of smoothed()) all.set(probabilities, begin * k);
  return all;
}

/** The h rows after each sequence: at its end the smoothed distribution is the filtered one. */
export async function forecasts(
  { problem: { model }, parameters, lengths, smoothed }: Bound,
  h: number,
): Promise<Forecast[]> {
  const k = model.nStates;
  const found: Forecast[] = [];
  let last = lengths[0] - 1;
  for await (const { begin, probabilities } of smoothed()) {
    for (const end = begin + probabilities.length / k; last < end; ) {
      const now = probabilities.slice((last - begin) * k, (last - begin + 1) * k);
      found.push(forecastFrom(model, parameters, now, h));
      last += lengths[found.length] ?? Number.POSITIVE_INFINITY;
    }
  }
  return found;
}
