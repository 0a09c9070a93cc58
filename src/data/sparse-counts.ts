import { InvalidDataError } from '../errors.js';
import { inWords, isList } from '../numbers.js';
import type { ColumnMoments } from './columns.js';

/** How often each word is in each document, in compressed sparse rows as scipy has them. */
export interface SparseCounts {
  /** [nnz] counts, ≥ 0 and below 2^53; they need not be integers */
  readonly data: ArrayLike<number>;
  /** [nnz] the word of each count, from 0 to V − 1 */
  readonly indices: ArrayLike<number>;
  /** [n + 1] document d has the counts indptr[d] to indptr[d + 1] − 1 */
  readonly indptr: ArrayLike<number>;
  /** [n, V] */
  readonly shape: readonly [number, number];
}

/** Counts as an array of documents, each with a count for every word; or as one flat array of them. */
export type DenseCounts =
  | readonly ArrayLike<number>[]
  | { readonly data: ArrayLike<number>; readonly shape: readonly [number, number] };

export type Counts = SparseCounts | DenseCounts;

/** Counts that have been checked: every one is positive, every word is in range. */
export interface CheckedCounts extends SparseCounts {
  readonly data: Float64Array;
  readonly indices: Uint32Array;
  readonly indptr: Uint32Array;
}

/**
 * Counts in one form, copied; zeros are left out. Documents may be empty, and a word may come twice in one.
 *
 * @throws InvalidDataError for anything else than non-negative counts of words in range, naming the first that is not
 */
export function checkCounts(counts: Counts): CheckedCounts {
  if (Array.isArray(counts)) return fromRows(counts);
  const { shape, data, indices, indptr } = (counts ?? {}) as Partial<SparseCounts>;
  if (!isShape(shape) || !isList(data)) {
    throw new InvalidDataError(
      'Expected counts as { data, indices, indptr, shape: [n, V] }, { data, shape: [n, V] } or an array of documents.',
    );
  }
  checkVocabulary(shape);
  if (indices === undefined && indptr === undefined) return fromFlat(data, shape);
  if (!isList(indices) || !isList(indptr)) {
    throw new InvalidDataError('Sparse counts need both indices [nnz] and indptr [n + 1].');
  }
  return fromSparse({ data, indices, indptr, shape });
}

/** Documents [begin, end) of checked counts. */
export function sliceCounts(counts: CheckedCounts, begin: number, end: number): CheckedCounts {
  const { data, indices, indptr, shape } = counts;
  const [first, last] = [indptr[begin], indptr[end]];
  return {
    data: data.subarray(first, last),
    indices: indices.subarray(first, last),
    indptr: indptr.subarray(begin, end + 1).map(at => at - first),
    shape: [end - begin, shape[1]],
  };
}

/** [n] the number of words in each document. */
export function documentLengths({ data, indptr, shape }: CheckedCounts): Float64Array {
  return Float64Array.from({ length: shape[0] }, (_, d) => {
    let length = 0;
    for (let t = indptr[d]; t < indptr[d + 1]; t++) length += data[t];
    return length;
  });
}

/** Mean and standard deviation (1 where constant) of each word's counts. */
export function countMoments({
  data,
  indices,
  shape: [n, vocabulary],
}: CheckedCounts): Omit<ColumnMoments, 'squares'> {
  const center = new Float64Array(vocabulary);
  const scale = new Float64Array(vocabulary);
  const present = new Float64Array(vocabulary);
  indices.forEach((word, t) => {
    center[word] += data[t] / n;
    present[word]++;
  });
  indices.forEach((word, t) => {
    scale[word] += (data[t] - center[word]) ** 2;
  });
  scale.forEach((squares, word) => {
    scale[word] = Math.sqrt((squares + (n - present[word]) * center[word] ** 2) / n) || 1;
  });
  return { center, scale };
}

/** More columns than any vocabulary has words: arrays of so many numbers are made several times. */
const MOST_WORDS = 2 ** 24;

function checkVocabulary([, vocabulary]: readonly [number, number]): void {
  if (vocabulary <= MOST_WORDS) return;
  throw new InvalidDataError(
    `Expected at most ${MOST_WORDS} words, got a shape of ${vocabulary}. Try leaving out words that no document has.`,
  );
}

const isShape = (shape: unknown): shape is readonly [number, number] =>
  Array.isArray(shape) && shape.length === 2 && shape.every(size => Number.isInteger(size) && size > 0);

function fromSparse({ data, indices, indptr, shape }: SparseCounts): CheckedCounts {
  const [n, vocabulary] = shape;
  checkPointers(indptr, n, data.length);
  if (indices.length !== data.length) {
    throw new InvalidDataError(`Expected an index for each of ${data.length} counts, got ${indices.length}.`);
  }
  const builder = new Builder(n, data.length);
  for (let d = 0; d < n; d++) {
    for (let t = indptr[d]; t < indptr[d + 1]; t++) {
      const word = indices[t];
      if (!Number.isInteger(word) || word < 0 || word >= vocabulary) {
        throw new InvalidDataError(
          `Document ${d} has word index ${inWords(word)}; expected integers from 0 to ${vocabulary - 1}, as shape [${n}, ${vocabulary}] says.`,
        );
      }
      builder.add(d, word, data[t]);
    }
    builder.end(d);
  }
  return builder.build(shape);
}

function checkPointers(indptr: ArrayLike<number>, n: number, counts: number): void {
  if (indptr.length !== n + 1) {
    throw new InvalidDataError(`indptr must have ${n + 1} entries for ${n} documents, got ${indptr.length}.`);
  }
  if (indptr[0] !== 0) throw new InvalidDataError(`indptr must begin with 0, got ${inWords(indptr[0])}.`);
  for (let d = 0; d < n; d++) {
    if (Number.isInteger(indptr[d + 1]) && indptr[d + 1] >= indptr[d]) continue;
    throw new InvalidDataError(
      `indptr must not decrease; entry ${d + 1} is ${inWords(indptr[d + 1])} after ${indptr[d]}.`,
    );
  }
  if (indptr[n] === counts) return;
  throw new InvalidDataError(`indptr must end with the number of counts, ${counts}, got ${indptr[n]}.`);
}

function fromFlat(data: ArrayLike<number>, shape: readonly [number, number]): CheckedCounts {
  const [n, vocabulary] = shape;
  if (data.length !== n * vocabulary) {
    throw new InvalidDataError(
      `Expected ${n} × ${vocabulary} = ${n * vocabulary} counts for shape [${n}, ${vocabulary}], got ${data.length}.`,
    );
  }
  return fromDense(shape, (d, word) => data[d * vocabulary + word]);
}

function fromRows(rows: readonly ArrayLike<number>[]): CheckedCounts {
  for (let d = 0; d < rows.length; d++) {
    if (!isList(rows[d])) {
      throw new InvalidDataError(`Document ${d} must be a list of counts, got ${inWords(rows[d])}.`);
    }
    if (rows[d].length !== rows[0].length) {
      throw new InvalidDataError(
        `Document ${d} has ${rows[d].length} counts where document 0 has ${rows[0].length}.`,
      );
    }
  }
  const vocabulary = rows[0]?.length;
  if (!vocabulary) throw new InvalidDataError('Expected at least one document and one word, got none.');
  return fromDense([rows.length, vocabulary], (d, word) => rows[d][word]);
}

function fromDense(
  shape: readonly [number, number],
  countOf: (document: number, word: number) => number,
): CheckedCounts {
  const [n, vocabulary] = shape;
  let nonzero = 0;
  for (let d = 0; d < n; d++) for (let v = 0; v < vocabulary; v++) if (countOf(d, v) !== 0) nonzero++;
  const builder = new Builder(n, nonzero);
  for (let d = 0; d < n; d++) {
    for (let v = 0; v < vocabulary; v++) builder.add(d, v, countOf(d, v));
    builder.end(d);
  }
  return builder.build(shape);
}

/** Appends counts document by document. */
class Builder {
  readonly #data: Float64Array;
  readonly #indices: Uint32Array;
  readonly #indptr: Uint32Array;
  #length = 0;

  constructor(n: number, capacity: number) {
    this.#data = new Float64Array(capacity);
    this.#indices = new Uint32Array(capacity);
    this.#indptr = new Uint32Array(n + 1);
  }

  add(document: number, word: number, count: number): void {
    if (count === 0) return;
    if (!Number.isFinite(count) || count < 0 || count > Number.MAX_SAFE_INTEGER) {
      const expected = Number.isFinite(count) && count > 0 ? 'below 2^53' : 'finite and ≥ 0';
      throw new InvalidDataError(
        `Document ${document} has count ${inWords(count)} for word ${word}; counts must be ${expected} (documents and words count from 0).`,
      );
    }
    this.#data[this.#length] = count;
    this.#indices[this.#length++] = word;
  }

  end(document: number): void {
    this.#indptr[document + 1] = this.#length;
  }

  build(shape: readonly [number, number]): CheckedCounts {
    const data = this.#data.subarray(0, this.#length);
    const indices = this.#indices.subarray(0, this.#length);
    return { data, indices, indptr: this.#indptr, shape };
  }
}
