import { isMatrix } from '../../data/matrix.js';
import { type Counts, checkCounts } from '../../data/sparse-counts.js';
import { InvalidArgumentError } from '../../errors.js';
import { statisticLength } from '../../families/moments.js';
import type { Densities } from '../../models/densities.js';
import { emptyStatistics, type Statistics } from '../../statistics.js';
import type {
  Assignment,
  Backend,
  Block,
  Loadable,
  Posterior,
  PosteriorOptions,
  ResponsibilitySource,
  Rows,
} from '../backend.js';
import type { ChainBackend } from '../chain-backend.js';
import { checkFeatures, checkFinite } from '../checks.js';
import type { ResidentCounts } from '../topic-backend.js';
import { GpuChains } from './chain.js';
import type { ChainPlan } from './chain-plan.js';
import type { Chunk } from './chunks.js';
import type { Commands } from './commands.js';
import { Context, type Memory } from './context.js';
import { acquireDevice, describe, isSoftware, subgroupSize } from './device.js';
import { paddedComponents } from './geometry.js';
import { GpuCounts } from './lda-counts.js';
import type { Packed } from './pack.js';
import { choosePlan, type Regime, type Tiles } from './regimes.js';
import { GpuRows } from './rows.js';
import { readMatrix, readRows, takeRows } from './transfer.js';
import { Tuner, type TuningOptions } from './tuner.js';
import { Workspace } from './workspace.js';

/** What a workspace is made for. */
const SHAPE = ['form', 'nComponents', 'nFeatures', 'moments'] as const;
/** log₂ of a responsibility of 0: exp2 of it is 0 in float32. */
const LOG2_NOTHING = -300;

export interface WebGpuOptions extends TuningOptions {
  /** A regime of kernels to prefer to the table's wherever it is possible; for tests and benches. */
  regime?: Regime;
  /** Tiles to take in place of the table's and the tuner's; for tests and benches. */
  tiles?: Partial<Tiles>;
  /** What to take in place of what chains would; for tests and benches. */
  chains?: Partial<ChainPlan>;
}

/** (θ, resident rows) → statistics on a GPU, in float32 with float64 merges. */
export class WebGpuBackend implements Backend {
  readonly device = 'webgpu';
  readonly epsilon = 2 ** -24;
  readonly adapter: string;
  /** A software adapter: it computes on the CPU. */
  readonly isFallback: boolean;
  readonly chains: ChainBackend;
  readonly #context: Context;
  readonly #rows = new Set<GpuRows>();
  readonly #counts = new Set<GpuCounts>();
  readonly #workspaces = new WeakMap<GpuRows, Workspace>();
  readonly #tuner: Tuner;

  constructor(
    device: GPUDevice,
    private readonly ownsDevice: boolean,
    private readonly options: WebGpuOptions = {},
  ) {
    this.#context = new Context(device);
    this.adapter = describe(device.adapterInfo);
    this.isFallback = isSoftware(device.adapterInfo);
    this.#tuner = new Tuner(this.adapter, options, this.isFallback);
    const adapter = { software: this.isFallback, subgroupSize: subgroupSize(device) };
    this.chains = new GpuChains(rows => this.#resident(rows), adapter, options.chains);
  }

  /** Whether the device has failed; a new backend is needed then. */
  get isLost(): boolean {
    return this.#context.isLost;
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

  async loadCounts(counts: Counts): Promise<ResidentCounts> {
    const resident = await GpuCounts.load(this, this.#context, checkCounts(counts));
    this.#counts.add(resident);
    resident.onDispose(() => this.#counts.delete(resident));
    return resident;
  }

  async eStep(
    rows: Rows,
    densities: Densities,
    assignment: Assignment = 'exact',
    block?: Block,
  ): Promise<Statistics> {
    const rule = typeof assignment === 'object' ? 'sampled' : assignment;
    return this.#exclusive(
      rows,
      densities,
      async workspace => {
        if (!this.options.tiles) await this.#tuner.tune(workspace);
        const stages = await workspace.eStepStages(rule);
        const packed = workspace.write(densities);
        if (typeof assignment === 'object') workspace.writeDraws(assignment);
        const encode = (commands: Commands, chunk: Chunk) => workspace.encode(commands, stages, chunk);
        return this.#reduce(workspace, packed, encode, workspace.isFused(rule), block?.index);
      },
      block?.of,
    );
  }

  async accumulate(rows: Rows, densities: Densities, source: ResponsibilitySource): Promise<Statistics> {
    return this.#exclusive(rows, densities, async workspace => {
      const stages = await workspace.statisticsStages();
      const packed = workspace.write(densities);
      const { chunkRows } = workspace.geometry;
      const logits = new Float32Array(paddedComponents(densities.nComponents) * chunkRows);
      const result = await this.#reduce(workspace, packed, async (commands, chunk) => {
        await this.#context.settle(); // else uploads pile up
        transposeLogits(source(chunk.rowBegin, chunk.count), densities.nComponents, chunkRows, logits);
        workspace.writeLogits(logits);
        await workspace.encode(commands, stages, chunk);
      });
      return { ...result, logLikelihood: 0 };
    });
  }

  /** Encode every chunk, and merge what each round leaves. */
  async #reduce(
    workspace: Workspace,
    { origin, constant }: Packed,
    encodeChunk: (commands: Commands, chunk: Chunk) => Promise<void>,
    fused = false,
    block?: number,
  ): Promise<Statistics> {
    const { moments, nFeatures, nComponents } = workspace.shape;
    const statistics = emptyStatistics(nComponents, statisticLength(moments, nFeatures), origin);
    let [bits, nRows] = [0, 0];
    for (const round of workspace.roundsOf(block)) {
      for (const [position, chunk] of round.entries()) {
        const commands = workspace.commands();
        if (position === 0) workspace.clearPartials(commands);
        nRows += chunk.count;
        await encodeChunk(commands, chunk);
        if (position === round.length - 1) workspace.copyStatistics(commands, round);
        await commands.submit();
      }
      bits += await workspace.readStatistics(statistics, round, fused);
    }
    const logLikelihood = bits * Math.LN2 + nRows * constant;
    const result = { ...statistics, nRows, logLikelihood };
    return checkFinite(result);
  }

  async *posterior(
    rows: Rows,
    densities: Densities,
    options: PosteriorOptions = {},
  ): AsyncIterable<Posterior> {
    const chunks = await this.#exclusive(rows, densities, async workspace => workspace.chunks.length);
    for (let index = 0; index < chunks; index++) {
      yield await this.#exclusive(rows, densities, workspace =>
        this.#posteriorOf(workspace, densities, index, options),
      );
    }
  }

  async #posteriorOf(
    workspace: Workspace,
    densities: Densities,
    index: number,
    { responsibilities = false, assignment = 'exact' }: PosteriorOptions,
  ): Promise<Posterior> {
    const chunk = workspace.chunks[index];
    const stages = await workspace.posteriorStages(responsibilities);
    const { constant } = workspace.write(densities);
    const commands = workspace.commands();
    await workspace.encode(commands, stages, chunk);
    workspace.copyPosterior(commands, responsibilities);
    await commands.submit();
    const { peaks, shares, labels, logits } = await workspace.readPosterior(responsibilities);

    const { rowBegin: begin, count } = chunk;
    const logDensities = Float64Array.from(
      { length: count },
      (_, i) => (peaks[i] - (assignment === 'hard' ? 0 : Math.log2(shares[i]))) * Math.LN2 + constant,
    );
    const posterior = { begin, labels: labels.slice(0, count), logDensities };
    if (!responsibilities) return posterior;
    const { chunkRows } = workspace.geometry;
    return { ...posterior, ...softmax(logits, densities.nComponents, chunkRows, count) };
  }

  async read(rows: Rows, begin: number, count: number): Promise<Float64Array> {
    const resident = this.#resident(rows);
    return resident.exclusive(() => readRows(this.#context, resident, begin, count));
  }

  async take(rows: Rows, indices: ArrayLike<number>): Promise<Float64Array> {
    const resident = this.#resident(rows);
    return resident.exclusive(() => takeRows(this.#context, resident, indices));
  }

  dispose(): void {
    for (const rows of [...this.#rows, ...this.#counts]) rows.dispose();
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
    densities: Densities,
    work: (workspace: Workspace) => Promise<T>,
    blocks = 1,
  ): Promise<T> {
    const resident = this.#resident(rows);
    checkFeatures(rows, densities);
    return resident.exclusive(async () => {
      const workspace = this.#workspace(resident, densities, blocks);
      return work(workspace).catch(error => {
        workspace.dispose(); // what was refused must not be found here by the next attempt
        throw error;
      });
    });
  }

  /** Scratch for one shape of model: that of the rows' last use, or made anew in its place. */
  #workspace(rows: GpuRows, densities: Densities, blocks: number): Workspace {
    const { form, nComponents, nFeatures, moments } = densities;
    const shape = { form, nComponents, nFeatures, moments };
    const last = this.#workspaces.get(rows);
    if (last?.blocks === blocks && SHAPE.every(name => last.shape[name] === shape[name])) return last;
    last?.dispose();
    const { regime, tiles } = this.options;
    const plan = choosePlan(shape, rows.shape[0], this.isFallback, regime);
    const workspace = new Workspace(rows, shape, plan, this.isFallback, blocks);
    workspace.hold({ ...plan, ...tiles });
    this.#workspaces.set(rows, workspace);
    return workspace;
  }
}

/** As in shaders/include/logits.wgsl. */
const logitAt = (i: number, k: number, stride: number) => 4 * ((k >> 2) * stride + i) + (k & 3);

/** [count, K] responsibilities to base-2 logits in quads, [⌈K / 4⌉, stride, 4]. */
function transposeLogits(r: Float64Array, nComponents: number, stride: number, logits: Float32Array): void {
  for (let i = 0, at = 0; at < r.length; i++) {
    for (let k = 0; k < nComponents; k++, at++) {
      logits[logitAt(i, k, stride)] = Math.max(Math.log2(r[at]), LOG2_NOTHING);
    }
  }
}

/** Base-2 logits in quads, [⌈K / 4⌉, stride, 4], to [count, K] responsibilities and their logarithms, normalised in float64. */
function softmax(logits: Float32Array, nComponents: number, stride: number, count: number) {
  const r = new Float64Array(count * nComponents);
  const logs = new Float64Array(count * nComponents);
  for (let i = 0; i < count; i++) {
    const row = r.subarray(i * nComponents, (i + 1) * nComponents);
    for (let k = 0; k < nComponents; k++) row[k] = logits[logitAt(i, k, stride)];
    const largest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let k = 0; k < nComponents; k++) {
      row[k] = 2 ** (row[k] - largest);
      sum += row[k];
    }
    const logNorm = largest + Math.log2(sum);
    for (let k = 0; k < nComponents; k++) {
      row[k] /= sum;
      logs[i * nComponents + k] = (logits[logitAt(i, k, stride)] - logNorm) * Math.LN2;
    }
  }
  return { responsibilities: r, logResponsibilities: logs };
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
export async function webgpu(device?: GPUDevice, options?: WebGpuOptions): Promise<WebGpuBackend> {
  return device
    ? new WebGpuBackend(device, false, options)
    : new WebGpuBackend(await acquireDevice(), true, options);
}
