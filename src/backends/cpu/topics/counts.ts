import type { Backend, ResidentCounts } from '../../../contract/table.js';
import type {
  DocumentSettings,
  DocumentState,
  DocumentTopics,
  TopicStatistics,
} from '../../../contract/topics.js';
import { type CheckedCounts, countMoments, documentLengths } from '../../../data/sparse-counts.js';
import { InvalidArgumentError } from '../../../errors.js';
import {
  ascentOf,
  lengthTerms,
  offsetTerms,
  scaleTopics,
  type Vocabulary,
  vocabularyOf,
} from '../../../models/topics.js';
import { pauser } from '../../../numerics/pause.js';
import { documentScratch, ldaDocument, SMALLEST_WEIGHT } from './documents.js';
import { ldaStatistics } from './statistics.js';

/** The definition: one document after the other, in float64. */
class CpuCounts implements ResidentCounts {
  readonly vocabulary: Vocabulary;
  readonly lengths: Float64Array;
  readonly center: Float64Array;
  readonly scale: Float64Array;
  #counts: CheckedCounts | undefined;

  constructor(
    readonly backend: Backend,
    counts: CheckedCounts,
    readonly shape = counts.shape,
  ) {
    this.#counts = counts;
    ({ center: this.center, scale: this.scale } = countMoments(counts));
    this.vocabulary = vocabularyOf(counts);
    this.lengths = documentLengths(counts);
  }

  get mass(): number {
    return this.shape[0];
  }

  get words(): Uint32Array {
    return this.vocabulary.words;
  }

  get data(): CheckedCounts {
    if (!this.#counts) throw new InvalidArgumentError('These counts have been disposed of; load them again.');
    return this.#counts;
  }

  async documentTopics(settings: DocumentSettings, begin?: DocumentState): Promise<DocumentTopics> {
    return new CpuDocumentTopics(this, settings, begin);
  }

  dispose(): void {
    this.#counts = undefined;
  }
}

class CpuDocumentTopics implements DocumentTopics {
  readonly #gamma: Float64Array;
  #steps: number;

  constructor(
    readonly counts: CpuCounts,
    private readonly settings: DocumentSettings,
    begin?: DocumentState,
  ) {
    this.#gamma = begin?.gammas.slice() ?? new Float64Array(counts.shape[0] * settings.nComponents);
    this.#steps = begin?.steps ?? 0;
  }

  async update(logTopics: Float64Array): Promise<TopicStatistics> {
    const { data, vocabulary, lengths } = this.counts;
    const { nComponents: k, docTopicPrior } = this.settings;
    const { weights, offsets } = scaleTopics(logTopics, k, SMALLEST_WEIGHT);
    const sums = new Float64Array(logTopics.length);
    const scratch = documentScratch(k, data.data.length);
    const problem = { counts: data, indices: vocabulary.indices, weights, settings: this.settings };
    const ascent = ascentOf(this.#steps);
    const pause = pauser();
    let bound = lengthTerms(lengths, k, docTopicPrior) + offsetTerms(offsets, vocabulary.totals);
    for (let d = 0; d < data.shape[0]; d++) {
      await pause();
      const gamma = this.#gamma.subarray(d * k, (d + 1) * k);
      bound += ldaDocument(problem, d, lengths[d], gamma, ascent, scratch);
      ldaStatistics(problem, d, scratch, sums);
    }
    this.#steps++;
    return { sums, bound };
  }

  async read(): Promise<Float64Array> {
    return this.#gamma.slice();
  }

  dispose(): void {}
}

export function loadCounts(backend: Backend, counts: CheckedCounts): ResidentCounts {
  return new CpuCounts(backend, counts);
}
