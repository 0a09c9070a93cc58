import type { Chunk } from '../rows/chunks.js';
import { type Geometry, NORMALISE_ROWS, paddedComponents } from './geometry.js';

/** What the kernels of mixtures keep on the device. */
export type BufferName =
  | 'components'
  | 'logits'
  | 'peaks'
  | 'shares'
  | 'labels'
  | 'likelihoods'
  | 'lanes'
  | 'partials'
  | 'draws';

/** Draws a row, the seed's low and high word, and the iteration. */
const DRAWS_WORDS = 5;

/** 32-bit numbers of each buffer. */
export function scratchSizes(
  { component, chunkRows, groups, groupLength, slabRows, lanes }: Geometry,
  chunks: readonly Chunk[],
  nComponents: number,
): Record<BufferName, number> {
  return {
    components: nComponents * component.length,
    logits: paddedComponents(nComponents) * chunkRows,
    peaks: chunkRows,
    shares: chunkRows,
    labels: chunkRows,
    likelihoods: likelihoodsOf(chunks)[1],
    lanes: (chunkRows / slabRows) * groupLength * lanes,
    partials: groups * groupLength,
    draws: DRAWS_WORDS,
  };
}

/** Where consecutive chunks' partial log-likelihoods are. */
export function likelihoodsOf(chunks: readonly Chunk[]): [begin: number, end: number] {
  const last = chunks[chunks.length - 1];
  return [chunks[0].likelihoodBegin, last.likelihoodBegin + Math.ceil(last.count / NORMALISE_ROWS)];
}
