import { InvalidDataError } from '../errors.js';
import { inWords } from '../numbers.js';

/** Rows as one flat array: `data[i * d + j]` is feature j of row i. */
export interface Matrix {
  readonly data: Float32Array | Float64Array;
  /** [n, d] */
  readonly shape: readonly [number, number];
}

/** The most features a model may have. */
export const MAX_FEATURES = 128;

/**
 * View `data` as rows of a checked matrix; nothing is copied.
 *
 * @param data length n·d, row-major
 * @param shape [n, d], n ≥ 1 and 1 ≤ d ≤ 128
 * @throws InvalidDataError for a shape that does not fit, or a value that is not finite (the first is named)
 */
export function matrix(data: Float32Array | Float64Array, shape: readonly [number, number]): Matrix {
  const [n, d] = shape;
  if (!Number.isInteger(n) || n < 1) {
    throw new InvalidDataError(`Expected at least one row, got ${n}.`);
  }
  checkFeatures(d);
  if (data.length !== n * d) {
    throw new InvalidDataError(
      `Expected ${n} × ${d} = ${n * d} values for shape [${n}, ${d}], got ${data.length}.`,
    );
  }
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw new InvalidDataError(
        `Row ${Math.floor(i / d)}, column ${i % d} is ${data[i]}; every value must be finite (rows and columns count from 0). ` +
          'Try dropping or imputing such rows.',
      );
    }
  }
  return { data, shape: [n, d] };
}

/** @throws InvalidDataError for more columns than a model may have, or none */
export function checkFeatures(d: number): void {
  if (Number.isInteger(d) && d >= 1 && d <= MAX_FEATURES) return;
  throw new InvalidDataError(
    `Expected 1 to ${MAX_FEATURES} columns, got ${d}. Try selecting columns, or projecting the rows first.`,
  );
}

/** An array of equally long rows as a matrix (copied). */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): Matrix {
  if (rows.length === 0) throw new InvalidDataError('Expected at least one row, got none.');
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  checkFeatures(d);
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const row = rows[i]; // nothing, where the array has a hole
    if (row?.length !== d) {
      throw new InvalidDataError(`Row ${i} has ${row?.length ?? 'no'} values where row 0 has ${d}.`);
    }
    for (let j = 0; j < d; j++) {
      if (typeof row[j] !== 'number') {
        throw new InvalidDataError(`Row ${i}, column ${j} must be a number, got ${inWords(row[j])}.`);
      }
      data[i * d + j] = row[j];
    }
  }
  return matrix(data, [n, d]);
}

/** Rows [begin, begin + count) as [count, D]. */
export const readRows = ({ data, shape }: Matrix, begin: number, count: number): Float64Array =>
  Float64Array.from(data.subarray(begin * shape[1], (begin + count) * shape[1]));

/** Rows by index, as [indices.length, D]. */
export function takeRows({ data, shape: [, d] }: Matrix, indices: ArrayLike<number>): Float64Array {
  const taken = new Float64Array(indices.length * d);
  for (let i = 0; i < indices.length; i++) {
    taken.set(data.subarray(indices[i] * d, (indices[i] + 1) * d), i * d);
  }
  return taken;
}

/** Whether a value holds its rows in a typed array (and not, say, in a GPU buffer). */
export function isMatrix(value: unknown): value is Matrix {
  const { data, shape } = (value ?? {}) as Partial<Matrix>;
  return (data instanceof Float32Array || data instanceof Float64Array) && Array.isArray(shape);
}
/** Rows in a buffer of the caller's GPU device: float32, row-major. */
export interface DeviceMatrix {
  /** a GPUBuffer with COPY_SRC usage, on the device that the backend uses */
  readonly data: object;
  /** [n, d] */
  readonly shape: readonly [number, number];
}

export type Loadable = Matrix | DeviceMatrix;
