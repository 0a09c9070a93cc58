import type { DeviceChoice } from '../backends/choose.js';
import { isMatrix, matrix } from '../data/matrix.js';
import { InvalidArgumentError } from '../errors.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import type { Arrays, Family } from '../families/family.js';
import { checkedEmission, type GivenChain, probabilities } from '../init/chain-starts.js';
import { flatten, type Numbers } from '../init/given-parameters.js';
import { type SampledSequence, sampleChain } from '../models/chain-sample.js';
import { type ChainParameters, HiddenMarkov } from '../models/hidden-markov-model.js';
import { stationaryDistribution } from '../models/stationary.js';
import { inWords } from '../numbers.js';
import { checkOptionNames } from '../option-names.js';
import { aic, bic } from '../selection.js';
import type { FitInfo, Provenance } from './fitted-mixture.js';
import { fitBest, runInfo } from './fitting.js';
import {
  decodeRows,
  type Emission,
  type EmissionOptions,
  emissionOf,
  encode,
  standardisedEmission,
  symbolsIn,
  symbolsOf,
} from './hidden-markov-emission.js';
import { ChainFilter, type Forecast } from './hidden-markov-filter.js';
import { type HiddenMarkovModelJson, readHiddenMarkov, writeHiddenMarkov } from './hidden-markov-json.js';
import {
  chainStartOf,
  checkHiddenMarkovOptions,
  type HiddenMarkovModelOptions,
  mStepOf,
} from './hidden-markov-options.js';
import {
  allPosteriors,
  type Bound,
  forecasts,
  posteriorStates,
  type SequenceUseOptions,
  withSequences,
} from './hidden-markov-use.js';
import { type HiddenState, hiddenState } from './parts.js';
import { logLikelihoodOf, rulesOf } from './rules.js';
import { checkSequences, type SequenceData, weighted } from './sequences.js';
import { checkColumns, checkLevelNames, type LevelNames } from './table-names.js';

export interface DecodeOptions extends SequenceUseOptions {
  /** The most probable path as a whole, or each row's most probable state. Default 'viterbi'. */
  algorithm?: 'viterbi' | 'posterior';
}

/** A hidden Markov model whose fit is known. */
export type FittedHiddenMarkovModel = HiddenMarkovModel & { readonly fitInfo: FitInfo };

interface Content extends Provenance {
  readonly levelNames?: LevelNames;
  readonly emission: Emission;
  readonly model: HiddenMarkov;
  readonly parameters: ChainParameters;
  readonly nParameters: number;
}

/** A hidden Markov model: a value. Its arrays are shared, not copied, and are to be read only. */
export class HiddenMarkovModel {
  readonly #emission: Emission;
  readonly #model: HiddenMarkov;
  readonly #device: DeviceChoice;
  readonly nStates: number;
  /** D; of symbols, how many there are */
  readonly nFeatures: number;
  /** What states emit: 'gaussian', 'categorical', 'poisson', …, or the name of a family of the caller's. */
  readonly family: string;
  readonly covarianceType: CovarianceName | undefined;
  /** [K] p(z_1 = k) */
  readonly initialProbs: Float64Array;
  /** [K, K] row-major: p(z_{t+1} = k | z_t = j) */
  readonly transitionMatrix: Float64Array;
  /** The family's parameters by name: rates or probabilities [K, D]; means [K, D] and covariances. */
  readonly emission: Arrays;
  /** Whether the start is tied to the stationary distribution. */
  readonly stationary: boolean;
  /** Free parameters p; structural zeros are none. */
  readonly nParameters: number;
  /** How the fit went; absent where the model's file did not say. Its history is not kept in files. */
  readonly fitInfo: FitInfo | undefined;
  /** What the columns of the rows are called, where the fit was told. */
  readonly columns: readonly string[] | undefined;
  /** What symbols stand for, where the fit was told. */
  readonly levelNames: LevelNames | undefined;

  private constructor({
    emission,
    model,
    parameters,
    nParameters,
    device,
    fitInfo,
    columns,
    levelNames,
  }: Content) {
    this.#emission = emission;
    this.#model = model;
    this.#device = device;
    this.nStates = model.nStates;
    this.nFeatures = model.family.nFeatures(parameters.emission, model.nStates);
    this.family = emission.name;
    this.covarianceType = emission.covarianceType;
    this.stationary = model.stationary;
    ({
      initialProbs: this.initialProbs,
      transitionMatrix: this.transitionMatrix,
      emission: this.emission,
    } = parameters);
    this.nParameters = nParameters;
    this.fitInfo = fitInfo;
    this.columns = columns;
    this.levelNames = levelNames;
    Object.freeze(this);
  }

  /**
   * Maximum-likelihood fit by Baum–Welch, the best of `nInit` starts. Stopping is `GaussianMixture.fit`'s;
   * `fitInfo.history[i]` is the log-likelihood before M-step i + 1.
   *
   * @throws InvalidArgumentError, InvalidDataError before anything is computed
   * @throws ImpossibleSequenceError naming the sequence and the row, where zeros rule out what was observed
   * @throws DegenerateCovarianceError, NonFiniteError, DeviceError with the last good model as `lastGood`
   * @throws AbortedError if `signal` was raised before there was a model
   */
  static async fit(
    sequences: SequenceData,
    options: HiddenMarkovModelOptions,
  ): Promise<FittedHiddenMarkovModel> {
    checkHiddenMarkovOptions(options);
    const { nStates, emission: _, covarianceType, regCovar, nSymbols, init = 'mixture', ...others } = options;
    const { lengths, weights, stationary, priors, fixed, accelerate, columns: names, ...more } = others;
    const { standardize, levelNames: named, ...rest } = more;
    const { start, seeded } = chainStartOf(init);
    const { points, lengths: checked } = checkSequences(
      sequences,
      lengths,
      options.emission === 'categorical' ? 1 : undefined,
    );
    const columns = checkColumns(names, points.shape[1]);
    const emission = emissionOf(
      options,
      () => named?.[0]?.length ?? symbolsOf(init, nStates) ?? symbolsIn(points),
    );
    const levelNames = checkLevelNames(named, emission.nSymbols === undefined ? [] : [emission.nSymbols]);
    const { family } = emission;
    const told = { nStates, stationary };
    const divided = weighted(checked, weights);
    const plain = new HiddenMarkov(family, told);
    const standardised = standardisedEmission(standardize, emission);
    const mStep = priors || fixed ? mStepOf(priors, fixed) : undefined;
    const rules = rulesOf({ mStep, accelerate, tol: rest.tol });
    let nParameters = 0;
    const varying = emission.covarianceType ? { names: columns, remedy: 'a regCovar above 0' } : undefined;
    return fitBest(encode(points, emission), { ...rest, ...rules, varying }, rows => {
      const model = standardised ? new HiddenMarkov(standardised(rows.scale), told) : plain;
      return {
        model,
        table: rows.divide(divided),
        seeded,
        async start(on, given) {
          const first = await start(model, on, given);
          nParameters = model.nParameters(rows.shape[1], first);
          return first;
        },
        measure: (fit, on) => logLikelihoodOf(rules, model.on(on), fit),
        finish(fit, device) {
          const fitInfo = { ...runInfo(fit), logLikelihood: fit.measured };
          const { parameters } = fit;
          const own = new HiddenMarkov(family, { nStates, stationary });
          const content = {
            emission,
            model: own,
            parameters,
            nParameters,
            device,
            fitInfo,
            columns,
            levelNames,
          };
          return new HiddenMarkovModel(content) as FittedHiddenMarkovModel;
        },
      };
    });
  }

  /**
   * A model of given parameters, flat or nested; as many states as initialProbs.
   *
   * @throws InvalidArgumentError, DegenerateCovarianceError
   */
  static fromParameters(
    given: Required<GivenChain>,
    options: EmissionOptions & { stationary?: boolean } = {},
  ): HiddenMarkovModel {
    const { stationary, ...own } = options;
    checkOptionNames(own, new Set(['emission', 'covarianceType', 'regCovar', 'nSymbols']));
    const nStates = given.initialProbs?.length ?? 0;
    const emission = emissionOf(own, () => symbolsOf(given, nStates) ?? 0);
    const model = new HiddenMarkov(emission.family, { nStates, stationary });
    const [first] = Object.keys(emission.family.shapes(nStates, 1));
    const values = (given.emission as Record<string, Numbers | undefined>)?.[first];
    const nFeatures = emission.nSymbols ?? (values ? flatten(values).length / nStates : 0);
    const parameters = checkedChain(model, given, nFeatures);
    const nParameters = model.nParameters(nFeatures, parameters);
    return new HiddenMarkovModel({ emission, model, parameters, nParameters, device: 'auto' });
  }

  /**
   * The model that `toJSON` wrote.
   *
   * @param options the family, where it is one of the caller's
   * @throws ModelFormatError
   */
  static fromJSON(json: unknown, { emission: family }: { emission?: Family } = {}): HiddenMarkovModel {
    return new HiddenMarkovModel({ ...readHiddenMarkov(json, family), device: 'auto' });
  }

  /** State k by itself, as plain arrays. @throws InvalidArgumentError */
  state(k: number): HiddenState {
    return hiddenState(this, k);
  }

  toJSON(): HiddenMarkovModelJson {
    return writeHiddenMarkov(this, this.#model.family.shapes(this.nStates, this.nFeatures));
  }

  /**
   * The hidden states [n], of all sequences in order; ties go to the smaller state. By Viterbi also log p(states, rows) of
   * each sequence.
   *
   * @throws ImpossibleSequenceError
   */
  async decode(
    sequences: SequenceData,
    { algorithm = 'viterbi', ...options }: DecodeOptions = {},
  ): Promise<{ states: Uint32Array; logProbabilities?: Float64Array }> {
    if (algorithm === 'viterbi') {
      return this.#use(sequences, options, ({ problem, parameters }) => problem.viterbi(parameters));
    }
    if (algorithm === 'posterior') {
      return this.#use(sequences, options, async bound => ({ states: await posteriorStates(bound) }));
    }
    throw new InvalidArgumentError(`algorithm must be 'viterbi' or 'posterior', got ${inWords(algorithm)}.`);
  }

  /** [n, K] p(z_t = k | the whole sequence), row-major; rows sum to 1. @throws ImpossibleSequenceError */
  async predictProba(sequences: SequenceData, options?: SequenceUseOptions): Promise<Float64Array> {
    return this.#use(sequences, options, allPosteriors);
  }

  /** Mean log-likelihood per row, nats; −Infinity where a sequence is impossible. */
  async score(sequences: SequenceData, options?: SequenceUseOptions): Promise<number> {
    const { logLikelihood, n } = await this.#total(sequences, options);
    return logLikelihood / n;
  }

  /** [sequences] log p(sequence), nats; −Infinity where one is impossible. */
  async scoreSequences(sequences: SequenceData, options?: SequenceUseOptions): Promise<Float64Array> {
    return this.#use(sequences, options, ({ problem, parameters }) => problem.logLikelihoods(parameters));
  }

  /** −2 log L + 2p; smaller is better. */
  async aic(sequences: SequenceData, options?: SequenceUseOptions): Promise<number> {
    return aic((await this.#total(sequences, options)).logLikelihood, this.nParameters);
  }

  /** −2 log L + p ln n, n the number of rows; smaller is better. */
  async bic(sequences: SequenceData, options?: SequenceUseOptions): Promise<number> {
    const { logLikelihood, n } = await this.#total(sequences, options);
    return bic(logLikelihood, this.nParameters, n);
  }

  /** The forward pass over live data, a row at a time. */
  filter(): ChainFilter {
    return new ChainFilter(this.#model, this.#parameters, row => this.#row(row));
  }

  /** The h rows that follow each sequence. @throws InvalidArgumentError unless h is an integer ≥ 1 */
  async forecast(sequences: SequenceData, h: number, options?: SequenceUseOptions): Promise<Forecast[]> {
    return this.#use(sequences, options, bound => forecasts(bound, h));
  }

  /** Draw one sequence of n rows, with the state of each; of symbols one column. */
  sample(n: number, { seed = 0 } = {}): SampledSequence {
    const { states, ...rows } = sampleChain(this.#model, this.#parameters, n, seed);
    return { ...decodeRows(rows, this.#emission), states };
  }

  get #parameters(): ChainParameters {
    const { initialProbs, transitionMatrix, emission } = this;
    return { initialProbs, transitionMatrix, emission };
  }

  async #total(sequences: SequenceData, options?: SequenceUseOptions) {
    return this.#use(sequences, options, async ({ problem, parameters }) => {
      const each = await problem.logLikelihoods(parameters);
      return { logLikelihood: each.reduce((sum, value) => sum + value, 0), n: problem.table.shape[0] };
    });
  }

  #use<T>(
    sequences: SequenceData,
    options: SequenceUseOptions = {},
    use: (bound: Bound) => Promise<T>,
  ): Promise<T> {
    const chained = {
      emission: this.#emission,
      model: this.#model,
      parameters: this.#parameters,
      nFeatures: this.nFeatures,
      device: this.#device,
    };
    return withSequences(chained, sequences, options, use);
  }

  /** One row as the family takes it. @throws InvalidDataError, InvalidArgumentError */
  #row(row: ArrayLike<number>): Float64Array {
    const given = matrix(Float64Array.from(row), [1, row.length]);
    const points = encode(given, this.#emission);
    if (points.shape[1] !== this.nFeatures || !isMatrix(points)) {
      throw new InvalidArgumentError(
        `The model has ${this.nFeatures} features, the row has ${points.shape[1]}.`,
      );
    }
    return Float64Array.from(points.data);
  }
}

function checkedChain(model: HiddenMarkov, given: Required<GivenChain>, nFeatures: number): ChainParameters {
  const k = model.nStates;
  const transitionMatrix = probabilities('transitionMatrix', given.transitionMatrix, [k, k]);
  return {
    initialProbs: model.stationary
      ? stationaryDistribution(transitionMatrix)
      : probabilities('initialProbs', given.initialProbs, [k]),
    transitionMatrix,
    emission: checkedEmission(model, nFeatures, given.emission),
  };
}
