import { isMatrix, MAX_FEATURES, type Matrix, matrix } from '../data/matrix.js';
import { InvalidArgumentError, InvalidDataError } from '../errors.js';
import { badNumber, inWords, isList } from '../numbers.js';
import { type CheckedPoints, checkPoints, type Points } from './points.js';

/** The rows of one sequence; of one feature just its numbers. */
export type Sequence = Matrix | readonly ArrayLike<number>[] | ArrayLike<number>;

/**
 * Rows in order, one sequence unless `lengths` divides them; or an array of sequences. Without `lengths` an array of arrays
 * is an array of sequences, each of one feature or of rows. Equally long arrays of numbers are rows or sequences, as a
 * model's number of features tells; where nothing does, those that may be a table of rows are refused.
 */
export type SequenceData = Points | ArrayLike<number> | readonly Sequence[];

export interface CheckedSequences {
  readonly points: CheckedPoints;
  /** [sequences] they add up to the number of rows */
  readonly lengths: Uint32Array;
}

/**
 * @param nFeatures of one row, where it is known
 * @throws InvalidDataError for anything that is no sequences of finite, equally wide rows, or for an empty one
 * @throws InvalidArgumentError for lengths that are no counts, or do not add up
 */
export function checkSequences(
  given: SequenceData,
  lengths?: ArrayLike<number>,
  nFeatures?: number,
): CheckedSequences {
  if (lengths === undefined && Array.isArray(given) && !isNumbers(given)) {
    const entries = Array.from(given as readonly unknown[]); // so that holes are entries
    if (areRows(entries, nFeatures)) return checkSequences([given as readonly ArrayLike<number>[]]);
    return joined(entries.map(oneSequence));
  }
  const points = isNumbers(given) ? column(given) : checkPoints(given as Points);
  const [n] = points.shape;
  return { points, lengths: lengths === undefined ? Uint32Array.of(n) : checkLengths(lengths, n) };
}

/** Sequences with how often each counts. @throws InvalidArgumentError */
export function weighted(
  lengths: Uint32Array,
  weights?: ArrayLike<number>,
): { readonly lengths: Uint32Array; readonly weights?: Float64Array } {
  if (weights === undefined) return { lengths };
  if (!isList(weights) || weights.length !== lengths.length) {
    const got = isList(weights) ? weights.length : inWords(weights);
    throw new InvalidArgumentError(`Expected ${lengths.length} weights, one a sequence, got ${got}.`);
  }
  const bad = badNumber(weights, weight => weight >= 0 && Number.isFinite(weight));
  if (bad >= 0) {
    throw new InvalidArgumentError(
      `Weight ${bad} must be a finite number ≥ 0, got ${inWords(weights[bad])}.`,
    );
  }
  const checked = Float64Array.from(weights);
  if (checked.every(weight => weight === 0)) {
    throw new InvalidArgumentError('Expected a weight above 0, got zeros only.');
  }
  return { lengths, weights: checked };
}

function checkLengths(lengths: ArrayLike<number>, n: number): Uint32Array {
  if (!isList(lengths)) {
    throw new InvalidArgumentError(`lengths must be integers ≥ 1, got ${inWords(lengths)}.`);
  }
  let total = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i];
    if (length === 0) throw new InvalidDataError(`Sequence ${i} is empty; leave it out.`);
    if (!Number.isInteger(length) || length < 0) {
      throw new InvalidArgumentError(
        `lengths must be integers ≥ 1, got ${inWords(length)} for sequence ${i}.`,
      );
    }
    total += length;
  }
  if (total !== n) {
    throw new InvalidArgumentError(`lengths must add up to the number of rows, ${n}, got ${total}.`);
  }
  return Uint32Array.from(lengths);
}

/**
 * Whether arrays are the rows of one sequence.
 *
 * @throws InvalidDataError for a table, longer than it is wide, that may be either
 */
function areRows(arrays: readonly unknown[], nFeatures: number | undefined): boolean {
  const n = arrays.length;
  const d = (arrays[0] as ArrayLike<number> | undefined)?.length ?? 0;
  if (n < 2 || d > MAX_FEATURES || !arrays.every(row => isNumbers(row) && row.length === d)) return false;
  if (nFeatures !== undefined) return nFeatures > 1 && nFeatures === d;
  if (d > n && d > FEW_FEATURES) return false;
  throw new InvalidDataError(
    `These ${n} arrays of ${d} numbers may be rows or sequences. If they are rows, pass lengths: [${n}], or how many rows each sequence has; if they are sequences of one feature, pass each number as a row: [[[1], [2]], [[3], [4]]].`,
  );
}

/** Tables may have as many columns, however few their rows are. */
const FEW_FEATURES = 16;

function oneSequence(sequence: unknown, index: number): Matrix {
  if (typeof sequence !== 'object' || sequence === null) {
    throw new InvalidDataError(
      `Sequence ${index} must be numbers, rows or { data, shape: [n, d] }, got ${inWords(sequence)}.`,
    );
  }
  const { length, shape } = sequence as Partial<ArrayLike<unknown> & Matrix>;
  if ((length ?? shape?.[0] ?? 0) === 0)
    throw new InvalidDataError(`Sequence ${index} is empty; leave it out.`);
  try {
    if (isNumbers(sequence)) return column(sequence);
    const points = checkPoints(sequence as Points);
    if (isMatrix(points)) return points;
    throw new InvalidDataError(
      'resident rows and GPU buffers come as one piece, with the lengths of the sequences in it.',
    );
  } catch (cause) {
    if (!(cause instanceof InvalidDataError)) throw cause;
    throw new InvalidDataError(`Sequence ${index}: ${cause.message}`, { cause });
  }
}

function joined(sequences: readonly Matrix[]): CheckedSequences {
  if (sequences.length === 0) throw new InvalidDataError('Expected at least one sequence, got none.');
  const [, d] = sequences[0].shape;
  const other = sequences.findIndex(({ shape }) => shape[1] !== d);
  if (other >= 0) {
    throw new InvalidDataError(
      `Sequence ${other} has ${sequences[other].shape[1]} columns where sequence 0 has ${d}.`,
    );
  }
  const lengths = Uint32Array.from(sequences, ({ shape }) => shape[0]);
  const n = lengths.reduce((sum, length) => sum + length, 0);
  const data = new Float64Array(n * d);
  let at = 0;
  for (const sequence of sequences) {
    data.set(sequence.data, at);
    at += sequence.data.length;
  }
  return { points: { data, shape: [n, d] }, lengths };
}

/** A list without lists and objects in it; whether they are numbers `column` sees. */
const isNumbers = (value: unknown): value is ArrayLike<number> =>
  isList(value) && value.length > 0 && !(Array.isArray(value) && value.some(isNested));

const isNested = (entry: unknown): boolean => typeof entry === 'object' && entry !== null;

function column(values: ArrayLike<number>): Matrix {
  if (values instanceof Float32Array || values instanceof Float64Array) {
    return matrix(values, [values.length, 1]);
  }
  const bad = badNumber(values, () => true);
  if (bad >= 0) throw new InvalidDataError(`Row ${bad} must be a number, got ${inWords(values[bad])}.`);
  return matrix(Float64Array.from(values), [values.length, 1]);
}
