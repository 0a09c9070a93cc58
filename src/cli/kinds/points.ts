import type { Matrix } from '../../data/matrix.js';
import { readData } from '../data.js';
import type { Input } from './kind.js';

/** Rows of numbers, which all models but those of words take. */
export interface PointsInput extends Input {
  readonly points: Matrix;
  readonly columns: readonly string[];
}

export async function readPoints(path: string, columns?: string[]): Promise<PointsInput> {
  const data = await readData(path, columns);
  return { ...data, nRows: data.points.shape[0] };
}
