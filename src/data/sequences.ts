import { InvalidArgumentError, InvalidDataError } from '../errors.js';
import { type Matrix, matrix, matrixFromRows } from './matrix.js';
import { type CheckedPoints, checkPoints, type Points } from './points.js';

/** The rows of one sequence; of one feature just its numbers. */
export type Sequence = Matrix | readonly ArrayLike<number>[] | ArrayLike<number>;

/**
 * Rows in order, one sequence unless `lengths` divides them; or an array of sequences. Without `lengths` an array of arrays
 * is an array of sequences, each of one feature or of rows.
 */
export type SequenceData = Points | ArrayLike<number> | readonly Sequence[];

export interface CheckedSequences {
  readonly points: CheckedPoints;
  /** [sequences] they add up to the number of rows */
  readonly lengths: Uint32Array;
}

/**
 * @throws InvalidDataError for anything that is no sequences of finite, equally wide rows, or for an empty one
 * @throws InvalidArgumentError for lengths that are no counts, or do not add up
 */
export function checkSequences(given: SequenceData, lengths?: ArrayLike<number>): CheckedSequences {
  if (lengths === undefined && Array.isArray(given) && typeof given[0] !== 'number') {
    return joined(given.map((sequence: Sequence, i) => oneSequence(sequence, i)));
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
  if (weights.length !== lengths.length) {
    throw new InvalidArgumentError(
      `Expected ${lengths.length} weights, one a sequence, got ${weights.length}.`,
    );
  }
  const checked = Float64Array.from(weights);
  const bad = checked.findIndex(weight => !(weight >= 0 && Number.isFinite(weight)));
  if (bad >= 0) {
    throw new InvalidArgumentError(`Weight ${bad} must be a finite number ≥ 0, got ${weights[bad]}.`);
  }
  if (checked.every(weight => weight === 0)) {
    throw new InvalidArgumentError('Expected a weight above 0, got zeros only.');
  }
  return { lengths, weights: checked };
}

function checkLengths(lengths: ArrayLike<number>, n: number): Uint32Array {
  let total = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i];
    if (length === 0) throw new InvalidDataError(`Sequence ${i} is empty; leave it out.`);
    if (!Number.isInteger(length) || length < 0) {
      throw new InvalidArgumentError(`lengths must be integers ≥ 1, got ${length} for sequence ${i}.`);
    }
    total += length;
  }
  if (total !== n) {
    throw new InvalidArgumentError(`lengths must add up to the number of rows, ${n}, got ${total}.`);
  }
  return Uint32Array.from(lengths);
}

function oneSequence(sequence: Sequence, index: number): Matrix {
  const length = ((sequence as ArrayLike<unknown>)?.length ?? (sequence as Matrix)?.shape?.[0]) || 0;
  if (length === 0) throw new InvalidDataError(`Sequence ${index} is empty; leave it out.`);
  try {
    if (isNumbers(sequence)) return column(sequence);
    if (Array.isArray(sequence)) return matrixFromRows(sequence);
    const { data, shape } = sequence as Matrix;
    return matrix(data, shape);
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

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  ArrayBuffer.isView(value) || (Array.isArray(value) && typeof value[0] === 'number');

function column(values: ArrayLike<number>): Matrix {
  const data =
    values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values);
  return matrix(data, [values.length, 1]);
}
