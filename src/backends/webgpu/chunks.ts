import type { Moments } from '../../families/covariance/covariance-type.js';

/** Rows that one workgroup sums in float32: short sums stay accurate. */
export const SLAB_ROWS = 512;
/** Rows of one workgroup of mixture-posterior. */
export const POSTERIOR_ROWS = 256;
/** Partial sums are merged in float64 before a slot has been added to more often than this. */
const ADDS_PER_ROUND = 64;

const MEBIBYTE = 2 ** 20;
/** Scratch for logits and for partial statistics, whatever N is. */
const SCRATCH_BYTES = 32 * MEBIBYTE;
/** Rows of a chunk of few components: what a device needs to be busy, and no more. */
const MOST_ROWS = 2 ** 20;
/** Dispatches stay far from a watchdog: about 50 ms at 0.4 TFLOP/s. */
const FLOPS_PER_DISPATCH = 2e10;

/** What decides how rows are cut into chunks. */
export interface Shape {
  readonly nRows: number;
  readonly nFeatures: number;
  readonly nComponents: number;
  readonly moments: Moments;
}

/** Rows of a chunk: a multiple of SLAB_ROWS, so that slabs never straddle chunks. */
export function chunkRows({ nRows, nFeatures, nComponents, moments }: Shape, partialLength: number): number {
  const flopsPerRow = nComponents * (moments === 'full' ? 2 * nFeatures * (nFeatures + 8) : 12 * nFeatures);
  const slabs = Math.min(
    SCRATCH_BYTES / (4 * (nComponents + 2) * SLAB_ROWS),
    SCRATCH_BYTES / (4 * nComponents * partialLength),
    FLOPS_PER_DISPATCH / (flopsPerRow * SLAB_ROWS),
    Math.ceil(nRows / SLAB_ROWS),
    MOST_ROWS / SLAB_ROWS,
  );
  return SLAB_ROWS * Math.max(1, Math.floor(slabs));
}

/** A chunk of resident rows: which segment (buffer), where in it, and which rows these are. */
export interface Chunk {
  readonly index: number;
  readonly segment: number;
  /** first row, within the segment */
  readonly begin: number;
  /** first row, of all */
  readonly rowBegin: number;
  readonly count: number;
  /** index of its first partial log-likelihood */
  readonly likelihoodBegin: number;
}

/** Cut segments of `segmentRows` rows into chunks of at most `rows`. */
export function cutChunks(nRows: number, segmentRows: number, rows: number): Chunk[] {
  const chunks: Chunk[] = [];
  let likelihoodBegin = 0;
  for (let rowBegin = 0; rowBegin < nRows; ) {
    const segment = Math.floor(rowBegin / segmentRows);
    const begin = rowBegin - segment * segmentRows;
    const count = Math.min(rows, segmentRows - begin, nRows - rowBegin);
    chunks.push({ index: chunks.length, segment, begin, rowBegin, count, likelihoodBegin });
    likelihoodBegin += Math.ceil(count / POSTERIOR_ROWS);
    rowBegin += count;
  }
  return chunks;
}

/** Chunks in rounds; one readback a round. */
export function rounds(chunks: Chunk[]): Chunk[][] {
  return Array.from({ length: Math.ceil(chunks.length / ADDS_PER_ROUND) }, (_, round) =>
    chunks.slice(round * ADDS_PER_ROUND, (round + 1) * ADDS_PER_ROUND),
  );
}
