import type { GaussianDensities } from '../../models/gaussian-densities.js';
import type { EStepRule } from '../backend.js';
import { type Chunk, chunkRows, cutChunks, POSTERIOR_ROWS, rounds, SLAB_ROWS } from './chunks.js';
import { BUFFER_USAGE } from './constants.js';
import type { Kernel } from './kernel.js';
import { componentLength, type PartialLayout, packComponents, partialLayout, partialLength } from './pack.js';
import type { GpuRows } from './rows.js';
import { posteriorShader, type Shader, statisticsShader } from './shaders.js';

/** The shape of the models that one workspace serves. */
export type WorkspaceShape = Pick<GaussianDensities, 'nComponents' | 'nFeatures' | 'moments'>;

/** A kernel with the bind groups it needs: data by segment, parameters, scratch. */
interface Stage {
  readonly pipeline: GPUComputePipeline;
  readonly data: readonly GPUBindGroup[];
  readonly parameters: GPUBindGroup;
  readonly scratch: GPUBindGroup;
  readonly panels: number;
}

/** Bytes between the entries of a uniform buffer with dynamic offsets. */
const UNIFORM_STRIDE = 256;

/**
 * Everything that E-steps of one model shape over some rows need, made ahead: an iteration creates nothing but
 * its command buffers. The scratch's size does not depend on the number of rows.
 */
export class Workspace {
  readonly capacity: number;
  readonly chunks: readonly Chunk[];
  readonly rounds: readonly Chunk[][];
  readonly partialLength: number;
  readonly layout: PartialLayout;
  readonly likelihoodCount: number;
  readonly partialBytes: number;

  readonly #packed: Float32Array<ArrayBuffer>;
  readonly #buffers: Record<
    'chunk' | 'components' | 'logits' | 'log_norms' | 'labels' | 'likelihoods' | 'partials' | 'staging',
    GPUBuffer
  >;
  readonly #stages = new Map<string, Stage>();

  constructor(
    readonly rows: GpuRows,
    readonly shape: WorkspaceShape,
  ) {
    const { context } = rows;
    const { moments, nFeatures, nComponents } = shape;
    this.partialLength = partialLength(moments, nFeatures);
    this.layout = partialLayout(moments, nFeatures, rows);
    this.capacity = chunkRows({ nRows: rows.shape[0], nFeatures, nComponents, moments }, this.partialLength);
    this.chunks = cutChunks(rows.shape[0], rows.segmentRows, this.capacity);
    this.rounds = rounds([...this.chunks]);

    const last = this.chunks[this.chunks.length - 1];
    this.likelihoodCount = last.likelihoodBegin + Math.ceil(last.count / POSTERIOR_ROWS);
    this.partialBytes = 4 * (this.capacity / SLAB_ROWS) * nComponents * this.partialLength;
    this.#packed = new Float32Array(nComponents * componentLength(moments, nFeatures));

    const { uniform, copyDestination, mapRead } = BUFFER_USAGE;
    const stagingBytes = Math.max(
      this.partialBytes + 4 * this.likelihoodCount,
      4 * this.capacity * (nComponents + 2), // posteriors
    );
    this.#buffers = {
      chunk: context.buffer('chunk', UNIFORM_STRIDE * this.chunks.length, uniform | copyDestination),
      components: context.storage('components', this.#packed.byteLength),
      logits: context.storage('logits', 4 * nComponents * this.capacity),
      log_norms: context.storage('log_norms', 4 * this.capacity),
      labels: context.storage('labels', 4 * this.capacity),
      likelihoods: context.storage('likelihoods', 4 * this.likelihoodCount),
      partials: context.storage('partials', this.partialBytes),
      staging: context.buffer('staging', stagingBytes, mapRead | copyDestination),
    };
    this.#writeChunks();
  }

  #writeChunks(): void {
    const words = UNIFORM_STRIDE / 4;
    const uniforms = new Uint32Array(words * this.chunks.length);
    for (const { index, begin, count, likelihoodBegin } of this.chunks) {
      uniforms.set([begin, count, this.capacity, this.shape.nComponents, likelihoodBegin], index * words);
    }
    this.rows.context.device.queue.writeBuffer(this.#buffers.chunk, 0, uniforms);
  }

  /** Send θ down. @returns the means that the device sees, in the caller's units */
  write(densities: GaussianDensities): Float64Array {
    const origin = packComponents(densities, this.rows, this.#packed);
    this.rows.context.device.queue.writeBuffer(this.#buffers.components, 0, this.#packed);
    return origin;
  }

  /** Overwrite the scratch of one chunk: logits [K, capacity] in base 2, against norms of 0. */
  writeLogits(logits: Float32Array<ArrayBuffer>): void {
    const { queue } = this.rows.context.device;
    queue.writeBuffer(this.#buffers.logits, 0, logits);
    queue.writeBuffer(this.#buffers.log_norms, 0, new Float32Array(this.capacity));
  }

  /** The kernels of an E-step, compiled and bound. */
  async stages(rule: EStepRule): Promise<{ posterior: Stage; statistics: Stage }> {
    const variant = { ...this.shape, rule };
    const { logits, log_norms, labels, likelihoods, partials } = this.#buffers;
    const [posterior, statistics] = await Promise.all([
      this.#stage(posteriorShader(variant), { logits, log_norms, labels, likelihoods }),
      this.#stage(statisticsShader(variant), { logits, log_norms, labels, partials }),
    ]);
    return { posterior, statistics };
  }

  async #stage(shader: Shader, scratch: Record<string, GPUBuffer>): Promise<Stage> {
    const key = shader.source;
    const ready = this.#stages.get(key);
    if (ready) return ready;
    const { context, segments } = this.rows;
    const { components, chunk } = this.#buffers;
    const kernel: Kernel = await context.kernel(shader.name, shader.source);
    const stage: Stage = {
      pipeline: kernel.pipeline,
      data: segments.map(rows => kernel.bind(0, { rows, chunk: { buffer: chunk, size: 32 } })),
      parameters: kernel.bind(1, { components }),
      scratch: kernel.bind(2, scratch),
      panels: shader.panels,
    };
    this.#stages.set(key, stage);
    return stage;
  }

  clearPartials(encoder: GPUCommandEncoder): void {
    encoder.clearBuffer(this.#buffers.partials);
  }

  encodePosterior(encoder: GPUCommandEncoder, stage: Stage, chunk: Chunk): void {
    this.#encode(encoder, stage, chunk, Math.ceil(chunk.count / POSTERIOR_ROWS), 1);
  }

  encodeStatistics(encoder: GPUCommandEncoder, stage: Stage, chunk: Chunk): void {
    this.#encode(encoder, stage, chunk, this.shape.nComponents, Math.ceil(chunk.count / SLAB_ROWS));
  }

  #encode(encoder: GPUCommandEncoder, stage: Stage, chunk: Chunk, x: number, y: number): void {
    const pass = encoder.beginComputePass();
    pass.setPipeline(stage.pipeline);
    pass.setBindGroup(0, stage.data[chunk.segment], [UNIFORM_STRIDE * chunk.index]);
    pass.setBindGroup(1, stage.parameters);
    pass.setBindGroup(2, stage.scratch);
    pass.dispatchWorkgroups(x, y, stage.panels);
    pass.end();
  }

  /** Partial statistics and partial log-likelihoods of a round, float32. */
  copyStatistics(encoder: GPUCommandEncoder): void {
    const { partials, likelihoods, staging } = this.#buffers;
    encoder.copyBufferToBuffer(partials, 0, staging, 0, this.partialBytes);
    encoder.copyBufferToBuffer(likelihoods, 0, staging, this.partialBytes, 4 * this.likelihoodCount);
  }

  async readStatistics(): Promise<{ partials: Float32Array; likelihoods: Float32Array }> {
    const bytes = this.partialBytes + 4 * this.likelihoodCount;
    const data = await this.rows.context.read(this.#buffers.staging, bytes);
    return {
      partials: new Float32Array(data, 0, this.partialBytes / 4),
      likelihoods: new Float32Array(data, this.partialBytes),
    };
  }

  /** Log norms, labels and (if asked for) logits of a chunk. */
  copyPosterior(encoder: GPUCommandEncoder, withLogits: boolean): void {
    const { logits, log_norms, labels, staging } = this.#buffers;
    const column = 4 * this.capacity;
    encoder.copyBufferToBuffer(log_norms, 0, staging, 0, column);
    encoder.copyBufferToBuffer(labels, 0, staging, column, column);
    if (withLogits) {
      encoder.copyBufferToBuffer(logits, 0, staging, 2 * column, column * this.shape.nComponents);
    }
  }

  async readPosterior(withLogits: boolean) {
    const columns = 2 + (withLogits ? this.shape.nComponents : 0);
    const data = await this.rows.context.read(this.#buffers.staging, 4 * this.capacity * columns);
    return {
      logNorms: new Float32Array(data, 0, this.capacity),
      labels: new Uint32Array(data, 4 * this.capacity, this.capacity),
      logits: new Float32Array(data, 8 * this.capacity),
    };
  }

  dispose(): void {
    this.rows.context.release(...Object.values(this.#buffers));
  }
}
