import { type CsvData, type CsvOptions, parseCsv } from '../data/csv.js';
import { isNpy } from '../data/npy.js';
import { parseNpyTable } from '../data/npy-table.js';
import { textOf } from '../data/text.js';
import { note } from './exit.js';
import { about, readBytes } from './files.js';
import type { TableNames } from './kinds/kind.js';
import { asFlags, type ReadingOptions } from './reading.js';

export type FileKind = 'csv' | 'npy' | 'json';

/** How a file is written, by its ending: .npy, .json, and CSV whatever else. */
export const fileKind = (path: string): FileKind =>
  /\.npy$/i.test(path) ? 'npy' : /\.json$/i.test(path) ? 'json' : 'csv';

/** What is asked of a table besides its rows, by what is to be done with them. */
export type TableOptions = ReadingOptions &
  Pick<CsvOptions, 'sequenceColumn' | 'match' | 'categories' | 'keepText'>;

/** The rows of a table, from a CSV or .npy file, or from stdin for `-`. What was guessed or left out is noted. */
export async function readData(path: string, options: TableOptions = {}): Promise<CsvData> {
  const { columns, delimiter, decimal, header, missing, sequenceColumn, match, categories, keepText } =
    options;
  const data = await about(path, async () => {
    const bytes = await readBytes(path);
    if (isNpy(bytes) || fileKind(path) === 'npy')
      return parseNpyTable(bytes, { ...options, advise: asFlags });
    return parseCsv(textOf(bytes), {
      ...{ columns, delimiter, decimal, header, missing, sequenceColumn, match, categories, keepText },
      advise: asFlags,
    });
  });
  for (const message of data.notes) note(`${message}.`);
  return data;
}

/** What a model is told of the names in a table. */
export const tableNames = ({ columns, levels }: CsvData): TableNames => ({
  columns: namesOf(columns),
  levelNames: levels?.some(names => names) ? levels : undefined,
});

/** What a model keeps of columns: names. Positions, which stand for them in files without a header, are none. */
export const namesOf = (columns: readonly string[]): readonly string[] | undefined =>
  columns.every(name => /^\d+$/.test(name)) ? undefined : columns;
