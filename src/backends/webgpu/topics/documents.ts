import type {
  DocumentSettings,
  DocumentState,
  DocumentTopics,
  TopicStatistics,
} from '../../../contract/topics.js';
import { InvalidArgumentError, NonFiniteError } from '../../../errors.js';
import {
  ASCENT,
  ascentOf,
  lengthTerms,
  offsetTerms,
  relativeLengthTerms,
  scaleTopics,
} from '../../../models/topics.js';
import {
  documentScratch,
  ldaDocument,
  SMALLEST_WEIGHT as SMALLEST_WEIGHT_IN_FLOAT64,
} from '../../cpu/topics/documents.js';
import { Commands } from '../device/commands.js';
import { BUFFER_USAGE } from '../device/constants.js';
import { isSoftware } from '../device/device.js';
import type { Kernel, Stage } from '../device/kernel.js';
import type { Maker } from '../device/memory.js';
import { Origin } from '../device/origin.js';
import { readBack } from '../rows/transfer.js';
import type { GpuCounts } from './counts.js';
import { type LdaKernelName, ldaShader, quadsOf, SHORT_SUM } from './shaders.js';

/** What a scaled topic weight is at least; lda-documents has the same floor for exp(ψ(γ)). */
const SMALLEST_WEIGHT = 2 ** -60;
/** Invocations that share a document; a software adapter changes threads at each barrier, so that few are better. */
const LANES = { hardware: 64, software: 16 };
const UNIFORM_BYTES = 32;
/** The share of the bound that its rounding may be. */
const CLEAR = 1e-6;
/** Words of a line of lda-statistics' grid. */
const LINE = 2 ** 15;
const KERNELS: readonly LdaKernelName[] = ['lda-documents', 'lda-statistics', 'lda-bound'];

/** One segment's γ and what else its documents leave, and the kernels bound to them. */
interface SegmentState {
  readonly documents: number;
  /** [documents + 1] the documents' first tokens */
  readonly pointers: Uint32Array;
  readonly gammas: GPUBuffer;
  readonly partialBounds: GPUBuffer;
  readonly stages: Record<LdaKernelName, Stage>;
}

/** γ of all documents in device memory. An update creates nothing but its command buffers. */
export class GpuDocumentTopics implements DocumentTopics {
  readonly #quads: number;
  readonly #packed: Float32Array<ArrayBuffer>;
  readonly #buffers: GPUBuffer[] = [];
  #topics!: GPUBuffer;
  #statistics!: GPUBuffer;
  #uniforms!: GPUBuffer;
  #staging!: GPUBuffer;
  #segments: SegmentState[] = [];
  #steps = 0;
  #isDisposed = false;
  #forget = () => {};

  private constructor(
    readonly counts: GpuCounts,
    private readonly settings: DocumentSettings,
  ) {
    this.#quads = quadsOf(settings.nComponents);
    this.#packed = new Float32Array(counts.words.length * 4 * this.#quads);
  }

  static async create(
    counts: GpuCounts,
    settings: DocumentSettings,
    begin?: DocumentState,
  ): Promise<GpuDocumentTopics> {
    const topics = new GpuDocumentTopics(counts, settings);
    const what = `${settings.nComponents} topics of ${counts.shape[0]} documents`;
    await counts.context.guard(what, make => topics.#prepare(make));
    topics.#forget = counts.onDispose(() => topics.dispose());
    if (begin) topics.#goOn(begin);
    return topics;
  }

  #goOn({ gammas, steps }: DocumentState): void {
    const { nComponents } = this.settings;
    const stride = 4 * this.#quads;
    let begin = 0;
    for (const { documents, gammas: buffer } of this.#segments) {
      const padded = new Float32Array(stride * documents);
      for (let d = 0; d < documents; d++) {
        for (let k = 0; k < nComponents; k++) padded[d * stride + k] = gammas[(begin + d) * nComponents + k];
      }
      this.counts.context.device.queue.writeBuffer(buffer, 0, padded);
      begin += documents;
    }
    this.#steps = steps;
  }

  async #prepare(make: Maker): Promise<void> {
    const { context, segments } = this.counts;
    const lanes = isSoftware(context.device.adapterInfo) ? LANES.software : LANES.hardware;
    const { nComponents } = this.settings;
    const kernels = await Promise.all(
      KERNELS.map(name => context.kernel(name, ldaShader(name, nComponents, lanes, LINE))),
    );
    const { uniform, copyDestination, mapRead } = BUFFER_USAGE;
    const buffer = (label: string, bytes: number, usage: number) =>
      this.#keep(make.buffer(label, bytes, usage));
    const storage = (label: string, numbers: number) => this.#keep(make.storage(label, 4 * numbers));
    this.#topics = storage('topics', this.#packed.length);
    this.#statistics = storage('statistics', this.#packed.length);
    this.#uniforms = buffer('chunk', UNIFORM_BYTES, uniform | copyDestination);
    const origin = new Origin(make);
    this.#keep(origin.buffer);
    this.#segments = segments.map(segment => this.#segmentState(segment, kernels, origin, storage));
    const partials = this.#segments.reduce((sum, { partialBounds }) => sum + partialBounds.size, 0);
    this.#staging = buffer('staging', 4 * this.#packed.length + partials, mapRead | copyDestination);
  }

  #keep(buffer: GPUBuffer): GPUBuffer {
    this.#buffers.push(buffer);
    return buffer;
  }

  #segmentState(
    { count, pointers, buffers }: GpuCounts['segments'][number],
    [ofDocuments, ofStatistics, ofBound]: readonly Kernel[],
    origin: Origin,
    storage: (label: string, numbers: number) => GPUBuffer,
  ): SegmentState {
    const gammas = storage('gammas', 4 * this.#quads * count);
    const thetas = storage('thetas', 4 * this.#quads * count);
    const ratios = storage('ratios', pointers[count]);
    const bounds = storage('bounds', count);
    const partialBounds = storage('partial bounds', Math.ceil(count / SHORT_SUM));
    const [topics, statistics] = [this.#topics, this.#statistics];
    const chunk = { buffer: this.#uniforms, size: UNIFORM_BYTES };
    const { documents, tokens, columns, entries } = buffers;
    const bind = (kernel: Kernel, ...own: (Record<string, GPUBuffer | GPUBufferBinding> | undefined)[]) => ({
      kernel,
      groups: [own[0], own[1], own[2], { origin: origin.binding }].map(
        (group, index) => group && kernel.bind(index, group),
      ),
      origin,
    });
    return {
      documents: count,
      pointers,
      gammas,
      partialBounds,
      stages: {
        'lda-documents': bind(
          ofDocuments,
          { chunk, documents, tokens },
          { topics },
          { gammas, thetas, ratios, bounds },
        ),
        'lda-statistics': bind(
          ofStatistics,
          { columns, entries },
          { topics },
          { thetas, ratios, statistics },
        ),
        'lda-bound': bind(ofBound, { bounds, partial_bounds: partialBounds }),
      },
    };
  }

  update(logTopics: Float64Array): Promise<TopicStatistics> {
    return this.#exclusive(() => this.#update(logTopics));
  }

  async #update(logTopics: Float64Array): Promise<TopicStatistics> {
    const { lengths, vocabulary } = this.counts;
    const { nComponents, docTopicPrior } = this.settings;
    const { weights, offsets } = scaleTopics(logTopics, nComponents, SMALLEST_WEIGHT);
    this.#write(weights);
    const commands = new Commands(this.counts.context);
    commands.clear(this.#statistics);
    for (const segment of this.#segments) await this.#dispatch(commands, segment);
    this.#steps++;

    const { sums, documents } = await this.#read(commands);
    const ofLengths = relativeLengthTerms(lengths, nComponents, docTopicPrior);
    const rest = ofLengths + offsetTerms(offsets, vocabulary.totals);
    const isClear = this.#roundingOf(documents) <= CLEAR * Math.abs(documents + rest);
    const bound = isClear ? documents + rest : await this.#boundInFloat64(logTopics);
    if (Number.isFinite(bound) && sums.every(Number.isFinite)) return { sums, bound };
    throw new NonFiniteError(
      "The E-step gave topic statistics that are not finite. Try larger priors, or device: 'cpu' (float64).",
    );
  }

  /** What float32 leaves uncertain of the bound: the device's part, Σ_k γ_dk, and terms of K logarithms a document. */
  #roundingOf(documents: number): number {
    const { lengths } = this.counts;
    const { nComponents: k, docTopicPrior } = this.settings;
    const terms = lengths.reduce((sum, n) => sum + n + k * (6 + docTopicPrior) * Math.log1p(n), 0);
    return 2 ** -24 * (Math.abs(documents) + terms);
  }

  /** The documents' part of the bound at the γ of the device. */
  async #boundInFloat64(logTopics: Float64Array): Promise<number> {
    const { counts, lengths, vocabulary } = this.counts;
    const { nComponents: k, docTopicPrior } = this.settings;
    const { weights, offsets } = scaleTopics(logTopics, k, SMALLEST_WEIGHT_IN_FLOAT64);
    const settings = { ...this.settings, maxDocUpdateIter: 0 };
    const problem = { counts, indices: vocabulary.indices, weights, settings };
    const scratch = documentScratch(k, counts.data.length);
    const gammas = await this.#readGammas();
    let bound = lengthTerms(lengths, k, docTopicPrior) + offsetTerms(offsets, vocabulary.totals);
    lengths.forEach((length, d) => {
      bound += ldaDocument(problem, d, length, gammas.subarray(d * k, (d + 1) * k), ASCENT.resumed, scratch);
    });
    return bound;
  }

  #write(weights: Float64Array): void {
    const { queue } = this.counts.context.device;
    const { nComponents, docTopicPrior, maxDocUpdateIter, meanChangeTol } = this.settings;
    const stride = 4 * this.#quads;
    for (let word = 0; word < this.counts.words.length; word++) {
      for (let k = 0; k < nComponents; k++) this.#packed[word * stride + k] = weights[word * nComponents + k];
    }
    queue.writeBuffer(this.#topics, 0, this.#packed);
    const uniforms = new DataView(new ArrayBuffer(UNIFORM_BYTES));
    uniforms.setUint32(0, ascentOf(this.#steps), true);
    uniforms.setUint32(4, maxDocUpdateIter, true);
    uniforms.setFloat32(8, docTopicPrior, true);
    uniforms.setFloat32(12, meanChangeTol * nComponents, true);
    uniforms.setUint32(16, this.#quads, true);
    queue.writeBuffer(this.#uniforms, 0, uniforms.buffer);
  }

  async #dispatch(commands: Commands, { documents, pointers, stages }: SegmentState): Promise<void> {
    const words = this.counts.words.length;
    const padded = 4 * this.#quads;
    const perToken = 2 * padded * this.settings.maxDocUpdateIter;
    await commands.dispatch(stages['lda-documents'], {
      grid: [documents, 1, 1],
      work: document => perToken * pointers[document],
      offset: 0,
    });
    await commands.dispatch(stages['lda-statistics'], {
      grid: [Math.min(words, LINE), Math.ceil(words / LINE), 1],
      work: word => (padded * pointers[documents] * word) / words,
    });
    const partials = Math.ceil(documents / SHORT_SUM);
    await commands.dispatch(stages['lda-bound'], {
      grid: [Math.ceil(partials / 64), 1, 1],
      work: group => 64 * SHORT_SUM * group,
    });
  }

  async #read(commands: Commands): Promise<{ sums: Float64Array; documents: number }> {
    const { context, words } = this.counts;
    const sumBytes = 4 * this.#packed.length;
    commands.copy(this.#statistics, 0, this.#staging, 0, sumBytes);
    let at = sumBytes;
    for (const { documents, partialBounds } of this.#segments) {
      const bytes = 4 * Math.ceil(documents / SHORT_SUM);
      commands.copy(partialBounds, 0, this.#staging, at, bytes);
      at += bytes;
    }
    await commands.submit();
    const data = new Float32Array(await context.read(this.#staging, at));
    const bounds = data.subarray(this.#packed.length);
    return {
      sums: this.#unpack(data, words.length),
      documents: bounds.reduce((sum, value) => sum + value, 0),
    };
  }

  read(): Promise<Float64Array> {
    return this.#exclusive(() => this.#readGammas());
  }

  async #readGammas(): Promise<Float64Array> {
    const { context, shape } = this.counts;
    const { nComponents } = this.settings;
    const gamma = new Float64Array(shape[0] * nComponents);
    let begin = 0;
    for (const { documents, gammas } of this.#segments) {
      const bytes = 16 * this.#quads * documents;
      const data = await readBack(context, bytes, 'the topics of documents', (commands, staging) =>
        commands.copy(gammas, 0, staging, 0, bytes),
      );
      gamma.set(this.#unpack(new Float32Array(data), documents), begin * nComponents);
      begin += documents;
    }
    return gamma;
  }

  /** @throws InvalidArgumentError once the counts, or these topics of theirs, were disposed of */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.counts.exclusive(async () => {
      if (this.#isDisposed)
        throw new InvalidArgumentError('These topics have been disposed of; make them anew.');
      return work();
    });
  }

  #unpack(data: Float32Array, count: number): Float64Array {
    const { nComponents } = this.settings;
    const stride = 4 * this.#quads;
    const values = new Float64Array(count * nComponents);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < nComponents; k++) values[i * nComponents + k] = data[i * stride + k];
    }
    return values;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#forget();
    this.counts.context.release(...this.#buffers);
  }
}
