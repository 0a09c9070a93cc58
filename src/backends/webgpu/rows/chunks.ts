import { blockRange } from '../../../contract/e-step.js';

/** Partial sums are merged in float64 before a slot has been added to more often than this. */
const ADDS_PER_ROUND = 64;

/** A chunk of resident rows: which segment (buffer), where in it, and which rows these are. */
export interface Chunk {
  readonly index: number;
  /** the block of rows that it is part of */
  readonly block: number;
  readonly segment: number;
  /** first row, within the segment */
  readonly begin: number;
  /** first row, of all */
  readonly rowBegin: number;
  readonly count: number;
  /** index of its first partial log-likelihood */
  readonly likelihoodBegin: number;
}

/**
 * Cut `blocks` blocks of rows, in segments of `segmentRows`, into chunks of at most `rows`, each with a likelihood every
 * `likelihoodRows`.
 */
export function cutChunks(
  nRows: number,
  blocks: number,
  segmentRows: number,
  rows: number,
  likelihoodRows: number,
): Chunk[] {
  const chunks: Chunk[] = [];
  let likelihoodBegin = 0;
  for (let block = 0; block < blocks; block++) {
    const [first, end] = blockRange(nRows, { index: block, of: blocks });
    for (let rowBegin = first; rowBegin < end; ) {
      const segment = Math.floor(rowBegin / segmentRows);
      const begin = rowBegin - segment * segmentRows;
      const count = Math.min(rows, segmentRows - begin, end - rowBegin);
      chunks.push({ index: chunks.length, block, segment, begin, rowBegin, count, likelihoodBegin });
      likelihoodBegin += Math.ceil(count / likelihoodRows);
      rowBegin += count;
    }
  }
  return chunks;
}

/** Chunks of one block in rounds; one readback a round. */
export function rounds(chunks: readonly Chunk[], block: number): Chunk[][] {
  const own = chunks.filter(chunk => chunk.block === block);
  return Array.from({ length: Math.ceil(own.length / ADDS_PER_ROUND) }, (_, round) =>
    own.slice(round * ADDS_PER_ROUND, (round + 1) * ADDS_PER_ROUND),
  );
}
