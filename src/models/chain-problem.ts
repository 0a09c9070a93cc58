import type { ChainWalks, Sequences, StateRun } from '../contract/chains.js';
import type { EStepOptions } from '../contract/e-step.js';
import type { Statistics } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import { InvalidArgumentError } from '../errors.js';
import type { Arrays } from '../families/family.js';
import { sumOf } from '../numerics/sum.js';
import { type ChainPrior, pseudoCounts, type ResolvedChainPrior } from './chain-prior.js';
import { determined } from './determined.js';
import { expectedLogJoint } from './expected-log-joint.js';
import { type ChainParameters, chainSums, type HiddenMarkov } from './hidden-markov-model.js';
import type { Problem } from './model.js';
import { expectedLog } from './stationary.js';

/** A hidden Markov model bound to rows; rows that nobody divided are one sequence. */
export class ChainProblem<P extends Arrays> implements Problem<ChainParameters<P>, Rows> {
  readonly sequences: Sequences;
  readonly #walks: ChainWalks;

  /** @throws InvalidArgumentError for rows that nothing walks along */
  constructor(
    readonly model: HiddenMarkov<P>,
    readonly table: Rows,
  ) {
    const { sequences, walks } = table.sequences
      ? table
      : table.divide({ lengths: Uint32Array.of(table.shape[0]) });
    if (!sequences || !walks) {
      throw new InvalidArgumentError('A hidden Markov model needs rows that a backend can walk along.');
    }
    this.sequences = sequences;
    this.#walks = walks;
  }

  /** @throws ImpossibleSequenceError naming the sequence and the row from which on no path is possible */
  async eStep(
    parameters: ChainParameters<P>,
    { assignment = 'exact', beta = 1, bias, block }: EStepOptions = {},
  ): Promise<Statistics> {
    if (assignment !== 'exact' || beta !== 1 || bias || block) {
      throw new InvalidArgumentError(
        'A hidden Markov model has the exact E-step of all rows only. Try another rule with a mixture.',
      );
    }
    const { model, table, sequences } = this;
    const baseline = await this.#baselines();
    const chain = model.chain(parameters, table);
    const found = await determined(sums => this.#walks.forwardBackward(chain, sums), {
      doubtful: found => model.family.doubtful?.(found, parameters.emission) ?? [],
      leapt: found => model.family.leapt?.(found, parameters.emission) ?? [],
    });
    const { lengths, weights } = sequences;
    const common = baseline?.reduce((sum, value, i) => sum + value * (weights?.[i] ?? 1), 0) ?? 0;
    const mass = lengths.reduce((sum, length, i) => sum + length * (weights?.[i] ?? 1), 0);
    return { ...found, mass, logLikelihood: found.logLikelihood + common, baseline: common };
  }

  expectedLogJoint(statistics: Statistics, parameters: ChainParameters<P>): number {
    const { initial, transitions } = chainSums(statistics);
    return (
      expectedLog(initial, parameters.initialProbs) +
      expectedLog(transitions, parameters.transitionMatrix) +
      expectedLogJoint(statistics, this.model.emissionDensities(parameters.emission, this.table)) +
      (statistics.baseline ?? 0)
    );
  }

  resolvePrior({ initialProbs = 1, transitionMatrix = 1, emission }: ChainPrior): ResolvedChainPrior {
    const { nStates: k, stationary, family } = this.model;
    if (stationary && initialProbs !== 1) {
      throw new InvalidArgumentError(
        'A stationary start has no prior of its own; leave out that of initialProbs.',
      );
    }
    return {
      initial: pseudoCounts('initialProbs', initialProbs, k),
      transitions: pseudoCounts('transitionMatrix', transitionMatrix, k * k),
      emission: emission && family.prior(emission, this.table, k),
    };
  }

  /** γ_t(k) of all rows, in order. @throws ImpossibleSequenceError */
  async *smoothed(parameters: ChainParameters<P>): AsyncIterable<StateRun> {
    await this.#baselines(); // refuses rows that no state can produce
    yield* this.#walks.smoothed(this.model.chain(parameters, this.table));
  }

  /** [sequences] log p(sequence), nats; −Infinity where no path is possible. */
  async logLikelihoods(parameters: ChainParameters<P>): Promise<Float64Array> {
    const baseline = await this.#baselines();
    const found = await this.#walks.logLikelihoods(this.model.chain(parameters, this.table));
    return baseline ? found.map((value, i) => value + baseline[i]) : found;
  }

  /** The most probable path [n], and each sequence's log p(path, rows). @throws ImpossibleSequenceError */
  async viterbi(
    parameters: ChainParameters<P>,
  ): Promise<{ states: Uint32Array; logProbabilities: Float64Array }> {
    const baseline = await this.#baselines();
    const { states, logProbabilities } = await this.#walks.viterbi(this.model.chain(parameters, this.table));
    return {
      states,
      logProbabilities: baseline ? logProbabilities.map((value, i) => value + baseline[i]) : logProbabilities,
    };
  }

  /** [sequences] the sum of what densities leave out. */
  async #baselines(): Promise<Float64Array | undefined> {
    const baseline = await this.model.baselines.of(this.table);
    if (!baseline) return undefined;
    let end = 0;
    return Float64Array.from(this.sequences.lengths, length => {
      end += length;
      return sumOf(baseline, end - length, end);
    });
  }
}
