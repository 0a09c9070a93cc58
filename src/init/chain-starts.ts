import type { Rows } from '../contract/table.js';
import { em } from '../em/em.js';
import { InvalidArgumentError } from '../errors.js';
import type { Arrays } from '../families/family.js';
import type { ChainParameters, HiddenMarkov } from '../models/hidden-markov-model.js';
import { type MixtureModel, type MixtureParameters, mixture } from '../models/mixture.js';
import { stationaryDistribution } from '../models/stationary.js';
import { createRng, type Rng } from '../numerics/rng.js';
import { checkedParameters, checkShares, flat, type Numbers, normalised } from './given-parameters.js';
import { kMeansPlusPlus } from './k-means-plus-plus.js';
import { randomFromData } from './random-from-data.js';
import type { StartOptions } from './start.js';

/** Proposes a first θ for a hidden Markov model of any family. */
export type ChainStart = <P extends Arrays>(
  model: HiddenMarkov<P>,
  rows: Rows,
  options?: StartOptions,
) => Promise<ChainParameters<P>>;

/** Parameters as a person or a file gives them, flat or nested; what is left out comes from a mixture. */
export interface GivenChain {
  /** [K] Default: equal. Not used where the start is stationary. */
  readonly initialProbs?: Numbers;
  /** [K, K] rows sum to 1. Default: sticky. */
  readonly transitionMatrix?: Numbers;
  /** The family's own, by name: { rates }, { means, covariances }, { probabilities }. Default: those of a mixture. */
  readonly emission?: object;
}

/** The chance that a chain stays where it is, of starts that know no better. */
const STAY = 0.9;
/** A start need not be a converged mixture. */
const SHORT = { tol: 1e-3, maxIter: 10 };
/** Standard deviation of what is added to the coordinates of families of counts. */
const JITTER = 0.2;
/** The draws of the chain's own parameters come after those of its emissions, from another stream. */
const CHAIN_STREAMS = 2 ** 20;

/**
 * The components of a mixture that ignores the order of rows (k-means++ seeds, ten EM iterations) as states; chains stay
 * with probability 0.9, and leave by the mixture's weights.
 */
export const stickyMixture: ChainStart = async <P extends Arrays>(
  model: HiddenMarkov<P>,
  rows: Rows,
  options: StartOptions = {},
) => {
  const states = statesOf(model, rows);
  const first = await kMeansPlusPlus<P>(states, rows, options);
  const { parameters } = await em(states, first, rows, {
    ...SHORT,
    signal: options.signal,
  });
  const rng = createRng(options.seed ?? 0, CHAIN_STREAMS + (options.stream ?? 0));
  const emission = apart(model, emissionOf<P>(parameters), rows, rng);
  return complete(model, parameters.weights, sticky(parameters.weights), emission);
};

/** States about rows drawn at random; rows of the transition matrix uniform on the simplex. */
export const randomChain: ChainStart = async <P extends Arrays>(
  model: HiddenMarkov<P>,
  rows: Rows,
  options: StartOptions = {},
) => {
  const k = model.nStates;
  const parameters = await randomFromData<P>(statesOf(model, rows), rows, options);
  const rng = createRng(options.seed ?? 0, CHAIN_STREAMS + (options.stream ?? 0));
  const transitionMatrix = Float64Array.from(
    Array.from({ length: k }, () => {
      const odds = Array.from({ length: k }, () => -Math.log(1 - rng.uniform()));
      const total = odds.reduce((sum, value) => sum + value, 0);
      return odds.map(value => value / total);
    }).flat(),
  );
  const emission = apart(model, emissionOf<P>(parameters), rows, rng);
  return complete(model, parameters.weights, transitionMatrix, emission);
};

/** @throws InvalidArgumentError naming the parameter, what was expected and what was got */
export function givenChain(given: GivenChain): ChainStart {
  return async (model, rows, options) => {
    const k = model.nStates;
    const { initialProbs, transitionMatrix, emission } = given;
    const delta =
      initialProbs === undefined
        ? new Float64Array(k).fill(1 / k)
        : probabilities('initialProbs', initialProbs, [k]);
    const gamma = transitionMatrix && probabilities('transitionMatrix', transitionMatrix, [k, k]);
    if (emission) {
      const own = checkedEmission(model, rows.shape[1], emission);
      return complete(model, delta, gamma ?? sticky(delta), own);
    }
    const found = await stickyMixture(model, rows, options);
    return complete(
      model,
      initialProbs === undefined ? found.initialProbs : delta,
      gamma ?? found.transitionMatrix,
      found.emission,
    );
  };
}

/** Whether such a start draws, so that restarts differ. */
export const drawsFrom = ({ emission }: GivenChain): boolean => emission === undefined;

/** Emission parameters of d features, checked and flat. @throws InvalidArgumentError, DegenerateCovarianceError */
export function checkedEmission<P extends Arrays>(
  { family, nStates }: HiddenMarkov<P>,
  d: number,
  emission: object,
): P {
  const states = mixture(family, { nComponents: nStates });
  return emissionOf(checkedParameters<P>(states as MixtureModel<P>, d, { ...emission, weights: undefined }));
}

/** Probabilities whose last dimension is made to sum to 1. @throws InvalidArgumentError */
export function probabilities(name: string, given: Numbers, shape: number[]): Float64Array {
  const values = checkedProbabilities(name, given, shape);
  const k = shape[shape.length - 1];
  for (let begin = 0; begin < values.length; begin += k) {
    values.set(normalised(values.subarray(begin, begin + k)), begin);
  }
  return values;
}

/** The same, bit for bit as they are given. */
export function checkedProbabilities(name: string, given: Numbers, shape: number[]): Float64Array {
  const values = flat(name, given, shape);
  const k = shape[shape.length - 1];
  for (let begin = 0; begin < values.length; begin += k) {
    const what = shape.length > 1 ? `Row ${begin / k} of ${name}` : name;
    checkShares(what, values.subarray(begin, begin + k));
  }
  return values;
}

const emissionOf = <P extends Arrays>({ weights: _, ...own }: MixtureParameters<P>) => own as unknown as P;

function complete<P extends Arrays>(
  { stationary }: HiddenMarkov<P>,
  initialProbs: Float64Array,
  transitionMatrix: Float64Array,
  emission: P,
): ChainParameters<P> {
  const start = stationary ? stationaryDistribution(transitionMatrix) : initialProbs;
  return { initialProbs: start, transitionMatrix, emission };
}

function sticky(weights: Float64Array): Float64Array {
  const k = weights.length;
  return Float64Array.from({ length: k * k }, (_, at) => {
    const [from, to] = [Math.floor(at / k), at % k];
    if (k === 1) return 1;
    if (from === to) return STAY;
    const others = 1 - weights[from];
    return (1 - STAY) * (others > 0 ? weights[to] / others : 1 / (k - 1));
  });
}

/** Counts that a state has not met yet must stay possible, and no two states may begin alike: both would last. */
function apart<P extends Arrays>(
  { family, nStates: k }: HiddenMarkov<P>,
  emission: P,
  rows: Rows,
  rng: Rng,
): P {
  if (family.form !== 'linear') return emission;
  const shrunk = family.around(family.densities(emission, k, rows).means, k, rows);
  const vector = family.toVector(shrunk, k).map(value => value + JITTER * rng.normal());
  return family.fromVector(vector, shrunk, k);
}

function statesOf<P extends Arrays>({ family, nStates }: HiddenMarkov<P>, rows: Rows): MixtureModel<P> {
  if (rows.shape[0] < nStates) {
    throw new InvalidArgumentError(
      `A start from the data needs at least as many rows as states, ${nStates}, got ${rows.shape[0]}. Try giving init its emission.`,
    );
  }
  return mixture(family, { nComponents: nStates }) as MixtureModel<P>;
}
