import type { Chain, Sequences } from '../../../contract/chains.js';
import type { Commands } from '../device/commands.js';
import { BUFFER_USAGE } from '../device/constants.js';
import type { Kernel, Stage } from '../device/kernel.js';
import type { Maker } from '../device/memory.js';
import { paddedComponents } from '../mixture/geometry.js';
import type { Packed } from '../mixture/pack.js';
import type { Plan, WorkspaceShape } from '../mixture/shape.js';
import { Workspace } from '../mixture/workspace.js';
import { UNIFORM_STRIDE } from '../rows/chunk-uniforms.js';
import type { Chunk } from '../rows/chunks.js';
import type { GpuRows } from '../rows/rows.js';
import { ChainExtent, type What } from './extent.js';
import { packTransitions, transitionsLength } from './pack.js';
import { type ChainChunk, cutSpans, PIECE_WORDS, type Span } from './pieces.js';
import { type ChainPlan, UNIFORM_STATES } from './plan.js';
import { type ChainKernelName, chainShader, type Direction, TOTAL_GROUPS } from './shaders.js';

const WHATS: readonly What[] = ['all', 'warm', 'changed'];
const DIRECTIONS: readonly Direction[] = ['forward', 'backward', 'viterbi'];
/** `Chunk` and `Scale` of shaders/include/chain.wgsl. */
const UNIFORM_BYTES = 48;
export const SCALE_WORDS = 4;

/** A kernel, and the direction in which it walks or hands over. */
export type ChainStep = readonly [name: ChainKernelName, direction: Direction];

const keyOf = ([name, direction]: ChainStep) => `${name} ${direction}`;

/** Everything that walks along some sequences of some rows need. Nothing grows with rows but pieces and joints. */
export class ChainWorkspace {
  readonly spans: readonly Span[];
  readonly chunks: readonly ChainChunk[];
  readonly mixture: Workspace;
  readonly nStates: number;
  /** Goes up whenever joints may be written to. */
  epoch = 0;
  /** by chunk */
  readonly #stages = new Map<string, readonly Stage[]>();
  readonly #buffers = new Map<string, GPUBuffer>();
  readonly #extent: ChainExtent;
  readonly #mostJoints: number;
  /** A chunk's rows, and behind them the messages at joints. */
  readonly #alphaRows: number;
  readonly #staging: { bytes: number; buffer: GPUBuffer }[] = [];

  constructor(
    readonly rows: GpuRows,
    readonly shape: WorkspaceShape,
    readonly sequences: Sequences,
    readonly plan: ChainPlan,
    mixturePlan: Plan,
    software: boolean,
  ) {
    this.nStates = shape.nComponents;
    let spans: Span[] = [];
    const cut = (chunkRows: number): Chunk[] => {
      const most = Math.min(chunkRows, plan.chunkRows);
      spans = cutSpans(sequences, { ...plan, segmentRows: rows.segmentRows, chunkRows: most });
      return spans.flatMap(({ chunks }) => chunks.map(({ chunk }) => chunk));
    };
    this.mixture = new Workspace(rows, shape, mixturePlan, software, 1, cut);
    this.spans = spans;
    this.chunks = spans.flatMap(({ chunks }) => chunks);
    this.#mostJoints = spans.reduce((most, { nJoints }) => Math.max(most, nJoints), 1);
    this.#alphaRows = this.mixture.geometry.chunkRows + this.#mostJoints;
    this.#extent = new ChainExtent(plan, shape, this.mixture.geometry);
  }

  get quads(): number {
    return paddedComponents(this.nStates) / 4;
  }

  /** Numbers that a walker leaves. */
  get totalsLength(): number {
    return this.#extent.totalsLength;
  }

  /** Compile, and make buffers: what is there already costs nothing. */
  async prepare(...steps: readonly ChainStep[]): Promise<void> {
    const missing = steps.filter(step => !this.#stages.has(keyOf(step)));
    if (missing.length === 0) return;
    await this.rows.context.guard(`scratch for chains of ${this.nStates} states`, async make => {
      const kernels = await Promise.all(missing.map(step => this.#compile(step)));
      missing.forEach((step, i) => {
        this.#stages.set(keyOf(step), this.#bind(make, kernels[i], step));
      });
    });
  }

  #compile([name, direction]: ChainStep): Promise<Kernel> {
    const { shape, plan, mixture } = this;
    const source = chainShader(name, { shape, plan, geometry: mixture.geometry, direction });
    return this.rows.context.kernel(`chain-${name}`, source);
  }

  #bind(make: Maker, kernel: Kernel, [, direction]: ChainStep): Stage[] {
    const { mixture } = this;
    const buffers = (group: number, of: (name: string) => GPUBuffer) =>
      kernel.bind(group, Object.fromEntries(kernel.names(group).map(buffer => [buffer, of(buffer)])));
    const parameters = buffers(1, buffer =>
      buffer === 'components' ? mixture.make(make, buffer) : this.#makeTransitions(make),
    );
    const scratch = buffers(2, buffer => this.#scratch(make, buffer, direction));
    const origin = mixture.origin(make);
    const moved = kernel.bind(3, { origin: origin.binding });
    const chunk = { buffer: this.#uniforms(make), size: UNIFORM_BYTES };
    const hasRows = kernel.names(0).includes('rows');
    return this.chunks.map((each, index) => {
      const rows = this.rows.segments[each.chunk.segment];
      const own = { chunk, pieces: this.#pieces(make, each, index) };
      const data = kernel.bind(0, hasRows ? { ...own, rows } : own);
      return { kernel, groups: [data, parameters, scratch, moved], origin };
    });
  }

  /** A buffer by its name in WGSL. */
  #scratch(make: Maker, name: string, direction: Direction): GPUBuffer {
    const { quads } = this;
    const messages = 16 * quads * this.mixture.geometry.chunkRows;
    const joints = (32 * quads + 16) * this.#mostJoints;
    const nPieces = Math.max(...this.chunks.map(chunk => chunk.nPieces));
    const walkers = Math.max(...this.chunks.map(chunk => this.#extent.walkersOf(chunk)));
    switch (name) {
      case 'logits':
        return this.mixture.make(make, 'logits');
      case 'alphas':
        return this.#storage(make, name, 16 * quads * this.#alphaRows);
      case 'sums':
        return this.#storage(make, name, messages);
      case 'pointers':
        return this.#storage(make, name, messages / 4);
      case 'joints':
        return this.#storage(make, `${direction} joints`, joints);
      case 'levels':
        return this.#storage(make, name, 4 * this.mixture.geometry.chunkRows);
      case 'changes':
        return this.#storage(make, `${direction} changes`, 4);
      case 'scales':
        return this.#storage(make, 'scales', 4 * SCALE_WORDS * nPieces);
      case 'counts':
        return this.#storage(make, 'counts', 4 * this.totalsLength * walkers);
      default:
        return this.#storage(make, 'totals', 4 * this.totalsLength * TOTAL_GROUPS);
    }
  }

  #storage(make: Maker, name: string, bytes: number): GPUBuffer {
    return this.#once(name, () => make.storage(name, bytes));
  }

  #once(key: string, create: () => GPUBuffer): GPUBuffer {
    const buffer = this.#buffers.get(key) ?? create();
    this.#buffers.set(key, buffer);
    return buffer;
  }

  #uniforms(make: Maker): GPUBuffer {
    return this.#once('uniforms', () => {
      const { uniform, copyDestination } = BUFFER_USAGE;
      const words = UNIFORM_STRIDE / 4;
      const data = new Uint32Array(words * this.chunks.length * DIRECTIONS.length * WHATS.length);
      const stride = this.mixture.geometry.chunkRows;
      for (const chunk of this.chunks) {
        for (const direction of DIRECTIONS) {
          const [begin, end] = direction === 'backward' ? chunk.after : chunk.before;
          WHATS.forEach((what, index) => {
            const walkers = this.#extent.walkersOf(chunk);
            const fields = [stride, chunk.nPieces, walkers, index, this.plan.warmRows, begin, end];
            data.set(
              [...fields, chunk.chunk.count, chunk.chunk.begin, this.nStates, this.#alphaRows],
              this.#offset(chunk, direction, what) / 4,
            );
          });
        }
      }
      const buffer = make.buffer('chunks', data.byteLength, uniform | copyDestination);
      this.rows.context.device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    });
  }

  #offset({ chunk }: ChainChunk, direction: Direction, what: What): number {
    const entry = (chunk.index * DIRECTIONS.length + DIRECTIONS.indexOf(direction)) * WHATS.length;
    return UNIFORM_STRIDE * (entry + WHATS.indexOf(what));
  }

  #pieces(make: Maker, { pieces }: ChainChunk, index: number): GPUBuffer {
    return this.#once(`pieces ${index}`, () => {
      const buffer = make.storage('pieces', pieces.byteLength);
      this.rows.context.device.queue.writeBuffer(buffer, 0, pieces);
      return buffer;
    });
  }

  #makeTransitions(make: Maker): GPUBuffer {
    const { uniform, storage, copyDestination } = BUFFER_USAGE;
    const usage = this.nStates > UNIFORM_STATES ? storage : uniform;
    return this.#once('transitions', () =>
      make.buffer('transitions', 4 * transitionsLength(this.nStates), usage | copyDestination),
    );
  }

  /** Send θ down. @returns the means that the device sees, in the caller's units */
  write(chain: Chain): Packed {
    this.epoch++;
    this.rows.context.device.queue.writeBuffer(this.#buffer('transitions'), 0, packTransitions(chain));
    return this.mixture.write(chain.emission);
  }

  /** γ needs no normalising, and counts as often as its sequence does. */
  writeShares(chunk: ChainChunk): void {
    const { queue } = this.rows.context.device;
    const { geometry } = this.mixture;
    const key = this.sequences.weights ? chunk : this;
    if (this.#shares === key) return;
    if (!this.#shares)
      queue.writeBuffer(this.mixture.buffer('peaks'), 0, new Float32Array(geometry.chunkRows));
    this.#shares = key;
    const shares = new Float32Array(geometry.chunkRows).fill(1);
    if (this.sequences.weights) {
      const weights = new Float32Array(chunk.pieces.buffer);
      for (let at = 0; at < chunk.pieces.length; at += PIECE_WORDS) {
        const begin = chunk.pieces[at];
        shares.fill(weights[at + 4], begin, begin + chunk.pieces[at + 1]);
      }
    }
    queue.writeBuffer(this.mixture.buffer('shares'), 0, shares);
  }
  #shares: object | undefined;

  /** One dispatch: of a kernel that walks, hands over or sums up. */
  async encode(
    commands: Commands,
    name: ChainKernelName,
    direction: Direction,
    chunk: ChainChunk,
    what: What = 'all',
  ): Promise<void> {
    await this.prepare([name, direction]);
    const stages = this.#stages.get(keyOf([name, direction])) as readonly Stage[];
    await commands.dispatch(stages[chunk.chunk.index], {
      ...this.#extent.of(name, direction, chunk, what),
      offset: this.#offset(chunk, direction, what),
      isBound: what !== 'all',
    });
  }

  #buffer(name: string): GPUBuffer {
    return this.#buffers.get(name) as GPUBuffer;
  }

  clear(commands: Commands, name: 'totals' | `${Direction} changes`): void {
    commands.clear(this.#buffer(name));
  }

  /** Have a buffer copied. @returns what reads it, once the commands are submitted */
  async copy(commands: Commands, name: string, bytes?: number): Promise<() => Promise<ArrayBuffer>> {
    const source = name === 'logits' ? this.mixture.buffer('logits') : this.#buffer(name);
    const size = bytes ?? source.size;
    const staging = await this.#takeStaging(size);
    commands.copy(source, 0, staging.buffer, 0, size);
    return async () => {
      const data = await this.rows.context.read(staging.buffer, size);
      this.#staging.push(staging);
      return data;
    };
  }

  async #takeStaging(bytes: number) {
    const at = this.#staging.findIndex(each => each.bytes === bytes);
    if (at >= 0) return this.#staging.splice(at, 1)[0];
    const { mapRead, copyDestination } = BUFFER_USAGE;
    const buffer = await this.rows.context.guard('a place to read results from', make =>
      make.buffer('staging', bytes, mapRead | copyDestination),
    );
    this.#buffers.set(`staging ${this.#buffers.size}`, buffer);
    return { bytes, buffer };
  }

  dispose(): void {
    this.rows.context.release(...this.#buffers.values());
    this.#buffers.clear();
    this.#stages.clear();
    this.#staging.length = 0;
    this.#shares = undefined;
    this.epoch++;
    this.mixture.dispose();
  }
}
