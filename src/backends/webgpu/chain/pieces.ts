import type { Sequences } from '../../../contract/chains.js';
import type { Chunk } from '../rows/chunks.js';

/** Words of a piece in shaders/include/chain.wgsl. */
export const PIECE_WORDS = 5;
export const NO_JOINT = 0xffffffff;

/** A run [begin, end) of the joints of a span. */
type Joints = readonly [begin: number, end: number];

/** A chunk of rows, cut into pieces: runs of rows of one sequence each. The longest come first. */
export interface ChainChunk {
  readonly chunk: Chunk;
  readonly nPieces: number;
  /** [pieces, PIECE_WORDS] */
  readonly pieces: Uint32Array<ArrayBuffer>;
  /** [pieces] the sequence of each */
  readonly sequences: Uint32Array;
  /** [pieces] where each is in `pieces`, by rows */
  readonly places: Uint32Array;
  /** Joints that its pieces go on from, and those from which others go on. */
  readonly before: Joints;
  readonly after: Joints;
}

/** Chunks that a sequence runs through; mostly one. Its joints are numbered by rows. */
export interface Span {
  readonly chunks: readonly ChainChunk[];
  readonly nJoints: number;
}

export interface PieceOptions {
  /** Rows of a segment, and of a chunk at most. */
  readonly segmentRows: number;
  readonly chunkRows: number;
  /** Pieces that keep the adapter busy. */
  readonly busyPieces: number;
  readonly leastRows: number;
  readonly mostRows: number;
}

/** Cut all rows into chunks that end where sequences do, if they can, and these into pieces. */
export function cutSpans({ lengths, weights }: Sequences, options: PieceOptions): Span[] {
  const { segmentRows, chunkRows } = options;
  const nRows = lengths.reduce((sum, length) => sum + length, 0);
  const spans: { chunks: ChainChunk[]; nJoints: number }[] = [];
  let [sequence, done] = [0, 0]; // rows of the sequence that earlier chunks have
  for (let rowBegin = 0, index = 0; rowBegin < nRows; index++) {
    const segment = Math.floor(rowBegin / segmentRows);
    const begin = rowBegin - segment * segmentRows;
    const room = Math.min(chunkRows, segmentRows - begin);
    const parts: Part[] = [];
    let count = 0;
    if (done === 0) spans.push({ chunks: [], nJoints: 0 });
    const span = spans[spans.length - 1];
    while (sequence < lengths.length && count < room) {
      const left = lengths[sequence] - done;
      if (left > room - count && parts.length > 0) break;
      const rows = Math.min(left, room - count);
      const weight = weights?.[sequence] ?? 1;
      parts.push({ sequence, begin: count, rows, weight, goesOn: done > 0, ends: rows === left });
      count += rows;
      done = rows === left ? 0 : done + rows;
      if (done === 0) sequence++;
    }
    const chunk = { index, block: 0, segment, begin, rowBegin, count, likelihoodBegin: 0 };
    span.chunks.push(cutPieces(chunk, parts, span, options));
    rowBegin += count;
  }
  return spans;
}

/** Rows of one sequence in one chunk. */
interface Part {
  readonly sequence: number;
  /** in the chunk */
  readonly begin: number;
  readonly rows: number;
  readonly weight: number;
  /** from the chunk before */
  readonly goesOn: boolean;
  readonly ends: boolean;
}

function cutPieces(
  chunk: Chunk,
  parts: readonly Part[],
  span: { nJoints: number },
  { busyPieces, leastRows, mostRows }: PieceOptions,
): ChainChunk {
  const longest = Math.min(mostRows, Math.max(leastRows, Math.ceil(chunk.count / busyPieces)));
  const cuts = parts.map(({ rows }) => Math.ceil(rows / longest));
  const nPieces = cuts.reduce((sum, cut) => sum + cut, 0);
  const order = piecesByLength(parts, cuts);
  const pieces = new Uint32Array(nPieces * PIECE_WORDS);
  const weights = new Float32Array(pieces.buffer);
  const sequences = new Uint32Array(nPieces);
  const firstPart = parts[0];
  // a joint with the chunk before is there already
  const firstBefore = firstPart.goesOn ? span.nJoints - 1 : span.nJoints;
  const firstAfter = span.nJoints;
  let at = 0;
  parts.forEach(({ sequence, begin, rows, weight, goesOn, ends }, part) => {
    for (let cut = 0; cut < cuts[part]; cut++) {
      const from = Math.floor((cut * rows) / cuts[part]);
      const to = Math.floor(((cut + 1) * rows) / cuts[part]);
      const before = cut > 0 || goesOn ? span.nJoints - 1 : NO_JOINT;
      const after = cut + 1 < cuts[part] || !ends ? span.nJoints++ : NO_JOINT;
      const place = order[at++];
      pieces.set([begin + from, to - from, before, after], place * PIECE_WORDS);
      weights[place * PIECE_WORDS + 4] = weight;
      sequences[place] = sequence;
    }
  });
  const lastAfter = parts[parts.length - 1].ends ? span.nJoints : span.nJoints - 1;
  return {
    chunk,
    nPieces,
    pieces,
    sequences,
    places: order,
    before: [firstBefore, lastAfter],
    after: [firstAfter, span.nJoints],
  };
}

/** [pieces] the place of each, the longest first: what walks side by side is about equally long. */
function piecesByLength(parts: readonly Part[], cuts: readonly number[]): Uint32Array {
  const lengths: number[] = [];
  parts.forEach(({ rows }, part) => {
    for (let cut = 0; cut < cuts[part]; cut++) lengths.push(Math.ceil(rows / cuts[part]));
  });
  const byLength = Uint32Array.from(lengths.keys()).sort((a, b) => lengths[b] - lengths[a] || a - b);
  const places = new Uint32Array(lengths.length);
  byLength.forEach((piece, place) => {
    places[piece] = place;
  });
  return places;
}
