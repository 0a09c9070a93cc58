import { type CsvData, type CsvOptions, parseCsv } from '../data/csv.js';
import { parseNpy } from '../data/npy.js';
import { InvalidArgumentError } from '../errors.js';
import { about, readBytes, readText } from './files.js';
import type { TableNames } from './kinds/kind.js';

export type FileKind = 'csv' | 'npy' | 'json';

/** By its ending: .npy, .json, and CSV whatever else. */
export const fileKind = (path: string): FileKind =>
  /\.npy$/i.test(path) ? 'npy' : /\.json$/i.test(path) ? 'json' : 'csv';

/** What is asked of a table besides its rows, by what is to be done with them. */
export type TableOptions = Pick<
  CsvOptions,
  'columns' | 'sequenceColumn' | 'match' | 'categories' | 'keepText'
>;

/** The rows of a CSV or .npy file; CSV from stdin for `-`. */
export function readData(path: string, options: TableOptions = {}): Promise<CsvData> {
  const { columns, sequenceColumn, match, categories, keepText } = options;
  return about(path, async () => {
    if (fileKind(path) !== 'npy') {
      return parseCsv(await readText(path), { columns, sequenceColumn, match, categories, keepText });
    }
    if (columns ?? sequenceColumn) {
      const option = columns ? '--columns' : '--sequence-column';
      throw new InvalidArgumentError(`The columns of a .npy file have no names; ${option} is for CSV files.`);
    }
    const points = parseNpy(await readBytes(path));
    const names = Array.from({ length: points.shape[1] }, (_, j) => String(j));
    match?.([...names.keys()], names, false);
    return { points, columns: names };
  });
}

/** What a model is told of the names in a table. */
export const tableNames = ({ columns, levels }: CsvData): TableNames => ({
  columns: namesOf(columns),
  levelNames: levels?.some(names => names) ? levels : undefined,
});

/** What a model keeps of columns: names. Positions, which stand for them in files without a header, are none. */
export const namesOf = (columns: readonly string[]): readonly string[] | undefined =>
  columns.every(name => /^\d+$/.test(name)) ? undefined : columns;
