import type { Sequences } from '../../../contract/chains.js';
import { ImpossibleSequenceError } from '../../../errors.js';
import { type ChainChunk, NO_JOINT } from './pieces.js';
import { SCALE_WORDS } from './workspace.js';

/** What the walks along a chunk's pieces left: `Scale` of shaders/include/chain.wgsl. */
export class Scales {
  readonly #numbers: Float32Array;
  readonly #words: Uint32Array;

  constructor(
    readonly chunk: ChainChunk,
    data: ArrayBuffer,
  ) {
    this.#numbers = new Float32Array(data);
    this.#words = new Uint32Array(data);
  }

  /** Base-2 logarithm of what a piece multiplies the likelihood by. */
  logLikelihood(piece: number): number {
    return this.#numbers[piece * SCALE_WORDS] + Math.log2(this.#numbers[piece * SCALE_WORDS + 1]);
  }

  /** Base-2 logarithm of what a piece multiplies the best path's probability by. */
  logBest(piece: number): number {
    return this.#numbers[piece * SCALE_WORDS] + this.#numbers[piece * SCALE_WORDS + 1];
  }

  /** The best state of a piece's last row. */
  state(piece: number): number {
    return this.#words[piece * SCALE_WORDS + 3];
  }

  /** The first row of the chunk from which on a piece has no possible path. */
  dead(piece: number): number | undefined {
    const row = this.#words[piece * SCALE_WORDS + 2];
    return row === NO_JOINT ? undefined : row;
  }

  /** @throws ImpossibleSequenceError for the first sequence that is */
  check({ lengths }: Sequences): void {
    const { chunk, sequences, places } = this.chunk;
    const place = places.find(piece => this.dead(piece) !== undefined);
    if (place === undefined) return;
    const sequence = sequences[place];
    const begin = lengths.subarray(0, sequence).reduce((sum, length) => sum + length, 0);
    throw ImpossibleSequenceError.of(sequence, chunk.rowBegin + (this.dead(place) as number) - begin);
  }
}
