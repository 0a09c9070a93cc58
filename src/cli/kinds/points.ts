import type { Matrix } from '../../data/matrix.js';
import { readData } from '../data.js';
import { matching } from '../matching.js';
import type { Input, InputOptions, TableNames } from './kind.js';

/** Rows of numbers, which all models but those of words take. */
export interface PointsInput extends Input {
  readonly points: Matrix;
  readonly columns: readonly string[];
}

/** How a model reads files: its columns and levels by name. */
export const pointsReader =
  ({ columns: model, levelNames }: TableNames) =>
  async (path: string, options: InputOptions): Promise<PointsInput> => {
    const data = await readData(path, {
      ...options,
      match: matching(model, options),
      categories: levelNames,
    });
    return { ...data, nRows: data.points.shape[0] };
  };
