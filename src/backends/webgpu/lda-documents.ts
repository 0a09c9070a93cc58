import { NonFiniteError } from '../../errors.js';
import { ascentOf, lengthTerms, offsetTerms, scaleTopics } from '../../models/topics.js';
import type { DocumentSettings, DocumentTopics, TopicStatistics } from '../topic-backend.js';
import { BUFFER_USAGE } from './constants.js';
import { isSoftware } from './device.js';
import type { Kernel } from './kernel.js';
import type { GpuCounts } from './lda-counts.js';
import { cutDocuments } from './lda-segments.js';
import { type LdaKernelName, ldaShader, quadsOf, SHORT_SUM } from './lda-shaders.js';

/** What a scaled topic weight is at least; lda-documents has the same floor for exp(ψ(γ)). */
const SMALLEST_WEIGHT = 2 ** -60;
/** Invocations that share a document; a software adapter changes threads at each barrier, so that few are better. */
const LANES = { hardware: 64, software: 16 };
/** Dispatches stay far from a watchdog: about 50 ms at 0.4 TFLOP/s, if every document takes all its updates. */
const FLOPS_PER_DISPATCH = 2e10;
/** Bytes between the entries of a uniform buffer with dynamic offsets, and those of one entry. */
const UNIFORM_STRIDE = 256;
const UNIFORM_BYTES = 32;
const KERNELS: readonly LdaKernelName[] = ['lda-documents', 'lda-statistics', 'lda-bound'];

/** Documents of one segment that one dispatch works on. */
interface Chunk {
  readonly index: number;
  readonly begin: number;
  readonly count: number;
}

/** One segment's γ and what else its documents leave, bound to the kernels. */
interface SegmentState {
  readonly documents: number;
  readonly chunks: readonly Chunk[];
  readonly gammas: GPUBuffer;
  readonly partialBounds: GPUBuffer;
  readonly groups: Record<LdaKernelName, readonly GPUBindGroup[]>;
}

/** γ of all documents in device memory. An update creates nothing but its command buffers. */
export class GpuDocumentTopics implements DocumentTopics {
  readonly #quads: number;
  readonly #packed: Float32Array<ArrayBuffer>;
  readonly #buffers: GPUBuffer[] = [];
  #kernels!: Record<LdaKernelName, Kernel>;
  #topics!: GPUBuffer;
  #statistics!: GPUBuffer;
  #uniforms!: GPUBuffer;
  #staging!: GPUBuffer;
  #segments: SegmentState[] = [];
  #nChunks = 0;
  #steps = 0;

  private constructor(
    readonly counts: GpuCounts,
    private readonly settings: DocumentSettings,
    private readonly onDispose: () => void,
  ) {
    this.#quads = quadsOf(settings.nComponents);
    this.#packed = new Float32Array(counts.words.length * 4 * this.#quads);
  }

  static async create(
    counts: GpuCounts,
    settings: DocumentSettings,
    onDispose: () => void,
  ): Promise<GpuDocumentTopics> {
    const topics = new GpuDocumentTopics(counts, settings, onDispose);
    try {
      await counts.context.guard(`${settings.nComponents} topics of ${counts.shape[0]} documents`, () =>
        topics.#prepare(),
      );
    } catch (error) {
      topics.dispose();
      throw error;
    }
    return topics;
  }

  async #prepare(): Promise<void> {
    const { context, segments } = this.counts;
    const lanes = isSoftware(context.device.adapterInfo) ? LANES.software : LANES.hardware;
    const kernels = await Promise.all(
      KERNELS.map(name => context.kernel(name, ldaShader(name, this.settings.nComponents, lanes))),
    );
    this.#kernels = Object.fromEntries(KERNELS.map((name, i) => [name, kernels[i]])) as Record<
      LdaKernelName,
      Kernel
    >;

    const chunks = segments.map(segment => this.#cut(segment.pointers, segment.count));
    const { uniform, copyDestination, mapRead } = BUFFER_USAGE;
    this.#topics = this.#storage('topics', this.#packed.length);
    this.#statistics = this.#storage('statistics', this.#packed.length);
    this.#uniforms = this.#buffer('chunk', UNIFORM_STRIDE * this.#nChunks, uniform | copyDestination);
    this.#segments = segments.map((segment, i) => this.#segmentState(segment, chunks[i]));
    const partials = this.#segments.reduce((sum, { partialBounds }) => sum + partialBounds.size, 0);
    this.#staging = this.#buffer('staging', 4 * this.#packed.length + partials, mapRead | copyDestination);
  }

  #cut(pointers: Uint32Array, count: number): Chunk[] {
    const flopsPerToken = 4 * this.settings.nComponents * Math.max(1, this.settings.maxDocUpdateIter);
    const limits = { documents: count, tokens: FLOPS_PER_DISPATCH / flopsPerToken };
    return cutDocuments(pointers, 0, count, limits).map(([begin, end]) => ({
      index: this.#nChunks++,
      begin,
      count: end - begin,
    }));
  }

  #segmentState(
    { count, pointers, buffers }: GpuCounts['segments'][number],
    chunks: readonly Chunk[],
  ): SegmentState {
    const gammas = this.#storage('gammas', 4 * this.#quads * count);
    const thetas = this.#storage('thetas', 4 * this.#quads * count);
    const ratios = this.#storage('ratios', pointers[count]);
    const bounds = this.#storage('bounds', count);
    const partialBounds = this.#storage('partial bounds', Math.ceil(count / SHORT_SUM));
    const [topics, statistics] = [this.#topics, this.#statistics];
    const chunk = { buffer: this.#uniforms, size: UNIFORM_BYTES };
    const { documents, tokens, columns, entries } = buffers;
    const bind = (name: LdaKernelName, ...groups: Record<string, GPUBuffer | GPUBufferBinding>[]) =>
      groups.map((group, index) => this.#kernels[name].bind(index, group));
    return {
      documents: count,
      chunks,
      gammas,
      partialBounds,
      groups: {
        'lda-documents': bind(
          'lda-documents',
          { chunk, documents, tokens },
          { topics },
          { gammas, thetas, ratios, bounds },
        ),
        'lda-statistics': bind(
          'lda-statistics',
          { columns, entries },
          { topics },
          { thetas, ratios, statistics },
        ),
        'lda-bound': bind('lda-bound', { bounds, partial_bounds: partialBounds }),
      },
    };
  }

  async update(logTopics: Float64Array): Promise<TopicStatistics> {
    this.counts.checkResident();
    const { context, lengths, vocabulary } = this.counts;
    const { nComponents, docTopicPrior } = this.settings;
    const { weights, offsets } = scaleTopics(logTopics, nComponents, SMALLEST_WEIGHT);
    this.#write(weights);
    const { device } = context;
    const clearing = device.createCommandEncoder();
    clearing.clearBuffer(this.#statistics);
    device.queue.submit([clearing.finish()]);
    for (const segment of this.#segments) this.#submit(segment);
    this.#steps++;

    const { sums, documents } = await this.#read();
    const bound =
      documents + lengthTerms(lengths, nComponents, docTopicPrior) + offsetTerms(offsets, vocabulary.totals);
    if (Number.isFinite(bound) && sums.every(Number.isFinite)) return { sums, bound };
    throw new NonFiniteError(
      "The E-step gave topic statistics that are not finite. Try larger priors, or device: 'cpu' (float64).",
    );
  }

  #write(weights: Float64Array): void {
    const { queue } = this.counts.context.device;
    const { nComponents, docTopicPrior, maxDocUpdateIter, meanChangeTol } = this.settings;
    const stride = 4 * this.#quads;
    for (let word = 0; word < this.counts.words.length; word++) {
      for (let k = 0; k < nComponents; k++) this.#packed[word * stride + k] = weights[word * nComponents + k];
    }
    queue.writeBuffer(this.#topics, 0, this.#packed);
    const uniforms = new DataView(new ArrayBuffer(UNIFORM_STRIDE * this.#nChunks));
    for (const { index, begin } of this.#segments.flatMap(({ chunks }) => chunks)) {
      const at = index * UNIFORM_STRIDE;
      uniforms.setUint32(at, begin, true);
      uniforms.setUint32(at + 4, ascentOf(this.#steps), true);
      uniforms.setUint32(at + 8, maxDocUpdateIter, true);
      uniforms.setFloat32(at + 12, docTopicPrior, true);
      uniforms.setFloat32(at + 16, meanChangeTol * nComponents, true);
      uniforms.setUint32(at + 20, this.#quads, true);
    }
    queue.writeBuffer(this.#uniforms, 0, uniforms.buffer);
  }

  /** One submission a chunk of documents, and one for what is summed over them. */
  #submit({ documents, chunks, groups }: SegmentState): void {
    const { device } = this.counts.context;
    const words = this.counts.words.length;
    const columns = Math.min(words, device.limits.maxComputeWorkgroupsPerDimension);
    for (const { index, count } of chunks) {
      const encoder = device.createCommandEncoder();
      const offset = UNIFORM_STRIDE * index;
      dispatch(encoder, this.#kernels['lda-documents'], groups['lda-documents'], [count, 1], offset);
      device.queue.submit([encoder.finish()]);
    }
    const encoder = device.createCommandEncoder();
    const lines = Math.ceil(words / Math.max(1, columns));
    dispatch(encoder, this.#kernels['lda-statistics'], groups['lda-statistics'], [columns, lines]);
    const partials = Math.ceil(documents / SHORT_SUM);
    dispatch(encoder, this.#kernels['lda-bound'], groups['lda-bound'], [Math.ceil(partials / 64), 1]);
    device.queue.submit([encoder.finish()]);
  }

  async #read(): Promise<{ sums: Float64Array; documents: number }> {
    const { context, words } = this.counts;
    const encoder = context.device.createCommandEncoder();
    const sumBytes = 4 * this.#packed.length;
    encoder.copyBufferToBuffer(this.#statistics, 0, this.#staging, 0, sumBytes);
    let at = sumBytes;
    for (const { documents, partialBounds } of this.#segments) {
      const bytes = 4 * Math.ceil(documents / SHORT_SUM);
      encoder.copyBufferToBuffer(partialBounds, 0, this.#staging, at, bytes);
      at += bytes;
    }
    context.device.queue.submit([encoder.finish()]);
    const data = new Float32Array(await context.read(this.#staging, at));
    const bounds = data.subarray(this.#packed.length);
    return {
      sums: this.#unpack(data, words.length),
      documents: bounds.reduce((sum, value) => sum + value, 0),
    };
  }

  async read(): Promise<Float64Array> {
    this.counts.checkResident();
    const { context, shape } = this.counts;
    const { nComponents } = this.settings;
    const gamma = new Float64Array(shape[0] * nComponents);
    const { mapRead, copyDestination } = BUFFER_USAGE;
    let begin = 0;
    for (const { documents, gammas } of this.#segments) {
      const bytes = 16 * this.#quads * documents;
      const staging = await context.guard('the topics of documents', () =>
        context.buffer('staging', bytes, mapRead | copyDestination),
      );
      try {
        const encoder = context.device.createCommandEncoder();
        encoder.copyBufferToBuffer(gammas, 0, staging, 0, bytes);
        context.device.queue.submit([encoder.finish()]);
        const data = new Float32Array(await context.read(staging, bytes));
        gamma.set(this.#unpack(data, documents), begin * nComponents);
      } finally {
        context.release(staging);
      }
      begin += documents;
    }
    return gamma;
  }

  /** [count, 4 QUADS] to [count, K]. */
  #unpack(data: Float32Array, count: number): Float64Array {
    const { nComponents } = this.settings;
    const stride = 4 * this.#quads;
    const values = new Float64Array(count * nComponents);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < nComponents; k++) values[i * nComponents + k] = data[i * stride + k];
    }
    return values;
  }

  #buffer(label: string, bytes: number, usage: number): GPUBuffer {
    const buffer = this.counts.context.buffer(label, bytes, usage);
    this.#buffers.push(buffer);
    return buffer;
  }

  #storage(label: string, numbers: number): GPUBuffer {
    const { storage, copySource, copyDestination } = BUFFER_USAGE;
    return this.#buffer(label, 4 * numbers, storage | copySource | copyDestination);
  }

  dispose(): void {
    this.counts.context.release(...this.#buffers);
    this.onDispose();
  }
}

function dispatch(
  encoder: GPUCommandEncoder,
  { pipeline }: Kernel,
  groups: readonly GPUBindGroup[],
  [x, y]: readonly [number, number],
  offset?: number,
): void {
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  groups.forEach((group, index) => {
    pass.setBindGroup(index, group, index === 0 && offset !== undefined ? [offset] : []);
  });
  pass.dispatchWorkgroups(x, y);
  pass.end();
}
