/** Partial sums are merged in float64 before a slot has been added to more often than this. */
const ADDS_PER_ROUND = 64;

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

/** Cut segments of `segmentRows` rows into chunks of at most `rows`, each with a likelihood every `likelihoodRows`. */
export function cutChunks(nRows: number, segmentRows: number, rows: number, likelihoodRows: number): Chunk[] {
  const chunks: Chunk[] = [];
  let likelihoodBegin = 0;
  for (let rowBegin = 0; rowBegin < nRows; ) {
    const segment = Math.floor(rowBegin / segmentRows);
    const begin = rowBegin - segment * segmentRows;
    const count = Math.min(rows, segmentRows - begin, nRows - rowBegin);
    chunks.push({ index: chunks.length, segment, begin, rowBegin, count, likelihoodBegin });
    likelihoodBegin += Math.ceil(count / likelihoodRows);
    rowBegin += count;
  }
  return chunks;
}

/** Chunks in rounds; one readback a round. */
export function rounds(chunks: readonly Chunk[]): Chunk[][] {
  return Array.from({ length: Math.ceil(chunks.length / ADDS_PER_ROUND) }, (_, round) =>
    chunks.slice(round * ADDS_PER_ROUND, (round + 1) * ADDS_PER_ROUND),
  );
}
