import type { Chain, Sequences } from '../chain-backend.js';
import { packTransitions, transitionsLength } from './chain-pack.js';
import { type ChainChunk, cutSpans, PIECE_WORDS, type Span } from './chain-pieces.js';
import { type ChainPlan, UNIFORM_STATES } from './chain-plan.js';
import {
  type ChainKernelName,
  chainShader,
  countQuads,
  type Direction,
  TOTAL_GROUPS,
} from './chain-shaders.js';
import { UNIFORM_STRIDE } from './chunk-uniforms.js';
import type { Chunk } from './chunks.js';
import { BUFFER_USAGE } from './constants.js';
import { paddedComponents } from './geometry.js';
import type { Kernel } from './kernel.js';
import type { Packed } from './pack.js';
import type { Plan } from './regimes.js';
import type { GpuRows } from './rows.js';
import { Workspace, type WorkspaceShape } from './workspace.js';

/** Which pieces a walk is of: `warm` runs ahead to find out where pieces begin, `changed` are those that were wrong. */
export type What = 'all' | 'warm' | 'changed';

const WHATS: readonly What[] = ['all', 'warm', 'changed'];
const DIRECTIONS: readonly Direction[] = ['forward', 'backward', 'viterbi'];
/** `Chunk` and `Scale` of shaders/include/chain.wgsl. */
const UNIFORM_BYTES = 48;
export const SCALE_WORDS = 4;
/** Bytes of what all walkers leave of ξ. */
const COUNTS_BYTES = 32 * 2 ** 20;

/** A kernel of one direction with its bind groups. */
interface Stage {
  readonly kernel: Kernel;
  /** by chunk */
  readonly data: readonly GPUBindGroup[];
  readonly parameters: GPUBindGroup;
  readonly scratch: GPUBindGroup;
}

/** Everything that walks along some sequences of some rows need. Nothing grows with rows but pieces and joints. */
export class ChainWorkspace {
  readonly spans: readonly Span[];
  readonly chunks: readonly ChainChunk[];
  readonly mixture: Workspace;
  readonly nStates: number;
  /** Goes up whenever joints may be written to. */
  epoch = 0;
  readonly #stages = new Map<string, Promise<Stage>>();
  readonly #buffers = new Map<string, GPUBuffer>();
  readonly #walkers: number;
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
    this.#walkers = Math.max(1, Math.floor(COUNTS_BYTES / (4 * this.totalsLength)));
  }

  get quads(): number {
    return paddedComponents(this.nStates) / 4;
  }

  /** Numbers that a walker leaves. */
  get totalsLength(): number {
    return 4 * countQuads(this.shape, this.plan, this.mixture.geometry);
  }

  walkersOf({ nPieces }: ChainChunk): number {
    return Math.min(nPieces, this.#walkers);
  }

  /** Compile, and make buffers: what is there already costs nothing. */
  async prepare(...stages: readonly (readonly [ChainKernelName, Direction])[]): Promise<void> {
    await Promise.all(stages.map(([name, direction]) => this.#stage(name, direction)));
  }

  #stage(name: ChainKernelName, direction: Direction): Promise<Stage> {
    const key = `${name} ${direction}`;
    let stage = this.#stages.get(key);
    if (!stage) {
      stage = this.rows.context.guard(`scratch for chains of ${this.nStates} states`, () =>
        this.#create(name, direction),
      );
      stage.catch(() => this.dispose());
      this.#stages.set(key, stage);
    }
    return stage;
  }

  async #create(name: ChainKernelName, direction: Direction): Promise<Stage> {
    const { context } = this.rows;
    const { shape, plan, mixture } = this;
    const source = chainShader(name, { shape, plan, geometry: mixture.geometry, direction });
    const kernel = await context.kernel(`chain-${name}`, source);
    const chunk = { buffer: this.#uniforms(), size: UNIFORM_BYTES };
    const buffers = (group: number, of: (name: string) => GPUBuffer) =>
      Object.fromEntries(kernel.names(group).map(buffer => [buffer, of(buffer)]));
    const hasRows = kernel.names(0).includes('rows');
    return {
      kernel,
      data: this.chunks.map((each, index) => {
        const rows = this.rows.segments[each.chunk.segment];
        const own = { chunk, pieces: this.#pieces(each, index) };
        return kernel.bind(0, hasRows ? { ...own, rows } : own);
      }),
      parameters: kernel.bind(
        1,
        buffers(1, buffer => (buffer === 'components' ? mixture.buffer(buffer) : this.#transitions())),
      ),
      scratch: kernel.bind(
        2,
        buffers(2, buffer => this.#scratch(buffer, direction)),
      ),
    };
  }

  /** A buffer by its name in WGSL. */
  #scratch(name: string, direction: Direction): GPUBuffer {
    const { quads } = this;
    const messages = 16 * quads * this.mixture.geometry.chunkRows;
    const joints = (32 * quads + 16) * this.#mostJoints;
    const nPieces = Math.max(...this.chunks.map(chunk => chunk.nPieces));
    const walkers = Math.max(...this.chunks.map(chunk => this.walkersOf(chunk)));
    switch (name) {
      case 'logits':
        return this.mixture.buffer('logits');
      case 'alphas':
        return this.#storage(name, 16 * quads * this.#alphaRows);
      case 'sums':
        return this.#storage(name, messages);
      case 'pointers':
        return this.#storage(name, messages / 4);
      case 'joints':
        return this.#storage(`${direction} joints`, joints);
      case 'levels':
        return this.#storage(name, 4 * this.mixture.geometry.chunkRows);
      case 'changes':
        return this.#storage(`${direction} changes`, 4);
      case 'scales':
        return this.#storage('scales', 4 * SCALE_WORDS * nPieces);
      case 'counts':
        return this.#storage('counts', 4 * this.totalsLength * walkers);
      default:
        return this.#storage('totals', 4 * this.totalsLength * TOTAL_GROUPS);
    }
  }

  #storage(name: string, bytes: number): GPUBuffer {
    return this.#once(name, () => this.rows.context.storage(name, bytes));
  }

  #once(key: string, create: () => GPUBuffer): GPUBuffer {
    const buffer = this.#buffers.get(key) ?? create();
    this.#buffers.set(key, buffer);
    return buffer;
  }

  #uniforms(): GPUBuffer {
    return this.#once('uniforms', () => {
      const { uniform, copyDestination } = BUFFER_USAGE;
      const words = UNIFORM_STRIDE / 4;
      const data = new Uint32Array(words * this.chunks.length * DIRECTIONS.length * WHATS.length);
      const stride = this.mixture.geometry.chunkRows;
      for (const chunk of this.chunks) {
        for (const direction of DIRECTIONS) {
          const [begin, end] = direction === 'backward' ? chunk.after : chunk.before;
          WHATS.forEach((what, index) => {
            const walkers = this.walkersOf(chunk);
            const fields = [stride, chunk.nPieces, walkers, index, this.plan.warmRows, begin, end];
            data.set(
              [...fields, chunk.chunk.count, chunk.chunk.begin, this.nStates, this.#alphaRows],
              this.#offset(chunk, direction, what) / 4,
            );
          });
        }
      }
      const buffer = this.rows.context.buffer('chunks', data.byteLength, uniform | copyDestination);
      this.rows.context.device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    });
  }

  #offset({ chunk }: ChainChunk, direction: Direction, what: What): number {
    const entry = (chunk.index * DIRECTIONS.length + DIRECTIONS.indexOf(direction)) * WHATS.length;
    return UNIFORM_STRIDE * (entry + WHATS.indexOf(what));
  }

  #pieces({ pieces }: ChainChunk, index: number): GPUBuffer {
    return this.#once(`pieces ${index}`, () => {
      const buffer = this.rows.context.storage('pieces', 4 * PIECE_WORDS * (pieces.length / PIECE_WORDS));
      this.rows.context.device.queue.writeBuffer(buffer, 0, pieces);
      return buffer;
    });
  }

  #transitions(): GPUBuffer {
    const { uniform, storage, copyDestination } = BUFFER_USAGE;
    const usage = this.nStates > UNIFORM_STATES ? storage : uniform;
    return this.#once('transitions', () =>
      this.rows.context.buffer('transitions', 4 * transitionsLength(this.nStates), usage | copyDestination),
    );
  }

  /** Send θ down. @returns the means that the device sees, in the caller's units */
  write(chain: Chain): Packed {
    this.epoch++;
    this.rows.context.device.queue.writeBuffer(this.#transitions(), 0, packTransitions(chain));
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
    encoder: GPUCommandEncoder,
    name: ChainKernelName,
    direction: Direction,
    chunk: ChainChunk,
    what: What = 'all',
  ): Promise<void> {
    const { kernel, data, parameters, scratch } = await this.#stage(name, direction);
    const pass = encoder.beginComputePass();
    pass.setPipeline(kernel.pipeline);
    pass.setBindGroup(0, data[chunk.chunk.index], [this.#offset(chunk, direction, what)]);
    pass.setBindGroup(1, parameters);
    pass.setBindGroup(2, scratch);
    pass.dispatchWorkgroups(...this.#workgroups(name, direction, chunk));
    pass.end();
  }

  #workgroups(name: ChainKernelName, direction: Direction, chunk: ChainChunk): [x: number, y: number] {
    if (name === 'joints') {
      const [begin, end] = direction === 'backward' ? chunk.after : chunk.before;
      return [Math.ceil((end - begin) / 64), 1];
    }
    if (name === 'reduce') return [Math.ceil(this.totalsLength / 4 / 64), TOTAL_GROUPS];
    if (name === 'levels') return [Math.ceil(chunk.chunk.count / 64), 1];
    const { walk, lanes, slots } = this.plan;
    const each = walk === 'group' && name !== 'viterbi' ? slots : lanes;
    return [Math.ceil(this.walkersOf(chunk) / each), 1];
  }

  clear(encoder: GPUCommandEncoder, name: 'totals' | `${Direction} changes`): void {
    encoder.clearBuffer(this.#buffers.get(name) as GPUBuffer);
  }

  /** Have a buffer copied, and read once the encoder's commands are submitted. */
  copy(encoder: GPUCommandEncoder, name: string, bytes?: number): () => Promise<ArrayBuffer> {
    const source = name === 'logits' ? this.mixture.buffer('logits') : (this.#buffers.get(name) as GPUBuffer);
    const size = bytes ?? source.size;
    const staging = this.#takeStaging(size);
    encoder.copyBufferToBuffer(source, 0, staging.buffer, 0, size);
    return async () => {
      const data = await this.rows.context.read(staging.buffer, size);
      this.#staging.push(staging);
      return data;
    };
  }

  #takeStaging(bytes: number) {
    const at = this.#staging.findIndex(each => each.bytes === bytes);
    if (at >= 0) return this.#staging.splice(at, 1)[0];
    const { mapRead, copyDestination } = BUFFER_USAGE;
    const key = `staging ${this.#buffers.size}`;
    const buffer = this.#once(key, () =>
      this.rows.context.buffer('staging', bytes, mapRead | copyDestination),
    );
    return { bytes, buffer };
  }

  dispose(): void {
    this.rows.context.release(...this.#buffers.values());
    this.#buffers.clear();
    this.#stages.clear();
    this.#staging.length = 0;
    this.#shares = undefined;
    this.mixture.dispose();
  }
}
