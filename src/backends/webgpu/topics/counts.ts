import type { Backend, ResidentCounts } from '../../../contract/table.js';
import type { DocumentSettings, DocumentState, DocumentTopics } from '../../../contract/topics.js';
import type { ColumnMoments } from '../../../data/columns.js';
import { type CheckedCounts, countMoments, documentLengths } from '../../../data/sparse-counts.js';
import { InvalidArgumentError } from '../../../errors.js';
import { type Vocabulary, vocabularyOf } from '../../../models/topics.js';
import { cpu } from '../../cpu/index.js';
import type { Context } from '../device/context.js';
import { Resident } from '../device/resident.js';
import { GpuDocumentTopics } from './documents.js';
import { noted, rangeNote } from './range.js';
import { type CountSegment, countSegment, cutDocuments } from './segments.js';

/** The most topics; a segment's γ of that many stay below the limits. */
export const MOST_TOPICS = 1024;
/** Bytes of a token, or of an entry of a column. */
const TOKEN_BYTES = 8;

export type SegmentBuffers = Record<keyof CountSegment['bytes'], GPUBuffer>;

/** Counts in device memory, by documents and by words. */
export class GpuCounts extends Resident implements ResidentCounts {
  readonly center: Float64Array;
  readonly scale: Float64Array;
  readonly shape: readonly [number, number];
  #twin: Promise<ResidentCounts> | undefined;

  private constructor(
    readonly backend: Backend,
    context: Context,
    readonly counts: CheckedCounts,
    readonly vocabulary: Vocabulary,
    readonly lengths: Float64Array,
    moments: Omit<ColumnMoments, 'squares'>,
    readonly segments: readonly (Omit<CountSegment, 'bytes'> & { readonly buffers: SegmentBuffers })[],
  ) {
    super(context, 'counts');
    this.shape = counts.shape;
    ({ center: this.center, scale: this.scale } = moments);
  }

  static async load(backend: Backend, context: Context, counts: CheckedCounts): Promise<GpuCounts> {
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
    const segments = await context.guard(`counts of ${counts.shape[0]} documents`, make =>
      runs.map(run => {
        const segment = countSegment(counts, vocabulary.indices, vocabulary.words.length, lengths, run);
        const { bytes: content, ...rest } = segment;
        const buffers = Object.fromEntries(
          Object.entries(content).map(([name, data]) => {
            const buffer = make.storage(name, data.byteLength);
            context.device.queue.writeBuffer(buffer, 0, data);
            return [name, buffer];
          }),
        ) as SegmentBuffers;
        return { ...rest, buffers };
      }),
    );
    const moments = countMoments(counts);
    return new GpuCounts(backend, context, counts, vocabulary, lengths, moments, segments);
  }

  get mass(): number {
    return this.shape[0];
  }

  get words(): Uint32Array {
    return this.vocabulary.words;
  }

  inFloat64(): Promise<ResidentCounts> {
    this.#twin ??= cpu().loadCounts(this.counts);
    return this.#twin;
  }

  documentTopics(settings: DocumentSettings, begin?: DocumentState): Promise<DocumentTopics> {
    return this.exclusive(async () => {
      if (settings.nComponents > MOST_TOPICS) {
        throw new InvalidArgumentError(
          `nComponents must be at most ${MOST_TOPICS} on WebGPU, got ${settings.nComponents}. Try device: 'cpu'.`,
        );
      }
      const note = rangeNote(this, settings.docTopicPrior);
      if (!note) return GpuDocumentTopics.create(this, settings, begin);
      const twin = await this.inFloat64();
      return noted(await twin.documentTopics(settings, begin), note);
    });
  }

  protected free(): void {
    this.#twin = undefined;
    for (const { buffers } of this.segments) this.context.release(...Object.values(buffers));
  }
}
