import { chooseBackend, type DeviceChoice } from '../backends/choose.js';
import type { Backend, ResidentCounts } from '../contract/table.js';
import type { DocumentSettings, DocumentTopics } from '../contract/topics.js';
import { type CheckedCounts, type Counts, checkCounts, documentLengths } from '../data/sparse-counts.js';
import type { StopReason } from '../em/convergence.js';
import { factorised } from '../em/e-step/factorised.js';
import { emFrom, type Fitted } from '../em/em.js';
import type { Fit } from '../em/fit.js';
import { orInFloat64 } from '../em/in-float64.js';
import { AbortedError, EmError, InvalidArgumentError, InvalidDataError } from '../errors.js';
import { randomTopics } from '../init/random-topics.js';
import type { LatentDirichlet, TopicParameters } from '../models/latent-dirichlet.js';
import type { Note } from '../models/model.js';
import { checkPositive } from '../numbers.js';
import { checkOptionNames } from '../option-names.js';
import { modelHeader } from '../serialize.js';
import { type RanOn, ranOn, runSummary } from './fitting.js';
import { type LatentDirichletAllocationJson, LDA, readTopics } from './latent-dirichlet-json.js';
import { fitOnline, onlineStep } from './latent-dirichlet-online.js';
import {
  checkTopicOptions,
  checkTopicTable,
  givenTopics,
  type LatentDirichletAllocationOptions,
  type TopicSettings,
} from './latent-dirichlet-options.js';
import { rowOf } from './parts.js';

/** How a fit went. */
export interface TopicFitInfo extends RanOn {
  /** Lower bound of log p(counts): total, nats, at the model's topics. */
  readonly bound: number;
  /** Batch: the bound before M-step i + 1. Online: the bounds that were evaluated. The last entry is `bound`. */
  readonly history: readonly number[];
  /** M-steps; online, passes over all documents. */
  readonly nIter: number;
  readonly converged: boolean;
  readonly stopReason: StopReason;
  /** Whether a batch fit went on in float64. Files do not keep it. */
  readonly notes?: readonly Note[];
}

export interface TopicUseOptions {
  /** Default: the device of the fit, or 'auto' for a model from a file. */
  device?: DeviceChoice;
}

export interface PartialFitOptions extends TopicUseOptions {
  /** Documents of the whole stream, which the minibatch stands for. Default 1e6. */
  totalDocuments?: number;
}

interface Content {
  readonly model: LatentDirichlet;
  readonly settings: TopicSettings;
  readonly components: Float64Array;
  readonly nBatches: number;
  readonly device: DeviceChoice;
  readonly fitInfo?: TopicFitInfo;
}

/** A latent Dirichlet allocation: a value. Its arrays are shared, not copied, and are to be read only. */
export class LatentDirichletAllocation implements TopicSettings {
  readonly #model: LatentDirichlet;
  readonly #device: DeviceChoice;
  readonly nComponents: number;
  /** V, the words there are. */
  readonly nFeatures: number;
  /** [K, V] λ, row-major: the prior, and how often each word is expected of each topic */
  readonly components: Float64Array;
  readonly docTopicPrior: number;
  readonly topicWordPrior: number;
  readonly learningDecay: number;
  readonly learningOffset: number;
  readonly maxDocUpdateIter: number;
  readonly meanChangeTol: number;
  /** Minibatches that online learning has seen. */
  readonly nBatches: number;
  /** How the fit went; absent after `partialFit`, and where the model's file did not say. */
  readonly fitInfo: TopicFitInfo | undefined;

  private constructor({ model, settings, components, nBatches, device, fitInfo }: Content) {
    this.#model = model;
    this.#device = device;
    this.nComponents = model.nComponents;
    this.nFeatures = components.length / model.nComponents;
    this.components = components;
    ({
      docTopicPrior: this.docTopicPrior,
      topicWordPrior: this.topicWordPrior,
      learningDecay: this.learningDecay,
      learningOffset: this.learningOffset,
      maxDocUpdateIter: this.maxDocUpdateIter,
      meanChangeTol: this.meanChangeTol,
    } = settings);
    this.nBatches = nBatches;
    this.fitInfo = fitInfo;
    Object.freeze(this);
  }

  /**
   * Topics by variational EM (batch), or by stochastic variational inference (online).
   *
   * @param counts [n, V] how often each word is in each document, sparse or dense
   * @throws InvalidArgumentError, InvalidDataError before anything is computed
   * @throws NonFiniteError, DeviceError with the last good model as `lastGood` (batch)
   * @throws AbortedError if `signal` was raised before there was a model
   */
  static async fit(
    counts: Counts,
    options: LatentDirichletAllocationOptions,
  ): Promise<LatentDirichletAllocation & { readonly fitInfo: TopicFitInfo }> {
    const checked = checkTopicOptions(options);
    const { model, settings, seed, init, signal } = checked;
    const documents = checkWords(checkCounts(counts));
    const vocabulary = documents.shape[1];
    if (init === 'random') checkTopicTable(model.nComponents, documents);
    const start =
      init === 'random'
        ? randomTopics(model, vocabulary, seed)
        : { components: givenTopics(init, model.nComponents, vocabulary, 'init') };
    if (signal?.aborted) {
      throw new AbortedError('Aborted before the fit began: there is no model to hand back.');
    }
    const { backend } = await chooseBackend(options.device);
    const finish = (
      components: Float64Array,
      nBatches: number,
      { history, nIter, stopReason, notes }: Pick<TopicFitInfo, 'history' | 'nIter' | 'stopReason' | 'notes'>,
      table?: ResidentCounts,
    ) => {
      const fitInfo = {
        bound: history[history.length - 1],
        history,
        nIter,
        converged: stopReason === 'tolerance',
        stopReason,
        notes,
        ...ranOn(backend, table),
      };
      const device = options.device ?? 'auto';
      const fitted = new LatentDirichletAllocation({
        model,
        settings,
        components,
        nBatches,
        device,
        fitInfo,
      });
      return fitted as LatentDirichletAllocation & { readonly fitInfo: TopicFitInfo };
    };

    if (checked.learningMethod === 'online') {
      const { components, nBatches, ...fit } = await fitOnline(
        backend,
        model,
        settings,
        start.components,
        documents,
        {
          ...checked,
          boundOf: components =>
            infer(
              backend,
              { ...settings, nComponents: model.nComponents },
              words => model.expectedLogTopics({ components }, words),
              documents,
              (_, bound) => bound + model.topicBound({ components }),
            ),
          onPass: (iteration, components, bound) => checked.onIteration?.({ iteration, bound, components }),
        },
      );
      return finish(components, nBatches, fit);
    }
    const { fit, table } = await fitBatch(
      backend,
      model,
      start,
      documents,
      checked,
      ({ parameters, ...info }) => finish(parameters.components, 0, info),
    );
    return finish(fit.parameters.components, 0, fit, table);
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): LatentDirichletAllocation {
    return new LatentDirichletAllocation({ ...readTopics(json), device: 'auto' });
  }

  toJSON(): LatentDirichletAllocationJson {
    const { nComponents, nFeatures, components, nBatches, fitInfo } = this;
    return {
      ...modelHeader(LDA, undefined),
      nComponents,
      nFeatures,
      ...this.#settings,
      nBatches,
      components: Array.from({ length: nComponents }, (_, k) =>
        Array.from(components.subarray(k * nFeatures, (k + 1) * nFeatures)),
      ),
      ...(fitInfo && { fit: { bound: fitInfo.bound, ...runSummary(fitInfo) } }),
    };
  }

  /** [V] Row k of `topics`, as an array. @throws InvalidArgumentError */
  topic(k: number): number[] {
    return rowOf(this.topics, k, this.nComponents);
  }

  /** [K, V] E[β_kv] = λ_kv / Σ_u λ_ku: each topic's distribution over words; rows sum to 1. */
  get topics(): Float64Array {
    return normaliseRows(this.components, this.nFeatures);
  }

  /** [n, K] E[θ_dk]: each document's distribution over topics, row-major; rows sum to 1. */
  async transform(counts: Counts, options?: TopicUseOptions): Promise<Float64Array> {
    const gamma = await this.#infer(this.#check(counts), options, topics => topics.read());
    return normaliseRows(gamma, this.nComponents);
  }

  /** Lower bound of log p(counts): total, nats. */
  async score(counts: Counts, options?: TopicUseOptions): Promise<number> {
    return this.#boundOf(this.#check(counts), options);
  }

  /** exp(−score / number of words); smaller is better. @throws InvalidDataError for counts without a word */
  async perplexity(counts: Counts, options?: TopicUseOptions): Promise<number> {
    const documents = checkWords(this.#check(counts));
    const bound = await this.#boundOf(documents, options);
    return Math.exp(-bound / documentLengths(documents).reduce((sum, length) => sum + length, 0));
  }

  /** The model after one more online step, on a minibatch of a stream; this one stays as it is. */
  async partialFit(counts: Counts, options: PartialFitOptions = {}): Promise<LatentDirichletAllocation> {
    const { totalDocuments = 1e6, device = this.#device, ...rest } = options;
    checkOptionNames(rest, new Set(['totalDocuments', 'device']));
    checkPositive('totalDocuments', totalDocuments);
    const documents = this.#check(counts);
    const { backend } = await chooseBackend(device);
    const next = await onlineStep(backend, this.#model, this.#settings, this, documents, totalDocuments);
    return new LatentDirichletAllocation({ model: this.#model, settings: this.#settings, device, ...next });
  }

  get #settings(): TopicSettings {
    const { docTopicPrior, topicWordPrior, learningDecay, learningOffset } = this;
    const { maxDocUpdateIter, meanChangeTol } = this;
    return {
      docTopicPrior,
      topicWordPrior,
      learningDecay,
      learningOffset,
      maxDocUpdateIter,
      meanChangeTol,
    };
  }

  #check(counts: Counts): CheckedCounts {
    const checked = checkCounts(counts);
    if (checked.shape[1] === this.nFeatures) return checked;
    throw new InvalidArgumentError(
      `The model has ${this.nFeatures} words, the counts have ${checked.shape[1]}.`,
    );
  }

  async #infer<T>(
    counts: CheckedCounts,
    { device = this.#device, ...rest }: TopicUseOptions = {},
    use: (topics: DocumentTopics, bound: number) => T | Promise<T>,
  ): Promise<T> {
    checkOptionNames(rest, new Set(['device']));
    const { backend } = await chooseBackend(device);
    const logTopics = (words: Uint32Array) => this.#model.expectedLogTopics(this, words);
    return infer(backend, this, logTopics, counts, use);
  }

  #boundOf(counts: CheckedCounts, options?: TopicUseOptions): Promise<number> {
    return this.#infer(counts, options, (_, bound) => bound + this.#model.topicBound(this));
  }
}

async function fitBatch(
  backend: Backend,
  model: LatentDirichlet,
  start: TopicParameters,
  documents: CheckedCounts,
  { settings, tol, maxIter, signal, onIteration }: ReturnType<typeof checkTopicOptions>,
  finish: (fit: Fit<TopicParameters>) => LatentDirichletAllocation,
): Promise<Fitted<TopicParameters, ResidentCounts>> {
  const counts = await backend.loadCounts(documents);
  try {
    return await emFrom(model, () => start, counts, {
      resumable: false,
      eStep: factorised(settings),
      tol,
      maxIter,
      signal,
      onIteration:
        onIteration &&
        (({ iteration, logLikelihood: bound, parameters: { components } }) =>
          onIteration({ iteration, bound, components })),
    });
  } catch (error) {
    if (error instanceof EmError && error.lastGood)
      error.lastGood = finish(error.lastGood as Fit<TopicParameters>);
    throw error;
  } finally {
    counts.dispose();
  }
}

/** Fit documents' topics to given topics, from a fresh start, and use them and their part of the bound. */
async function infer<T>(
  backend: Backend,
  { nComponents, docTopicPrior, maxDocUpdateIter, meanChangeTol }: DocumentSettings,
  logTopics: (words: Uint32Array) => Float64Array,
  documents: CheckedCounts,
  use: (topics: DocumentTopics, bound: number) => T | Promise<T>,
): Promise<T> {
  const counts = await backend.loadCounts(documents);
  try {
    return await orInFloat64(counts, async on => {
      const topics = await on.documentTopics({ nComponents, docTopicPrior, maxDocUpdateIter, meanChangeTol });
      const { bound } = await topics.update(logTopics(on.words));
      return use(topics, bound);
    });
  } finally {
    counts.dispose();
  }
}

function checkWords(counts: CheckedCounts): CheckedCounts {
  if (counts.data.length > 0) return counts;
  throw new InvalidDataError('The documents are all empty; expected at least one word.');
}

function normaliseRows(values: Float64Array, length: number): Float64Array {
  const result = Float64Array.from(values);
  for (let begin = 0; begin < result.length; begin += length) {
    const row = result.subarray(begin, begin + length);
    const total = row.reduce((sum, value) => sum + value, 0);
    for (let i = 0; i < length; i++) row[i] /= total;
  }
  return result;
}
