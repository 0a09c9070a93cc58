import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Papa from 'papaparse';
import { formatNpy, type NpyArray } from '../data/npy.js';
import { fileKind } from './data.js';
import { fileError } from './files.js';

const ROWS_AT_ONCE = 8192;

/** Write to stdout, at the pace of the reader. */
export async function print(text: string | Iterable<string>): Promise<void> {
  const pieces = typeof text === 'string' ? [`${text}\n`] : text;
  try {
    await pipeline(Readable.from(pieces), process.stdout, { end: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return; // as in `… | head`
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

/** Write an array to a .npy or CSV file, as its name says; without a file, as CSV to stdout. */
export async function writeArray(
  path: string | undefined,
  array: NpyArray,
  header: string[],
  names?: RowNames,
): Promise<void> {
  if (path === undefined) return print(csvLines(array, header, names));
  try {
    if (fileKind(path) === 'npy') await writeFile(path, formatNpy(array));
    else await pipeline(Readable.from(csvLines(array, header, names)), createWriteStream(path));
  } catch (error) {
    throw fileError(path, error, 'written');
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(value)}\n`);
  } catch (error) {
    throw fileError(path, error, 'written');
  }
}

/** CSV text in pieces of many lines; numbers as short as they can be without losing a bit. */
export function* csvLines(
  { data, shape: [n, d = 1] }: NpyArray,
  header: string[],
  names?: RowNames,
): Generator<string> {
  const before = names && Array.from(names.values, name => `${Papa.unparse([[name]])},`);
  yield `${names ? `${names.header},` : ''}${header.join(',')}\n`;
  for (let begin = 0; begin < n; begin += ROWS_AT_ONCE) {
    const end = Math.min(n, begin + ROWS_AT_ONCE);
    let text = '';
    for (let i = begin; i < end; i++)
      text += `${before?.[i] ?? ''}${data.subarray(i * d, (i + 1) * d).join(',')}\n`;
    yield text;
  }
}

/** The rows of an array, for JSON. */
export function nested({ data, shape: [n, d = 1] }: NpyArray): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d)));
}
