import type { CheckedCounts } from '../../../data/sparse-counts.js';

/** Consecutive documents whose buffers stay below every limit, as the kernels take them. */
export interface CountSegment {
  /** first document, of all */
  readonly begin: number;
  /** documents */
  readonly count: number;
  /** documents' first tokens, within the segment: [count + 1] */
  readonly pointers: Uint32Array;
  readonly bytes: {
    /** [count + 1] first token and length, of lda-documents */
    readonly documents: ArrayBuffer;
    /** [nnz] word position and count */
    readonly tokens: ArrayBuffer;
    /** [P + 1] words' first entries */
    readonly columns: ArrayBuffer;
    /** [nnz] document and token of each entry, by word */
    readonly entries: ArrayBuffer;
  };
}

export interface SegmentLimits {
  readonly documents: number;
  readonly tokens: number;
}

/** Runs of documents within the limits; a document that alone exceeds them is a run. */
export function cutDocuments(
  indptr: Uint32Array,
  begin: number,
  end: number,
  limits: SegmentLimits,
): [begin: number, end: number][] {
  const runs: [number, number][] = [];
  for (let first = begin; first < end; ) {
    let next = first + 1;
    while (
      next < end &&
      next - first < limits.documents &&
      indptr[next + 1] - indptr[first] <= limits.tokens
    ) {
      next++;
    }
    runs.push([first, next]);
    first = next;
  }
  return runs;
}

/** @param indices [nnz] word positions, below `words` */
export function countSegment(
  { data, indptr }: CheckedCounts,
  indices: Uint32Array,
  words: number,
  lengths: Float64Array,
  [begin, end]: readonly [number, number],
): CountSegment {
  const first = indptr[begin];
  const pointers = indptr.subarray(begin, end + 1).map(at => at - first);
  const own = indices.subarray(first, indptr[end]);
  const { columns, entries } = transpose(pointers, own, words);
  return {
    begin,
    count: end - begin,
    pointers,
    bytes: {
      documents: pairs(pointers, lengths.subarray(begin, end)),
      tokens: pairs(own, data.subarray(first, indptr[end])),
      columns,
      entries,
    },
  };
}

/** [n] structs of an integer and a float. */
function pairs(integers: Uint32Array, floats: Float64Array): ArrayBuffer {
  const bytes = new ArrayBuffer(8 * integers.length);
  const [u32, f32] = [new Uint32Array(bytes), new Float32Array(bytes)];
  integers.forEach((value, i) => {
    u32[2 * i] = value;
    f32[2 * i + 1] = floats[i] ?? 0;
  });
  return bytes;
}

/** Compressed columns of compressed rows (a counting sort, so that documents keep their order). */
function transpose(pointers: Uint32Array, indices: Uint32Array, words: number) {
  const columns = new Uint32Array(words + 1);
  for (const word of indices) columns[word + 1]++;
  for (let word = 0; word < words; word++) columns[word + 1] += columns[word];
  const next = columns.slice();
  const entries = new Uint32Array(2 * indices.length);
  for (let d = 0; d + 1 < pointers.length; d++) {
    for (let t = pointers[d]; t < pointers[d + 1]; t++) entries.set([d, t], 2 * next[indices[t]]++);
  }
  return { columns: columns.buffer, entries: entries.buffer };
}
