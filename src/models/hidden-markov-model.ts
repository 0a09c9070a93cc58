import type { Chain } from '../contract/chains.js';
import { type Densities, unitsOf } from '../contract/densities.js';
import type { ChainSums, Statistics } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import type { Columns } from '../data/columns.js';
import { InvalidArgumentError } from '../errors.js';
import { checkFamily } from '../families/check-family.js';
import {
  type Arrays,
  EMPTY_ROWS,
  type Family,
  type Maximised,
  type MaximiseOptions,
} from '../families/family.js';
import { checkInteger, inWords } from '../numbers.js';
import { Baselines } from './baselines.js';
import { logProbabilities, probabilitiesOf } from './chain-coordinates.js';
import { logDirichlet, type ResolvedChainPrior, shares } from './chain-prior.js';
import { ChainProblem } from './chain-problem.js';
import { MAX_COMPONENTS } from './mixture.js';
import type { Model } from './model.js';
import { stationaryDistribution, stationaryStep } from './stationary.js';

export type ChainParameters<P extends Arrays = Arrays> = {
  /** [K] δ_k = p(z_1 = k) */
  readonly initialProbs: Float64Array;
  /** [K, K] Γ_jk = p(z_{t+1} = k | z_t = j); rows sum to 1 */
  readonly transitionMatrix: Float64Array;
  /** the family's parameters of p(x_t | z_t = k) */
  readonly emission: P;
};

export interface HiddenMarkovOptions {
  nStates: number;
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
  readonly stationary: boolean;
  /** What densities leave out, of tables that the model met. */
  readonly baselines: Baselines;

  /** @throws InvalidArgumentError */
  constructor(
    readonly family: Family<P>,
    { nStates, stationary = false }: HiddenMarkovOptions,
  ) {
    checkFamily(family);
    checkInteger('nStates', nStates, 1, MAX_COMPONENTS);
    if (typeof stationary !== 'boolean') {
      throw new InvalidArgumentError(`stationary must be true or false, got ${inWords(stationary)}.`);
    }
    this.nStates = nStates;
    this.stationary = stationary;
    this.baselines = new Baselines(family);
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
    const densities = this.emissionDensities(emission, columns);
    return {
      emission: { ...densities, ...this.family.withZeros?.(densities, emission) },
      logInitial: initialProbs.map(Math.log),
      logTransition: transitionMatrix.map(Math.log),
    };
  }

  /** What rows to be scored are rounded by. */
  units({ emission }: ChainParameters<P>): Columns | undefined {
    const nowhere = { center: new Float64Array(), scale: new Float64Array() };
    return this.family.form === 'linear' ? undefined : unitsOf(this.emissionDensities(emission, nowhere));
  }

  on(rows: Rows): ChainProblem<P> {
    return new ChainProblem(this, rows);
  }

  /** δ_k and Γ_jk are shares of the expected starts and steps; the emissions' M-step is their family's. */
  mStep(
    statistics: Statistics,
    previous: ChainParameters<P>,
    { fixed, prior: given }: MaximiseOptions = {},
  ): Maximised<ChainParameters<P>> {
    const prior = given as ResolvedChainPrior | undefined;
    const { initial, transitions } = chainSums(statistics);
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

  /** Those of the emissions alone. */
  emissionDensities(emission: P, columns: Columns): Densities {
    const { family, nStates } = this;
    const own = family.densities(emission, nStates, columns);
    const nFeatures = own.means.length / nStates;
    return { ...own, form: family.form, moments: family.moments, nComponents: nStates, nFeatures };
  }
}

/** @throws InvalidArgumentError for statistics of rows without an order */
export function chainSums({ chain }: Statistics): ChainSums {
  if (chain) return chain;
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
