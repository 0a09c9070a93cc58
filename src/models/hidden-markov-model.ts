import type { Backend, EStepOptions, Rows } from '../backends/backend.js';
import type { Chain, ChainBackend, Sequences, StateRun } from '../backends/chain-backend.js';
import { InvalidArgumentError } from '../errors.js';
import {
  type Arrays,
  type Columns,
  EMPTY_ROWS,
  type Family,
  type Maximised,
  type MaximiseOptions,
} from '../families/family.js';
import { checkInteger, inWords } from '../numbers.js';
import { sumOf } from '../numerics/sum.js';
import type { Statistics } from '../statistics.js';
import { Baselines } from './baselines.js';
import { logProbabilities, probabilitiesOf } from './chain-coordinates.js';
import {
  type ChainPrior,
  logDirichlet,
  pseudoCounts,
  type ResolvedChainPrior,
  shares,
} from './chain-prior.js';
import { type Densities, unitsOf } from './densities.js';
import { determined } from './determined.js';
import { expectedLogJoint } from './expected-log-joint.js';
import { MAX_COMPONENTS } from './mixture.js';
import type { Model } from './model.js';
import { expectedLog, stationaryDistribution, stationaryStep } from './stationary.js';

export type ChainParameters<P extends Arrays = Arrays> = {
  /** [K] δ_k = p(z_1 = k) */
  readonly initialProbs: Float64Array;
  /** [K, K] Γ_jk = p(z_{t+1} = k | z_t = j); rows sum to 1 */
  readonly transitionMatrix: Float64Array;
  /** the family's parameters of p(x_t | z_t = k) */
  readonly emission: P;
};

/** What Baum–Welch's E-step leaves: the emissions' statistics, and how often chains start and step where. */
export interface ChainExpectations extends Statistics {
  /** [K] Σ γ_1(k) */
  readonly initial: Float64Array;
  /** [K, K] Σ_t ξ_t(j, k) */
  readonly transitions: Float64Array;
}

export interface HiddenMarkovOptions {
  nStates: number;
  /** How rows divide into sequences. Default: they are one. */
  sequences?: Sequences;
  /**
   * Tie δ to the stationary distribution of Γ. δ is then exactly that in every iteration. The M-step of Γ has no closed
   * form: it takes one step that does not lower Q, so that the likelihood never falls, and comes to rest only where the
   * likelihood under the tie is stationary. Default false: δ is free.
   */
  stationary?: boolean;
}

/** Rows of a sequence depend on each other through a hidden chain: p(x, z) = δ_{z_1} Π_t Γ_{z_{t−1} z_t} Π_t p(x_t | z_t). */
export class HiddenMarkov<P extends Arrays = Arrays> implements Model<ChainParameters<P>> {
  readonly nStates: number;
  readonly sequences: Sequences | undefined;
  readonly stationary: boolean;
  readonly #baselines: Baselines;

  /** @throws InvalidArgumentError */
  constructor(
    readonly family: Family<P>,
    { nStates, sequences, stationary = false }: HiddenMarkovOptions,
  ) {
    checkInteger('nStates', nStates, 1, MAX_COMPONENTS);
    if (typeof stationary !== 'boolean') {
      throw new InvalidArgumentError(`stationary must be true or false, got ${inWords(stationary)}.`);
    }
    this.nStates = nStates;
    this.sequences = sequences;
    this.stationary = stationary;
    this.#baselines = new Baselines(family);
  }

  get parameterNames(): string[] {
    return ['initialProbs', 'transitionMatrix', ...Object.keys(this.family.shapes(1, 1))];
  }

  /** Free parameters; probabilities of 0 in δ and Γ are none. */
  nParameters(nFeatures: number, { initialProbs, transitionMatrix }: ChainParameters<P>): number {
    const k = this.nStates;
    const free = (probabilities: Float64Array) => probabilities.reduce((sum, p) => sum + (p > 0 ? 1 : 0), 0);
    const start = this.stationary ? 0 : free(initialProbs) - 1;
    return start + free(transitionMatrix) - k + this.family.nParameters(k, nFeatures);
  }

  /** θ in the form that backends evaluate, for rows of these columns. */
  chain({ initialProbs, transitionMatrix, emission }: ChainParameters<P>, columns: Columns): Chain {
    const densities = this.#densities(emission, columns);
    return {
      emission: { ...densities, ...this.family.withZeros?.(densities, emission) },
      logInitial: initialProbs.map(Math.log),
      logTransition: transitionMatrix.map(Math.log),
    };
  }

  /** What rows to be scored are rounded by. */
  units({ emission }: ChainParameters<P>): Columns | undefined {
    const nowhere = { center: new Float64Array(), scale: new Float64Array() };
    return this.family.form === 'linear' ? undefined : unitsOf(this.#densities(emission, nowhere));
  }

  /** @throws ImpossibleSequenceError naming the sequence and the row from which on no path is possible */
  async eStep(
    parameters: ChainParameters<P>,
    rows: Rows,
    { assignment = 'exact', beta = 1, bias, block }: EStepOptions = {},
  ): Promise<ChainExpectations> {
    if (assignment !== 'exact' || beta !== 1 || bias || block) {
      throw new InvalidArgumentError(
        'A hidden Markov model has the exact E-step of all rows only. Try another rule with a mixture.',
      );
    }
    const sequences = this.#sequencesOf(rows);
    const baseline = await this.#baselinesOf(rows, sequences);
    const chains = chainsOf(rows.backend);
    const chain = this.chain(parameters, rows);
    const { emission, initial, transitions } = await determined(
      async (exact?: number[]) => {
        const found = await chains.forwardBackward(rows, sequences, chain, exact !== undefined);
        return { ...found.emission, ...found };
      },
      found => this.family.doubtful?.(found.emission, parameters.emission),
    );
    const { lengths, weights } = sequences;
    const common = baseline?.reduce((sum, value, i) => sum + value * (weights?.[i] ?? 1), 0) ?? 0;
    const nRows = lengths.reduce((sum, length, i) => sum + length * (weights?.[i] ?? 1), 0);
    const logLikelihood = emission.logLikelihood + common;
    return { ...emission, nRows, logLikelihood, baseline: common, initial, transitions };
  }

  /** δ_k and Γ_jk are shares of the expected starts and steps; the emissions' M-step is their family's. */
  mStep(
    statistics: Statistics,
    previous: ChainParameters<P>,
    { fixed, prior: given }: MaximiseOptions = {},
  ): Maximised<ChainParameters<P>> {
    const prior = given as ResolvedChainPrior | undefined;
    const { initial, transitions } = expectations(statistics);
    const { parameters: emission, notes } = this.family.maximise(statistics, previous.emission, {
      fixed,
      prior: prior?.emission,
    });
    const steps = prior ? transitions.map((count, at) => count + prior.transitions[at]) : transitions;
    const starts = prior ? initial.map((count, at) => count + prior.initial[at]) : initial;
    const transitionMatrix = fixed?.has('transitionMatrix')
      ? previous.transitionMatrix
      : this.stationary
        ? stationaryStep(previous.transitionMatrix, initial, kept(steps, previous.transitionMatrix))
        : shares(steps, previous.transitionMatrix, this.nStates, EMPTY_ROWS);
    const initialProbs = this.stationary
      ? stationaryDistribution(transitionMatrix)
      : fixed?.has('initialProbs')
        ? previous.initialProbs
        : shares(starts, previous.initialProbs, this.nStates, Number.MIN_VALUE);
    return { parameters: { initialProbs, transitionMatrix, emission }, notes };
  }

  mStepShortfall(statistics: Statistics, { emission }: ChainParameters<P>, epsilon: number): number {
    return this.family.shortfall?.(statistics, emission, epsilon) ?? 0;
  }

  expectedLogJoint(statistics: Statistics, parameters: ChainParameters<P>, rows: Columns): number {
    const { initial, transitions } = expectations(statistics);
    return (
      expectedLog(initial, parameters.initialProbs) +
      expectedLog(transitions, parameters.transitionMatrix) +
      expectedLogJoint(statistics, this.#densities(parameters.emission, rows)) +
      (statistics.baseline ?? 0)
    );
  }

  resolvePrior(
    { initialProbs = 1, transitionMatrix = 1, emission }: ChainPrior,
    rows: Columns,
  ): ResolvedChainPrior {
    const k = this.nStates;
    if (this.stationary && initialProbs !== 1) {
      throw new InvalidArgumentError(
        'A stationary start has no prior of its own; leave out that of initialProbs.',
      );
    }
    return {
      initial: pseudoCounts('initialProbs', initialProbs, k),
      transitions: pseudoCounts('transitionMatrix', transitionMatrix, k * k),
      emission: emission && this.family.prior(emission, rows, k),
    };
  }

  logPrior({ initialProbs, transitionMatrix, emission }: ChainParameters<P>, given: object): number {
    const prior = given as ResolvedChainPrior;
    return (
      logDirichlet(prior.initial, initialProbs) +
      logDirichlet(prior.transitions, transitionMatrix) +
      (prior.emission ? this.family.logPrior(emission, prior.emission) : 0)
    );
  }

  /** Logarithms of the chain's probabilities, then the family's coordinates. */
  toVector({ initialProbs, transitionMatrix, emission }: ChainParameters<P>): Float64Array {
    return Float64Array.from([
      ...logProbabilities(initialProbs),
      ...logProbabilities(transitionMatrix),
      ...this.family.toVector(emission, this.nStates),
    ]);
  }

  fromVector(vector: Float64Array, like: ChainParameters<P>): ChainParameters<P> {
    const k = this.nStates;
    const end = k + k * k;
    const transitionMatrix = probabilitiesOf(vector.subarray(k, end), like.transitionMatrix, k);
    const initialProbs = this.stationary
      ? stationaryDistribution(transitionMatrix)
      : probabilitiesOf(vector.subarray(0, k), like.initialProbs, k);
    const emission = this.family.fromVector(vector.subarray(end), like.emission, k);
    return { initialProbs, transitionMatrix, emission };
  }

  /** γ_t(k) of all rows, in order. @throws ImpossibleSequenceError */
  async *smoothed(parameters: ChainParameters<P>, rows: Rows): AsyncIterable<StateRun> {
    const sequences = this.#sequencesOf(rows);
    await this.#baselinesOf(rows, sequences);
    yield* chainsOf(rows.backend).smoothed(rows, sequences, this.chain(parameters, rows));
  }

  /** [sequences] log p(sequence), nats; −Infinity where no path is possible. */
  async logLikelihoods(parameters: ChainParameters<P>, rows: Rows): Promise<Float64Array> {
    const sequences = this.#sequencesOf(rows);
    const baseline = await this.#baselinesOf(rows, sequences);
    const chain = this.chain(parameters, rows);
    const found = await chainsOf(rows.backend).logLikelihoods(rows, sequences, chain);
    return baseline ? found.map((value, i) => value + baseline[i]) : found;
  }

  /** The most probable path [n], and each sequence's log p(path, rows). @throws ImpossibleSequenceError */
  async viterbi(
    parameters: ChainParameters<P>,
    rows: Rows,
  ): Promise<{ states: Uint32Array; logProbabilities: Float64Array }> {
    const sequences = this.#sequencesOf(rows);
    const baseline = await this.#baselinesOf(rows, sequences);
    const chain = this.chain(parameters, rows);
    const { states, logProbabilities } = await chainsOf(rows.backend).viterbi(rows, sequences, chain);
    return {
      states,
      logProbabilities: baseline ? logProbabilities.map((value, i) => value + baseline[i]) : logProbabilities,
    };
  }

  #densities(emission: P, columns: Columns): Densities {
    const { family, nStates } = this;
    const own = family.densities(emission, nStates, columns);
    const nFeatures = own.means.length / nStates;
    return { ...own, form: family.form, moments: family.moments, nComponents: nStates, nFeatures };
  }

  #sequencesOf(rows: Rows): Sequences {
    const [n] = rows.shape;
    const sequences = this.sequences ?? { lengths: Uint32Array.of(n) };
    const total = sequences.lengths.reduce((sum, length) => sum + length, 0);
    if (total === n) return sequences;
    throw new InvalidArgumentError(`The lengths add up to ${total}, but there are ${n} rows.`);
  }

  /** [sequences] the sum of what densities leave out. */
  async #baselinesOf(rows: Rows, { lengths }: Sequences): Promise<Float64Array | undefined> {
    const baseline = await this.#baselines.of(rows);
    if (!baseline) return undefined;
    let end = 0;
    return Float64Array.from(lengths, length => {
      end += length;
      return sumOf(baseline, end - length, end);
    });
  }
}

/** @throws InvalidArgumentError for a backend that cannot walk along sequences */
function chainsOf({ chains, device }: Backend): ChainBackend {
  if (chains) return chains;
  throw new InvalidArgumentError(`The ${device} backend has no hidden Markov models. Try device: 'cpu'.`);
}

function expectations(statistics: Statistics): ChainExpectations {
  if ('transitions' in statistics) return statistics as ChainExpectations;
  throw new InvalidArgumentError(
    "These statistics are not a hidden Markov model's. Try the exact E-step rule.",
  );
}

/** Counts without those of structural zeros, and without rows that say nothing. */
function kept(counts: Float64Array, matrix: Float64Array): Float64Array {
  const k = Math.sqrt(matrix.length);
  const totals = Float64Array.from({ length: k }, (_, j) =>
    counts.subarray(j * k, (j + 1) * k).reduce((sum, count) => sum + count, 0),
  );
  return counts.map((count, at) => (matrix[at] > 0 && totals[Math.floor(at / k)] >= EMPTY_ROWS ? count : 0));
}
