import { isMatrix, type Matrix, matrix } from '../../data/matrix.js';
import { InvalidArgumentError, NonFiniteError } from '../../errors.js';
import { statisticLength } from '../../families/gaussian.js';
import type { GaussianDensities } from '../../models/gaussian-densities.js';
import { emptyStatistics, type Statistics } from '../../statistics.js';
import type {
  Backend,
  DeviceMatrix,
  EStepRule,
  Loadable,
  Posterior,
  ResponsibilitySource,
  Rows,
} from '../backend.js';
import type { Chunk } from './chunks.js';
import { SLAB_ROWS } from './chunks.js';
import { BUFFER_USAGE } from './constants.js';
import { Context, type Memory } from './context.js';
import { acquireDevice, describe } from './device.js';
import { GpuRows } from './rows.js';
import { Workspace } from './workspace.js';

/** log₂ of a responsibility of 0: exp2 of it is 0 in float32. */
const LOG2_NOTHING = -300;

/** (θ, resident rows) → statistics on a GPU, in float32 with float64 merges. */
export class WebGpuBackend implements Backend {
  readonly device = 'webgpu';
  readonly epsilon = 2 ** -24;
  readonly #context: Context;
  readonly #rows = new Set<GpuRows>();
  readonly #workspaces = new WeakMap<GpuRows, Workspace>();

  constructor(
    device: GPUDevice,
    readonly adapter: string,
    /** A software adapter: correct, not fast. */
    readonly isFallback = false,
    private readonly ownsDevice = true,
  ) {
    this.#context = new Context(device);
  }

  /** Whether the device has failed; a new backend is needed then. */
  get isLost(): boolean {
    return this.#context.failed;
  }

  /** Buffers and bytes that are allocated on the device right now. */
  get memory(): Readonly<Memory> {
    return { ...this.#context.memory };
  }

  async load(points: Loadable): Promise<Rows> {
    const host = isMatrix(points) ? points : await readMatrix(this.#context, points);
    const rows = await GpuRows.load(this, this.#context, host);
    this.#rows.add(rows);
    rows.onDispose(() => {
      this.#workspaces.get(rows)?.dispose();
      this.#rows.delete(rows);
    });
    return rows;
  }

  async eStep(rows: Rows, densities: GaussianDensities, rule: EStepRule = 'exact'): Promise<Statistics> {
    return this.#exclusive(rows, densities, async workspace => {
      const { posterior, statistics } = await workspace.stages(rule);
      const origin = workspace.write(densities);
      return this.#reduce(workspace, origin, (encoder, chunk) => {
        workspace.encodePosterior(encoder, posterior, chunk);
        workspace.encodeStatistics(encoder, statistics, chunk);
      });
    });
  }

  async accumulate(
    rows: Rows,
    densities: GaussianDensities,
    source: ResponsibilitySource,
  ): Promise<Statistics> {
    return this.#exclusive(rows, densities, async workspace => {
      const { statistics } = await workspace.stages('exact');
      const origin = workspace.write(densities);
      const logits = new Float32Array(densities.nComponents * workspace.capacity);
      const result = await this.#reduce(workspace, origin, (encoder, chunk) => {
        transposeLogits(
          source(chunk.rowBegin, chunk.count),
          densities.nComponents,
          workspace.capacity,
          logits,
        );
        workspace.writeLogits(logits);
        workspace.encodeStatistics(encoder, statistics, chunk);
      });
      return { ...result, logLikelihood: 0 };
    });
  }

  /** Encode every chunk, one submission each, and merge what each round leaves. */
  async #reduce(
    workspace: Workspace,
    origin: Float64Array,
    encodeChunk: (encoder: GPUCommandEncoder, chunk: Chunk) => void,
  ): Promise<Statistics> {
    const { device } = this.#context;
    const { moments, nFeatures, nComponents } = workspace.shape;
    const statistics = emptyStatistics(nComponents, statisticLength(moments, nFeatures), origin);
    let likelihoods = new Float32Array();
    for (const round of workspace.rounds) {
      for (const [position, chunk] of round.entries()) {
        const encoder = device.createCommandEncoder();
        if (position === 0) workspace.clearPartials(encoder);
        encodeChunk(encoder, chunk);
        if (position === round.length - 1) workspace.copyStatistics(encoder);
        device.queue.submit([encoder.finish()]);
      }
      const read = await workspace.readStatistics();
      likelihoods = read.likelihoods as Float32Array<ArrayBuffer>;
      mergePartials(read.partials, workspace, statistics);
    }
    const bits = likelihoods.reduce((sum, value) => sum + value, 0);
    const result = { ...statistics, nRows: workspace.rows.shape[0], logLikelihood: bits * Math.LN2 };
    checkFinite(result);
    return result;
  }

  async *posterior(
    rows: Rows,
    densities: GaussianDensities,
    { responsibilities = false }: { responsibilities?: boolean } = {},
  ): AsyncIterable<Posterior> {
    const chunks = await this.#exclusive(rows, densities, async workspace => workspace.chunks.length);
    for (let index = 0; index < chunks; index++) {
      yield await this.#exclusive(rows, densities, async workspace => {
        const chunk = workspace.chunks[index];
        const { posterior } = await workspace.stages('exact');
        workspace.write(densities);
        const encoder = this.#context.device.createCommandEncoder();
        workspace.encodePosterior(encoder, posterior, chunk);
        workspace.copyPosterior(encoder, responsibilities);
        this.#context.device.queue.submit([encoder.finish()]);
        const { logNorms, labels, logits } = await workspace.readPosterior(responsibilities);
        const { count } = chunk;
        return {
          begin: chunk.rowBegin,
          labels: labels.slice(0, count),
          logDensities: Float64Array.from(logNorms.subarray(0, count), bits => bits * Math.LN2),
          ...(responsibilities && {
            responsibilities: transposeResponsibilities(
              logits,
              densities.nComponents,
              workspace.capacity,
              count,
            ),
          }),
        };
      });
    }
  }

  async take(rows: Rows, indices: ArrayLike<number>): Promise<Float64Array> {
    const resident = this.#resident(rows);
    return resident.exclusive(() => takeRows(this.#context, resident, indices));
  }

  dispose(): void {
    for (const rows of this.#rows) rows.dispose();
    if (this.ownsDevice) this.#context.device.destroy();
  }

  #resident(rows: Rows): GpuRows {
    if (!(rows instanceof GpuRows) || rows.backend !== this) {
      throw new InvalidArgumentError('These rows were loaded by another backend; load them with this one.');
    }
    return rows;
  }

  async #exclusive<T>(
    rows: Rows,
    densities: GaussianDensities,
    work: (workspace: Workspace) => Promise<T>,
  ): Promise<T> {
    const resident = this.#resident(rows);
    return resident.exclusive(async () => work(await this.#workspace(resident, densities)));
  }

  /** Scratch for one shape of model: that of the rows' last use, or made anew in its place. */
  async #workspace(
    rows: GpuRows,
    { nComponents, nFeatures, moments }: GaussianDensities,
  ): Promise<Workspace> {
    const last = this.#workspaces.get(rows);
    if (last?.shape.nComponents === nComponents && last.shape.moments === moments) return last;
    this.#workspaces.delete(rows);
    last?.dispose();
    const workspace = await this.#context.allocate(
      `scratch for ${nComponents} components`,
      () => new Workspace(rows, { nComponents, nFeatures, moments }),
    );
    this.#workspaces.set(rows, workspace);
    return workspace;
  }
}

/** Add a round's slabs to the statistics, in float64. */
function mergePartials(partials: Float32Array, workspace: Workspace, { counts, sums }: Statistics): void {
  const { partialLength, layout } = workspace;
  const length = layout.sums.length;
  const slabs = workspace.capacity / SLAB_ROWS;
  for (let slab = 0, at = 0; slab < slabs; slab++) {
    for (let k = 0; k < counts.length; k++, at += partialLength) {
      counts[k] += partials[at + layout.count];
      for (let t = 0; t < length; t++)
        sums[k * length + t] += layout.units[t] * partials[at + layout.sums[t]];
    }
  }
}

function checkFinite({ counts, sums, logLikelihood }: Statistics): void {
  const finite =
    Number.isFinite(logLikelihood) && counts.every(Number.isFinite) && sums.every(Number.isFinite);
  if (finite) return;
  throw new NonFiniteError(
    "The GPU returned statistics that are not finite: a density over- or underflowed float32. Try a larger regCovar, or device: 'cpu' (float64).",
  );
}

/** [count, K] responsibilities to [K, stride] base-2 logits. */
function transposeLogits(r: Float64Array, nComponents: number, stride: number, logits: Float32Array): void {
  for (let i = 0, at = 0; at < r.length; i++) {
    for (let k = 0; k < nComponents; k++, at++) {
      logits[k * stride + i] = Math.max(Math.log2(r[at]), LOG2_NOTHING);
    }
  }
}

/** [K, stride] base-2 logits to [count, K] responsibilities, normalised in float64. */
function transposeResponsibilities(
  logits: Float32Array,
  nComponents: number,
  stride: number,
  count: number,
): Float64Array {
  const r = new Float64Array(count * nComponents);
  for (let i = 0; i < count; i++) {
    const row = r.subarray(i * nComponents, (i + 1) * nComponents);
    for (let k = 0; k < nComponents; k++) row[k] = logits[k * stride + i];
    const largest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let k = 0; k < nComponents; k++) {
      row[k] = 2 ** (row[k] - largest);
      sum += row[k];
    }
    for (let k = 0; k < nComponents; k++) row[k] /= sum;
  }
  return r;
}

/** Rows of a caller's buffer, brought to the host once: they are centred and scaled in float64 from there. */
async function readMatrix(context: Context, { data, shape: [n, d] }: DeviceMatrix): Promise<Matrix> {
  const bytes = 4 * n * d;
  return withStaging(context, bytes, 'the rows of a GPU buffer', async staging => {
    const encoder = context.device.createCommandEncoder();
    encoder.copyBufferToBuffer(data as GPUBuffer, 0, staging, 0, bytes);
    context.device.queue.submit([encoder.finish()]);
    return matrix(new Float32Array(await context.read(staging, bytes)), [n, d]);
  });
}

async function withStaging<T>(
  context: Context,
  bytes: number,
  what: string,
  use: (staging: GPUBuffer) => Promise<T>,
): Promise<T> {
  const { mapRead, copyDestination } = BUFFER_USAGE;
  const staging = await context.allocate(what, () => context.buffer(what, bytes, mapRead | copyDestination));
  try {
    return await use(staging);
  } finally {
    context.release(staging);
  }
}

async function takeRows(context: Context, rows: GpuRows, indices: ArrayLike<number>): Promise<Float64Array> {
  const d = rows.shape[1];
  const bytes = 4 * d * indices.length;
  return withStaging(context, bytes, `${indices.length} rows`, async staging => {
    const encoder = context.device.createCommandEncoder();
    for (let i = 0; i < indices.length; i++) {
      const segment = Math.floor(indices[i] / rows.segmentRows);
      const from = 4 * d * (indices[i] - segment * rows.segmentRows);
      encoder.copyBufferToBuffer(rows.segments[segment], from, staging, 4 * d * i, 4 * d);
    }
    context.device.queue.submit([encoder.finish()]);
    const taken = new Float32Array(await context.read(staging, bytes));
    return Float64Array.from(taken, (value, i) => rows.center[i % d] + rows.scale[i % d] * value);
  });
}

/** A GPU device of the caller's. */
export type UserDevice = GPUDevice;

export const isDevice = (value: unknown): value is UserDevice =>
  typeof value === 'object' && value !== null && 'createComputePipelineAsync' in value;

/**
 * The WebGPU backend on the environment's best adapter, or on a device of the caller's (which stays the caller's).
 *
 * @throws DeviceUnavailableError where there is no WebGPU
 */
export async function webgpu(device?: GPUDevice): Promise<WebGpuBackend> {
  if (device) return new WebGpuBackend(device, describe(device.adapterInfo), false, false);
  const acquired = await acquireDevice();
  return new WebGpuBackend(acquired.device, acquired.adapter, acquired.isFallback);
}
