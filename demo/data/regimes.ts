import { HiddenMarkovModel, InvalidArgumentError } from '../../src/index.js';
import { nextTask } from '../fit/frames.js';
import type { DataSet } from './data-set.js';

export interface RegimeOptions {
  nSteps: number;
  nRegimes: number;
  /** Steps that a regime lasts on average. */
  duration: number;
  seed: number;
}

const MOST_REGIMES = 12;
/** Means lie closer than the values of one regime: a single value does not tell where it comes from. */
const BETWEEN_MEANS = 1.2;
const DEVIATIONS = [0.6, 1.1, 0.8];

/** A series that switches between regimes, each with a mean and a deviation of its own; the library draws it. */
export async function regimes(options: RegimeOptions, signal: AbortSignal): Promise<DataSet> {
  const { nSteps, nRegimes: k, duration, seed } = options;
  if (!Number.isInteger(k) || k < 2 || k > MOST_REGIMES) {
    throw new InvalidArgumentError(
      `The number of regimes must be an integer from 2 to ${MOST_REGIMES}, got ${k}.`,
    );
  }
  if (!(duration >= 2)) {
    throw new InvalidArgumentError(`A regime must last at least 2 steps on average, got ${duration}.`);
  }
  const leave = 1 / duration / (k - 1);
  const each = Array.from({ length: k }, (_, i) => i);
  const truth = HiddenMarkovModel.fromParameters({
    initialProbs: each.map(() => 1 / k),
    transitionMatrix: each.map(from => each.map(to => (from === to ? 1 - 1 / duration : leave))),
    emission: {
      means: each.map(i => [BETWEEN_MEANS * i]),
      covariances: each.map(i => [[DEVIATIONS[i % DEVIATIONS.length] ** 2]]),
    },
  });
  await nextTask();
  signal.throwIfAborted();
  const { data, shape } = truth.sample(nSteps, { seed });
  return { name: `Synthetic, seed ${seed}`, points: { data, shape }, columns: ['value'], nComponents: k };
}
