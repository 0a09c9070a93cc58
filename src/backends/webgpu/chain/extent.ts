import type { Dispatch } from '../device/commands.js';
import { type Geometry, paddedComponents } from '../mixture/geometry.js';
import type { WorkspaceShape } from '../mixture/shape.js';
import { type ChainChunk, PIECE_WORDS } from './pieces.js';
import type { ChainPlan } from './plan.js';
import { type ChainKernelName, countQuads, type Direction, TOTAL_GROUPS } from './shaders.js';

/** Which pieces a walk is of: `warm` runs ahead to find out where pieces begin, `changed` are those that were wrong. */
export type What = 'all' | 'warm' | 'changed';

/** Bytes of what all walkers leave of ξ. */
const COUNTS_BYTES = 32 * 2 ** 20;
const INVOCATIONS = 64;

/** How many workgroups chains take, and how much work theirs is. */
export class ChainExtent {
  /** Numbers that a walker leaves. */
  readonly totalsLength: number;
  readonly #walkers: number;
  readonly #padded: number;
  /** Multiplications of a row, about. */
  readonly #rowWork: number;
  readonly #walked = new Map<string, Float64Array>();

  constructor(
    private readonly plan: ChainPlan,
    shape: WorkspaceShape,
    geometry: Geometry,
  ) {
    this.totalsLength = 4 * countQuads(shape, plan, geometry);
    this.#walkers = Math.max(1, Math.floor(COUNTS_BYTES / (4 * this.totalsLength)));
    this.#padded = paddedComponents(shape.nComponents);
    const { component, sums } = geometry;
    const emission = plan.fused ? shape.nComponents * (component.length + sums.length) : 0;
    this.#rowWork = 2 * this.#padded ** 2 + emission;
  }

  /** What the pieces of a chunk are dealt to. */
  walkersOf({ nPieces }: ChainChunk): number {
    return Math.min(nPieces, this.#walkers);
  }

  of(
    name: ChainKernelName,
    direction: Direction,
    chunk: ChainChunk,
    what: What,
  ): Pick<Dispatch, 'grid' | 'work'> {
    if (name === 'joints') {
      const [begin, end] = direction === 'backward' ? chunk.after : chunk.before;
      return this.#each(end - begin, 1, this.#padded);
    }
    if (name === 'levels') return this.#each(chunk.chunk.count, 1, this.#padded);
    if (name === 'reduce') {
      const walkers = Math.ceil(this.walkersOf(chunk) / TOTAL_GROUPS);
      return this.#each(this.totalsLength / 4, TOTAL_GROUPS, 4 * walkers);
    }
    const { walk, lanes, slots } = this.plan;
    const side = walk === 'group' && name !== 'viterbi' ? slots : lanes;
    const rows = this.#rowsWalked(chunk, what);
    return {
      grid: [Math.ceil(this.walkersOf(chunk) / side), 1, 1],
      work: x => this.#rowWork * rows[Math.min(x * side, rows.length - 1)],
    };
  }

  #each(invocations: number, lines: number, work: number): Pick<Dispatch, 'grid' | 'work'> {
    return { grid: [Math.ceil(invocations / INVOCATIONS), lines, 1], work: x => INVOCATIONS * work * x };
  }

  /** [walkers + 1] the rows that the first walkers of a chunk walk. */
  #rowsWalked(chunk: ChainChunk, what: What): Float64Array {
    const most = what === 'warm' ? this.plan.warmRows : Number.POSITIVE_INFINITY;
    const key = `${chunk.chunk.index} ${most}`;
    const known = this.#walked.get(key);
    if (known) return known;
    const walkers = this.walkersOf(chunk);
    const rows = new Float64Array(walkers + 1);
    for (let piece = 0; piece < chunk.nPieces; piece++) {
      rows[1 + (piece % walkers)] += Math.min(most, chunk.pieces[piece * PIECE_WORDS + 1]);
    }
    for (let walker = 0; walker < walkers; walker++) rows[walker + 1] += rows[walker];
    this.#walked.set(key, rows);
    return rows;
  }
}
