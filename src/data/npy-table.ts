import { FileFormatError, InvalidArgumentError, InvalidDataError } from '../errors.js';
import { type Advised, asLiteral } from './csv/advice.js';
import { chooseColumns } from './csv/columns.js';
import type { CsvData, CsvOptions } from './csv.js';
import { checkFeatures, matrix } from './matrix.js';
import { openNpy } from './npy.js';

/** What may be asked of a table without names: columns by position, or by ranges of positions. */
export type NpyTableOptions = Pick<
  CsvOptions,
  'columns' | 'match' | 'missing' | 'sequenceColumn' | 'categories' | 'advise'
>;

/**
 * A `.npy` file as a table whose columns are called '0', '1', …
 *
 * @throws FileFormatError, InvalidDataError as `parseNpy`; InvalidArgumentError for a sequence column
 */
export function parseNpyTable(bytes: ArrayBuffer | Uint8Array, options: NpyTableOptions = {}): CsvData {
  const { columns, match = all => all, missing, sequenceColumn, categories, advise = asLiteral } = options;
  if (sequenceColumn !== undefined) {
    throw new InvalidArgumentError(
      'The columns of a .npy file have no names; a sequence column is for CSV files.',
    );
  }
  const array = openNpy(bytes);
  const [n, d] = array.shape;
  if (!columns) checkFeatures(d);
  const names = Array.from({ length: d }, (_, column) => String(column));
  const notes: string[] = [];
  const asked = columns ? chooseColumns(names, columns) : [...names.keys()];
  const chosen = match(asked, names, false, note => notes.push(note));
  checkFeatures(chosen.length);
  const all = array.values();
  const data = new (all instanceof Float32Array ? Float32Array : Float64Array)(n * chosen.length);
  const kept: number[] = [];
  for (let i = 0; i < n; i++) {
    const bad = chosen.findIndex((column, j) => {
      data[kept.length * chosen.length + j] = all[i * d + column];
      return !Number.isFinite(all[i * d + column]);
    });
    if (bad < 0) kept.push(i);
    else {
      const value = all[i * d + chosen[bad]];
      if (missing !== 'drop' || !Number.isNaN(value))
        throw notFinite({ row: i, column: chosen[bad], value }, advise);
    }
  }
  if (kept.length === 0) throw new FileFormatError(`Each of ${n} rows has a missing value.`);
  if (kept.length < n) notes.push(`${n - kept.length} of ${n} rows with missing values are left out`);
  return {
    points: matrix(data.slice(0, kept.length * chosen.length), [kept.length, chosen.length]),
    columns: chosen.map(String),
    notes,
    ...(categories && { levels: chosen.map(() => undefined) }),
    ...(kept.length < n && { rows: Uint32Array.from(kept) }),
  };
}

function notFinite(
  { row, column, value }: { row: number; column: number; value: number },
  advise: (options: Advised) => string,
): InvalidDataError {
  const advice = Number.isNaN(value)
    ? `Try ${advise({ missing: 'drop' })}, which leaves such rows out.`
    : 'Try dropping or replacing such rows before saving.';
  return new InvalidDataError(
    `Row ${row}, column ${column} is ${value}; every value must be finite (rows and columns count from 0). ${advice}`,
  );
}
