import Papa from 'papaparse';
import type { CsvText } from '../data/csv.js';
import type { Matrix } from '../data/matrix.js';
import type { NpyArray } from '../data/npy.js';
import type { RowsOut } from './output.js';

/** Columns to stand beside the rows that were read. */
export interface Added {
  readonly header: readonly string[];
  /** [n, columns] */
  readonly array: NpyArray;
}

/** A table that was read. */
interface Table {
  readonly points: Matrix;
  /** The lines of its file; absent where it has no text. */
  readonly text?: CsvText;
  /** [n] which row of the file each is. Default: its own number. */
  readonly rows?: Uint32Array;
}

/**
 * A table with columns added at the right. Cells keep their text, and rows that were not read get empty ones. A file
 * without text gives its numbers.
 */
export function appended({ points, text = textOf(points), rows }: Table, { header, array }: Added): RowsOut {
  const [n, d] = points.shape;
  const width = header.length;
  const cells = (row: number) => array.data.subarray(row * width, (row + 1) * width);
  const { delimiter, header: own, lines } = text;
  const places = new Map(rows && Array.from(rows, (line, row) => [line, row]));
  function* csv(): Generator<string> {
    if (own !== undefined) {
      const names = apartFrom(own, delimiter, header);
      yield `${own}${delimiter}${Papa.unparse([names], { delimiter })}\n`;
    }
    for (let line = 0; line < lines.length; line++) {
      const row = rows ? places.get(line) : line;
      const values = row === undefined ? new Array(width).fill('') : Array.from(cells(row));
      yield `${lines[line]}${delimiter}${values.join(delimiter)}\n`;
    }
  }
  const all = new Float64Array(n * (d + width));
  const numbers = () => {
    for (let row = 0; row < n; row++) {
      all.set(points.data.subarray(row * d, (row + 1) * d), row * (d + width));
      all.set(cells(row), row * (d + width) + d);
    }
    return { data: all, shape: [n, d + width] };
  };
  return {
    array: numbers(),
    header,
    csv,
    json: () => Object.fromEntries(header.map((name, j) => [name, column(array, j, width)])),
  };
}

function textOf({ data, shape: [n, d] }: Matrix): CsvText {
  const header = Array.from({ length: d }, (_, j) => `x${j}`).join(',');
  const lines = Array.from({ length: n }, (_, row) => data.subarray(row * d, (row + 1) * d).join(','));
  return { delimiter: ',', header, lines };
}

/** Names for new columns that none of the file's have: `state`, or `state_2`. */
function apartFrom(header: string, delimiter: string, names: readonly string[]): string[] {
  const fields =
    delimiter === ' ' ? header.trim().split(/\s+/) : Papa.parse<string[]>(header, { delimiter }).data[0];
  const taken = new Set(fields.map(field => field.trim().replace(/^"|"$/g, '')));
  return names.map(name => {
    let free = name;
    for (let count = 2; taken.has(free); count++) free = `${name}_${count}`;
    return free;
  });
}

const column = ({ data }: NpyArray, j: number, width: number): number[] =>
  Array.from({ length: data.length / width }, (_, row) => data[row * width + j]);

/** [n, columns] of columns [n] each. */
export function besideEachOther(columns: readonly ArrayLike<number>[]): NpyArray {
  const [n, width] = [columns[0].length, columns.length];
  const data = new Float64Array(n * width);
  columns.forEach((values, j) => {
    for (let row = 0; row < n; row++) data[row * width + j] = values[row];
  });
  return { data, shape: [n, width] };
}

/** The label of each row, and its probability; ties go to the smaller one. */
export function likeliest(probabilities: Float64Array, k: number) {
  const n = probabilities.length / k;
  const labels = new Uint32Array(n);
  for (let row = 0; row < n; row++) {
    for (let j = 1; j < k; j++) {
      if (probabilities[row * k + j] > probabilities[row * k + labels[row]]) labels[row] = j;
    }
  }
  return { labels, probability: entryOf(probabilities, k, labels) };
}

/** [n] of K numbers a row that of its label. */
export const entryOf = (values: Float64Array, k: number, labels: Uint32Array): Float64Array =>
  Float64Array.from(labels, (label, row) => values[row * k + label]);
