import type { Backend, Rows } from '../contract/table.js';
import type { Columns } from '../data/columns.js';
import { type DeviceMatrix, isMatrix, type Matrix, matrix, matrixFromRows } from '../data/matrix.js';
import { InvalidDataError } from '../errors.js';

/** Everything that can be fitted: a matrix, an array of rows, resident rows, or a GPU buffer with its shape. */
export type Points = Matrix | readonly ArrayLike<number>[] | Rows | DeviceMatrix;

/** Points whose shape is known and whose values have been checked as far as the host can see them. */
export type CheckedPoints = Matrix | Rows | DeviceMatrix;

/** @throws InvalidDataError for anything that is no set of finite, equally long rows */
export function checkPoints(points: Points): CheckedPoints {
  if (Array.isArray(points)) return matrixFromRows(points);
  const { data, shape } = (points ?? {}) as Partial<Matrix>;
  if (typeof points !== 'object' || points === null || !isShape(shape)) {
    throw new InvalidDataError(
      'Expected points as { data: Float32Array | Float64Array, shape: [n, d] }, an array of rows, or loaded rows.',
    );
  }
  if (isResident(points as CheckedPoints)) return points as Rows;
  if (isMatrix(points)) return matrix(points.data, points.shape);
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data) || Array.isArray(data)) {
    const got = (data as object | undefined)?.constructor?.name ?? String(data);
    throw new InvalidDataError(`data must be a Float32Array, a Float64Array or a GPUBuffer, got ${got}.`);
  }
  return points as DeviceMatrix;
}

const isShape = (shape: unknown): boolean =>
  Array.isArray(shape) && shape.length === 2 && shape.every(size => Number.isInteger(size) && size > 0);

export const isResident = (points: CheckedPoints): points is Rows => 'backend' in points;

/**
 * Run `use` on the points as rows of a backend; rows that were loaded for it are given back afterwards.
 *
 * @param units what to round rows by; see `Backend.load`
 */
export async function withRows<T>(
  points: CheckedPoints,
  backend: Backend,
  use: (rows: Rows) => Promise<T>,
  units?: Columns,
): Promise<T> {
  if (isResident(points)) return use(points);
  const rows = await backend.load(points, { units });
  try {
    return await use(rows);
  } finally {
    rows.dispose();
  }
}
