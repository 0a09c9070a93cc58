import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Papa from 'papaparse';
import { formatNpy, type NpyArray } from '../data/npy.js';
import type { LevelNames } from '../estimators/table-names.js';
import { fileKind } from './data.js';
import { note } from './exit.js';
import { FileError, fileError, isStdout } from './files.js';
import { type Content, replaceFile } from './replace-file.js';

const ROWS_AT_ONCE = 8192;

/** Write to stdout, at the pace of the reader. */
export async function print(text: string | Iterable<string>): Promise<void> {
  const pieces = typeof text === 'string' ? [`${text}\n`] : text;
  try {
    await pipeline(Readable.from(pieces), process.stdout, { end: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return; // as in `… | head`
    throw fileError('stdout', error, 'written');
  }
}

export const printJson = (value: unknown): Promise<void> => print(JSON.stringify(value));

/** What rows are called: a first column of CSV files; .npy files have none. */
export interface RowNames {
  readonly header: string;
  /** [n] */
  readonly values: readonly string[];
}

/** Rows that a command gives back. */
export interface RowsOut {
  readonly array: NpyArray;
  readonly header: readonly string[];
  readonly names?: RowNames;
  /** What the codes of columns stand for. */
  readonly levels?: LevelNames;
  /** The text of a CSV file, where it is more than these. */
  readonly csv?: () => Iterable<string>;
  /** What `--json` prints. */
  json(): object;
}

/** Where rows go. */
export interface OutOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** The file that `--out` names; none where it means stdout. */
export const fileOf = ({ out }: OutOptions): string | undefined =>
  out !== undefined && isStdout(out) ? undefined : out;

/** Write rows to the file of `--out`, as its ending says, else to stdout as CSV; and with `--json` to stdout as JSON. */
export async function writeRows(options: OutOptions, rows: RowsOut): Promise<void> {
  const { array, header, names, levels, csv = () => csvLines(array, header, names, levels) } = rows;
  const file = fileOf(options);
  const show = () => (options.json ? printJson(rows.json()) : print(csv()));
  if (file === undefined) return show();
  await save(file, contentOf(file, rows, csv), show);
  if (options.json) await show();
  note(`${array.shape[0]} rows written to ${file}`);
}

function contentOf(path: string, rows: RowsOut, csv: () => Iterable<string>): Content {
  const kind = fileKind(path);
  if (kind === 'csv') return csv;
  return kind === 'json' ? jsonFile(rows.json()) : () => [formatNpy(rows.array)];
}

export const jsonFile =
  (value: unknown): Content =>
  () => [`${JSON.stringify(value)}\n`];

/**
 * Put a result in the place of a file; where that fails, `show` it on stdout, so that no work is lost.
 *
 * @throws FileError all the same
 */
export async function save(path: string, content: Content, show: () => Promise<void>): Promise<void> {
  try {
    replaceFile(path, content);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    error.message += await show().then(
      () => ' The result is on stdout instead.',
      ({ message }) => ` ${message}`,
    );
    throw error;
  }
}

/** CSV text in pieces of many lines; numbers as short as they can be without losing a bit. */
export function* csvLines(
  { data, shape: [n, d = 1] }: NpyArray,
  header: readonly string[],
  names?: RowNames,
  levels?: LevelNames,
): Generator<string> {
  const quoted = (texts: readonly string[]) => Papa.unparse([texts as string[]]);
  const cells = levels?.map(column => column?.map(name => quoted([name])));
  const lineOf = (row: NpyArray['data']): string =>
    cells ? Array.from(row, (value, j) => cells[j]?.[value] ?? value).join(',') : row.join(',');
  yield `${quoted(names ? [names.header, ...header] : header)}\n`;
  for (let begin = 0; begin < n; begin += ROWS_AT_ONCE) {
    const end = Math.min(n, begin + ROWS_AT_ONCE);
    let text = '';
    for (let i = begin; i < end; i++) {
      const before = names ? `${quoted([names.values[i]])},` : '';
      text += `${before}${lineOf(data.subarray(i * d, (i + 1) * d))}\n`;
    }
    yield text;
  }
}

/** The rows of an array, for JSON; names in place of codes. */
export function nested({ data, shape: [n, d = 1] }: NpyArray, levels?: LevelNames): (number | string)[][] {
  return Array.from({ length: n }, (_, i) =>
    Array.from(data.subarray(i * d, (i + 1) * d), (value, j) => levels?.[j]?.[value] ?? value),
  );
}
