import type { ColumnMoments } from '../../data/columns.js';
import { type CheckedCounts, countMoments, documentLengths } from '../../data/sparse-counts.js';
import { InvalidArgumentError } from '../../errors.js';
import { type Vocabulary, vocabularyOf } from '../../models/topics.js';
import type { Backend } from '../backend.js';
import type { DocumentSettings, DocumentTopics, ResidentCounts } from '../topic-backend.js';
import type { Context } from './context.js';
import { GpuDocumentTopics } from './lda-documents.js';
import { type CountSegment, countSegment, cutDocuments } from './lda-segments.js';

/** The most topics; a segment's γ of that many stay below the limits. */
export const MOST_TOPICS = 1024;
/** Bytes of a token, or of an entry of a column. */
const TOKEN_BYTES = 8;

export type SegmentBuffers = Record<keyof CountSegment['bytes'], GPUBuffer>;

/** Counts in device memory, by documents and by words. */
export class GpuCounts implements ResidentCounts {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly #users = new Set<GpuDocumentTopics>();
  #disposed = false;

  private constructor(
    readonly backend: Backend,
    readonly context: Context,
    readonly shape: readonly [number, number],
    readonly vocabulary: Vocabulary,
    readonly lengths: Float64Array,
    moments: ColumnMoments,
    readonly segments: readonly (Omit<CountSegment, 'bytes'> & { readonly buffers: SegmentBuffers })[],
    private readonly onDispose: () => void,
  ) {
    ({ center: this.center, scale: this.scale } = moments);
  }

  static async load(
    backend: Backend,
    context: Context,
    counts: CheckedCounts,
    onDispose: () => void,
  ): Promise<GpuCounts> {
    const vocabulary = vocabularyOf(counts);
    const lengths = documentLengths(counts);
    const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } =
      context.device.limits;
    const bytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const limits = {
      documents: Math.min(maxComputeWorkgroupsPerDimension, Math.floor(bytes / (4 * MOST_TOPICS)) - 1),
      tokens: Math.floor(bytes / TOKEN_BYTES),
    };
    const runs = cutDocuments(counts.indptr, 0, counts.shape[0], limits);
    const made: GPUBuffer[] = [];
    try {
      const segments = await context.guard(`counts of ${counts.shape[0]} documents`, () =>
        runs.map(run => {
          const segment = countSegment(counts, vocabulary.indices, vocabulary.words.length, lengths, run);
          const { bytes: content, ...rest } = segment;
          const buffers = Object.fromEntries(
            Object.entries(content).map(([name, data]) => {
              const buffer = context.storage(name, data.byteLength);
              made.push(buffer);
              context.device.queue.writeBuffer(buffer, 0, data);
              return [name, buffer];
            }),
          ) as SegmentBuffers;
          return { ...rest, buffers };
        }),
      );
      return new GpuCounts(
        backend,
        context,
        counts.shape,
        vocabulary,
        lengths,
        countMoments(counts),
        segments,
        onDispose,
      );
    } catch (error) {
      context.release(...made);
      throw error;
    }
  }

  get words(): Uint32Array {
    return this.vocabulary.words;
  }

  async documentTopics(settings: DocumentSettings): Promise<DocumentTopics> {
    this.checkResident();
    if (settings.nComponents > MOST_TOPICS) {
      throw new InvalidArgumentError(
        `nComponents must be at most ${MOST_TOPICS} on WebGPU, got ${settings.nComponents}. Try device: 'cpu'.`,
      );
    }
    const topics = await GpuDocumentTopics.create(this, settings, () => this.#users.delete(topics));
    this.#users.add(topics);
    return topics;
  }

  checkResident(): void {
    if (this.#disposed) {
      throw new InvalidArgumentError('These counts have been disposed of; load them again.');
    }
    this.context.check();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const user of this.#users) user.dispose();
    for (const { buffers } of this.segments) this.context.release(...Object.values(buffers));
    this.onDispose();
  }
}
