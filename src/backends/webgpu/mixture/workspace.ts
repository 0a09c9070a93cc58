import type { Densities } from '../../../contract/densities.js';
import type { Draws } from '../../../contract/e-step.js';
import type { Statistics } from '../../../contract/statistics.js';
import { Commands } from '../device/commands.js';
import { BUFFER_USAGE } from '../device/constants.js';
import type { Kernel, Stage } from '../device/kernel.js';
import type { Maker } from '../device/memory.js';
import { Origin } from '../device/origin.js';
import { chunkUniforms, UNIFORM_BYTES, UNIFORM_STRIDE } from '../rows/chunk-uniforms.js';
import { type Chunk, cutChunks, rounds } from '../rows/chunks.js';
import type { GpuRows } from '../rows/rows.js';
import { type Geometry, geometryOf, NORMALISE_ROWS } from './geometry.js';
import { mergePartials, type Packed, packComponents, statisticUnits } from './pack.js';
import { isLongWork, kernelsOf, posteriorKernels, statisticsKernels, tileCandidates } from './regimes.js';
import { type BufferName, likelihoodsOf, scratchSizes } from './scratch.js';
import { PLAIN, type Rule, type Ruled, type Shader, shaderOf } from './shaders.js';
import type { KernelName, Plan, Tiles, WorkspaceShape } from './shape.js';
import type { Tunable } from './tuner.js';

/** The kernels that differ between rules; the others share one pipeline. */
const RULED: ReadonlySet<KernelName> = new Set(['mixture-strip', 'mixture-normalise']);

/** A kernel with the bind groups it needs, for each segment. */
interface ChunkStage {
  readonly shader: Shader;
  readonly segments: readonly Stage[];
}

const stagingName = (numbers: number) => `staging ${numbers}`;

/** Peaks, shares and labels; logits follow. */
const POSTERIOR_COLUMNS = 3;

/**
 * Everything that E-steps of one model shape over some rows need. What a kernel needs is made when it is first asked
 * for; after that an iteration creates nothing but its command buffers. No size depends on the number of rows but that
 * of the partial log-likelihoods, one number for 64 rows.
 */
export class Workspace implements Tunable {
  readonly geometry: Geometry;
  readonly chunks: readonly Chunk[];
  /** [blocks] */
  readonly #rounds: readonly Chunk[][][];
  readonly #units: Float64Array;
  readonly #packed: Float32Array<ArrayBuffer>;
  readonly #buffers = new Map<string, GPUBuffer>();
  #origin: Origin | undefined;
  readonly #stages = new Map<string, ChunkStage>();
  readonly #sizes: Record<BufferName, number>;
  #tiles: Tiles;

  constructor(
    readonly rows: GpuRows,
    readonly shape: WorkspaceShape,
    readonly plan: Plan,
    private readonly software: boolean,
    /** Runs of rows that E-steps may be asked for one by one. */
    readonly blocks: number,
    /** Cuts rows into chunks of at most so many; those given are all of one block. */
    cut?: (chunkRows: number) => readonly Chunk[],
  ) {
    this.#tiles = plan;
    const n = rows.shape[0];
    const geometry = geometryOf(plan, shape, Math.ceil(n / blocks));
    const { component, chunkRows } = geometry;
    this.geometry = geometry;
    this.chunks = cut?.(chunkRows) ?? cutChunks(n, blocks, rows.segmentRows, chunkRows, NORMALISE_ROWS);
    this.#rounds = Array.from({ length: blocks }, (_, block) => rounds(this.chunks, block));
    this.#units = statisticUnits(shape.moments, rows.units.scale);
    this.#packed = new Float32Array(shape.nComponents * component.length);
    this.#sizes = scratchSizes(geometry, this.chunks, shape.nComponents);
  }

  /** The rounds of all rows, or of one block of them. */
  roundsOf(block?: number): readonly Chunk[][] {
    return block === undefined ? this.#rounds.flat() : this.#rounds[block];
  }

  /** Whether one kernel does a whole E-step; draws take logits that are normalised on their own. */
  isFused(rule: Rule): boolean {
    return this.plan.regime === 'strip' && rule !== 'sampled';
  }

  /** The kernels of a whole E-step. */
  eStepStages(rule: Rule): Promise<ChunkStage[]> {
    const { regime } = this.plan;
    const isApart = regime === 'strip' && !this.isFused(rule);
    const kernels = isApart ? [...posteriorKernels(regime), ...statisticsKernels(regime)] : kernelsOf(regime);
    return this.#prepare(
      { rule, weighted: this.rows.weights !== undefined },
      kernels,
      this.#statisticsNumbers,
    );
  }

  /** The kernels that turn rows into logits, log norms and labels. */
  posteriorStages(withLogits: boolean): Promise<ChunkStage[]> {
    return this.#prepare(PLAIN, posteriorKernels(this.plan.regime), this.#posteriorNumbers(withLogits));
  }

  /** The kernel that turns rows into logits. */
  logitsStages(): Promise<ChunkStage[]> {
    return this.#prepare(PLAIN, posteriorKernels(this.plan.regime).slice(0, 1));
  }

  /** The kernels that turn logits and log norms into statistics. */
  statisticsStages(): Promise<ChunkStage[]> {
    return this.#prepare(PLAIN, statisticsKernels(this.plan.regime), this.#statisticsNumbers);
  }

  /** Kernels and their scratch, and where so many numbers can be read: what is there already costs nothing. */
  async #prepare(ruled: Ruled, names: KernelName[], staged = 0): Promise<ChunkStage[]> {
    const variant = `${ruled.rule}${ruled.weighted ? ', weighted' : ''}`;
    const key = (name: KernelName) => `${name} ${RULED.has(name) ? variant : ''}`;
    const missing = names.filter(name => !this.#stages.has(key(name)));
    const isStaged = staged === 0 || this.#buffers.has(stagingName(staged));
    if (missing.length > 0 || !isStaged) {
      const what = `scratch for ${this.shape.nComponents} components`;
      await this.rows.context.guard(what, async make => {
        const { context } = this.rows;
        const shaders = missing.map(name => this.#shader(name, ruled));
        const kernels = await Promise.all(shaders.map(({ name, source }) => context.kernel(name, source)));
        shaders.forEach((shader, i) => {
          this.#stages.set(key(shader.name), this.#stage(make, shader, kernels[i]));
        });
        if (!isStaged) this.#makeStaging(make, staged);
      });
    }
    return names.map(name => this.#stages.get(key(name)) as ChunkStage);
  }

  #stage(make: Maker, shader: Shader, kernel: Kernel): ChunkStage {
    const { segments, weights } = this.rows;
    const group = (index: number) => {
      const names = kernel.names(index) as BufferName[];
      if (names.length === 0) return undefined;
      return kernel.bind(index, Object.fromEntries(names.map(buffer => [buffer, this.make(make, buffer)])));
    };
    const chunk = { buffer: this.#chunkUniforms(make), size: UNIFORM_BYTES };
    const origin = this.origin(make);
    const [parameters, scratch, moved] = [group(1), group(2), kernel.bind(3, { origin: origin.binding })];
    return {
      shader,
      segments: segments.map((rows, segment) => {
        const resident = { rows, chunk, weights: weights?.segments[segment] };
        const used = kernel.names(0) as (keyof typeof resident)[];
        const data = kernel.bind(0, Object.fromEntries(used.map(name => [name, resident[name]])));
        return { kernel, groups: [data, parameters, scratch, moved], origin };
      }),
    };
  }

  #shader(name: KernelName, ruled: Ruled): Shader {
    const { shape, geometry } = this;
    return shaderOf(name, { shape, plan: { ...this.plan, ...this.#tiles }, geometry, ...ruled });
  }

  get isLong(): boolean {
    return isLongWork(this.shape, this.rows.shape[0]);
  }

  get candidates(): Record<keyof Tiles, number[]> {
    return tileCandidates(this.plan, this.shape, this.software);
  }

  source(name: KernelName): string {
    return this.#shader(name, PLAIN).source;
  }

  /** Hold so many components from now on. The geometry stays that of the plan, so that sums keep their order. */
  hold(tiles: Tiles): void {
    if (tiles.logitsComponents !== this.#tiles.logitsComponents) this.#stages.delete('mixture-logits ');
    if (tiles.accumulateComponents !== this.#tiles.accumulateComponents) {
      this.#stages.delete('mixture-accumulate ');
    }
    this.#tiles = tiles;
  }

  /** What the kernel leaves in scratch, the next E-step overwrites. */
  async run(kernel: KernelName, amount: number): Promise<void> {
    const stages = await this.#prepare(PLAIN, [kernel]);
    const [chunk] = this.chunks;
    const part = { ...chunk, count: Math.ceil(chunk.count * Math.min(1, amount)) };
    const commands = this.commands();
    for (let i = 0; i < Math.max(1, Math.round(amount)); i++) await this.encode(commands, stages, part);
    await commands.submit();
    await this.rows.context.settle();
  }

  commands(): Commands {
    return new Commands(this.rows.context);
  }

  /** Scratch, which other kernels may share; made where it is missing. */
  make(make: Maker, name: BufferName): GPUBuffer {
    return this.#once(name, () => make.storage(name, 4 * this.#sizes[name]));
  }

  /** Scratch that some kernel made. */
  buffer(name: BufferName): GPUBuffer {
    return this.#buffers.get(name) as GPUBuffer;
  }

  origin(make: Maker): Origin {
    this.#origin ??= new Origin(make);
    this.#buffers.set('origin', this.#origin.buffer);
    return this.#origin;
  }

  #makeStaging(make: Maker, numbers: number): void {
    const { mapRead, copyDestination } = BUFFER_USAGE;
    const name = stagingName(numbers);
    this.#once(name, () => make.buffer(name, 4 * numbers, mapRead | copyDestination));
  }

  #staging(numbers: number): GPUBuffer {
    return this.#buffers.get(stagingName(numbers)) as GPUBuffer;
  }

  #chunkUniforms(make: Maker): GPUBuffer {
    return this.#once('chunk', () => {
      const uniforms = chunkUniforms(this.chunks, this.geometry, this.shape.nComponents);
      const { uniform, copyDestination } = BUFFER_USAGE;
      const buffer = make.buffer('chunk', uniforms.byteLength, uniform | copyDestination);
      this.rows.context.device.queue.writeBuffer(buffer, 0, uniforms);
      return buffer;
    });
  }

  #once(key: string, create: () => GPUBuffer): GPUBuffer {
    const buffer = this.#buffers.get(key) ?? create();
    this.#buffers.set(key, buffer);
    return buffer;
  }

  /** Send θ down. */
  write(densities: Densities): Packed {
    const packed = packComponents(densities, this.rows.units, this.geometry.component, this.#packed);
    this.rows.context.device.queue.writeBuffer(this.buffer('components'), 0, this.#packed);
    return packed;
  }

  /** Say what to draw. */
  writeDraws({ draws, seed, iteration, begin = 0 }: Draws): void {
    const words = Uint32Array.of(draws, seed >>> 0, Math.floor(seed / 2 ** 32), iteration, begin);
    this.rows.context.device.queue.writeBuffer(this.buffer('draws'), 0, words);
  }

  /** Overwrite a chunk's logits, [⌈K / 4⌉, chunkRows, 4] in base 2, by ones that need no normalising. */
  writeLogits(logits: Float32Array<ArrayBuffer>, { rowBegin, count }: Chunk): void {
    const { queue } = this.rows.context.device;
    queue.writeBuffer(this.buffer('logits'), 0, logits);
    queue.writeBuffer(this.buffer('peaks'), 0, new Float32Array(this.geometry.chunkRows));
    const shares = new Float32Array(this.geometry.chunkRows).fill(1);
    const { weights } = this.rows;
    if (weights) shares.set(weights.values.subarray(rowBegin, rowBegin + count));
    queue.writeBuffer(this.buffer('shares'), 0, shares);
  }

  async encode(commands: Commands, stages: readonly ChunkStage[], chunk: Chunk): Promise<void> {
    const offset = UNIFORM_STRIDE * chunk.index;
    for (const { shader, segments } of stages) {
      const work = (x: number) => x * shader.work;
      await commands.dispatch(segments[chunk.segment], { grid: shader.workgroups(chunk), work, offset });
    }
  }

  clearPartials(commands: Commands): void {
    commands.clear(this.buffer('partials'));
  }

  /** Copy a round's partial sums, and partial log-likelihoods where they are apart, to where they can be read. */
  copyStatistics(commands: Commands, round: readonly Chunk[]): void {
    const { partials } = this.#sizes;
    const staging = this.#staging(this.#statisticsNumbers);
    commands.copy(this.buffer('partials'), 0, staging, 0, 4 * partials);
    const [begin, end] = likelihoodsOf(round);
    const likelihoods = this.#buffers.get('likelihoods');
    if (likelihoods) commands.copy(likelihoods, 4 * begin, staging, 4 * partials, 4 * (end - begin));
  }

  /** Add a round to the statistics. @returns its log-likelihood (base 2), one of the sums of a fused kernel */
  async readStatistics(statistics: Statistics, round: readonly Chunk[], fused: boolean): Promise<number> {
    const { partials } = this.#sizes;
    const [begin, end] = likelihoodsOf(round);
    const numbers = fused ? partials : partials + end - begin;
    const staging = this.#staging(this.#statisticsNumbers);
    const data = new Float32Array(await this.rows.context.read(staging, 4 * numbers));
    const { groups, groupLength, sums } = this.geometry;
    let likelihood = data.subarray(partials).reduce((sum, value) => sum + value, 0);
    for (let group = 0; group < groups; group++) {
      const values = data.subarray(group * groupLength, (group + 1) * groupLength);
      mergePartials(values, sums, this.#units, statistics);
      if (fused) likelihood += values[groupLength - 1];
    }
    return likelihood;
  }

  /** What a round leaves at most. */
  get #statisticsNumbers(): number {
    const likelihoods = this.roundsOf().map(round => likelihoodsOf(round));
    return this.#sizes.partials + Math.max(...likelihoods.map(([begin, end]) => end - begin));
  }

  /** Copy peaks, shares, labels and (if asked for) logits of a chunk to where they can be read. */
  copyPosterior(commands: Commands, withLogits: boolean): void {
    const bytes = 4 * this.geometry.chunkRows;
    const staging = this.#staging(this.#posteriorNumbers(withLogits));
    (['peaks', 'shares', 'labels'] as const).forEach((name, column) => {
      commands.copy(this.buffer(name), 0, staging, column * bytes, bytes);
    });
    if (!withLogits) return;
    commands.copy(this.buffer('logits'), 0, staging, POSTERIOR_COLUMNS * bytes, 4 * this.#sizes.logits);
  }

  #posteriorNumbers(withLogits: boolean): number {
    return POSTERIOR_COLUMNS * this.geometry.chunkRows + (withLogits ? this.#sizes.logits : 0);
  }

  async readPosterior(withLogits: boolean) {
    const { chunkRows } = this.geometry;
    const numbers = this.#posteriorNumbers(withLogits);
    const data = await this.rows.context.read(this.#staging(numbers), 4 * numbers);
    return {
      peaks: new Float32Array(data, 0, chunkRows),
      shares: new Float32Array(data, 4 * chunkRows, chunkRows),
      labels: new Uint32Array(data, 8 * chunkRows, chunkRows),
      logits: new Float32Array(data, 4 * POSTERIOR_COLUMNS * chunkRows),
    };
  }

  dispose(): void {
    this.rows.context.release(...this.#buffers.values());
    this.#buffers.clear();
    this.#stages.clear();
    this.#origin = undefined;
  }
}
