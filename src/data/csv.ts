import Papa from 'papaparse';
import { FileFormatError } from '../errors.js';
import { Categories } from './categories.js';
import { type Matrix, matrix } from './matrix.js';

export interface CsvOptions {
  /**
   * Columns to read, in this order: names where the file has a header, otherwise positions counted from '0'.
   * Default: all of them.
   */
  columns?: readonly string[];
  /** A column, of numbers or of text, whose value changes where a new sequence begins; it is none of the default columns. */
  sequenceColumn?: string;
  /** What to take of the chosen columns, in which order. Default: all of them. */
  match?: MatchColumns;
  /**
   * Read columns of text as categories: codes 0, 1, 2, … of their levels, which are sorted by name; columns of numbers keep
   * them. Or the levels of each column to be read, as a model has them: no other text is taken, and columns without levels
   * hold numbers.
   */
  categories?: boolean | readonly (readonly string[] | undefined)[];
  /** Keep the lines of the file as they are, in `text`. */
  keepText?: boolean;
}

/** Of the columns chosen, positions in a table, those to read; `names` are all columns', positions where there are none. */
export type MatchColumns = (
  chosen: readonly number[],
  names: readonly string[],
  hasNames: boolean,
) => readonly number[];

/** Rows of a CSV file, and what its columns are called. */
export interface CsvData {
  points: Matrix;
  /** [d] names, or positions ('0', '1', …) where the file has no header */
  columns: string[];
  /** [d] the levels of each column that holds text, in the order of their codes; absent without `categories`. */
  levels?: (readonly string[] | undefined)[];
  /** Absent without `sequenceColumn`. */
  sequences?: CsvSequences;
  /** Absent without `keepText`. */
  text?: CsvText;
}

/** A table as its file has it. */
export interface CsvText {
  delimiter: string;
  /** Absent without one. */
  header?: string;
  /** [n] every row, without its line end */
  lines: string[];
}

/** What the column says of each sequence, and how many rows it has. */
export interface CsvSequences {
  names: string[];
  lengths: number[];
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
const NUMBER_OR_MISSING = /^\s*(?:[+-]?(?:nan|inf|infinity))?\s*$/i;
const CHUNK = 1 << 22;

/**
 * Read the numeric columns of a CSV text.
 *
 * The delimiter (comma, semicolon, tab, bar) is detected, quotes and blank lines are understood. The first line
 * is the header if it holds any text; a line of numbers (or nan, inf, nothing) is data.
 *
 * @throws FileFormatError with the line as an editor counts it, for a file without rows, a line of another length,
 *   a field of a chosen column that is not a finite number, a choice that does not fit the header
 * @throws InvalidDataError for more than 128 columns
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvData {
  const lines = withPlainNewlines(text);
  const values = new GrowingArray();
  const sequences: CsvSequences = { names: [], lengths: [] };
  let layout: Layout | undefined;
  const kept: CsvText = { delimiter: options.keepText ? delimiterOf(lines) : '', lines: [] };
  let coders: (Categories | undefined)[] | undefined;
  let nRows = 0;

  eachRow(lines, (row, start, end) => {
    const line = options.keepText ? lines.slice(start, end).replace(/\n$/, '') : '';
    if (!layout) {
      layout = layoutOf(row, start, options);
      if (layout.hasHeader) kept.header = line;
      if (layout.hasHeader) return;
    }
    if (options.keepText) kept.lines.push(line);
    if (row.length !== layout.width) {
      throw new FileFormatError(
        `Line ${lineAt(lines, start)} has ${fields(row.length)} where line ${lineAt(lines, layout.start)} has ` +
          `${layout.width}. Try to mend the line, or to quote fields that hold the delimiter.`,
      );
    }
    coders ??= codersOf(layout.chosen.length, options.categories);
    for (let j = 0; j < layout.chosen.length; j++) {
      const index = layout.chosen[j];
      const value = coders[j]?.code(row[index]) ?? numberOf(row[index]);
      if (!Number.isFinite(value)) throw unreadable(row, index, layout, lineAt(lines, start), coders[j]);
      values.push(value);
    }
    if (layout.sequence !== undefined) addRow(sequences, row[layout.sequence].trim());
    nRows++;
  });

  if (!layout) throw new FileFormatError('The CSV file is empty; expected lines of numbers.');
  if (nRows === 0) {
    throw new FileFormatError(
      `The CSV file has a header (${list(layout.names)}) but no rows; expected lines of numbers below it.`,
    );
  }
  const data = values.toArray();
  const levels = options.categories && decode(data, coders ?? []);
  return {
    points: matrix(data, [nRows, layout.chosen.length]),
    columns: layout.chosen.map(index => layout!.names[index]),
    ...(levels && { levels }),
    ...(layout.sequence !== undefined && { sequences }),
    ...(options.keepText && { text: kept }),
  };
}

/** What the first line says about all others. */
interface Layout {
  hasHeader: boolean;
  names: string[];
  width: number;
  /** [d] positions of the columns to read */
  chosen: number[];
  /** whether the caller chose them */
  byChoice: boolean;
  /** position of the column that tells sequences apart */
  sequence?: number;
  /** where the first line starts in the text */
  start: number;
}

function layoutOf(first: string[], start: number, options: CsvOptions): Layout {
  const { columns: choice, sequenceColumn, match = all => all } = options;
  const hasHeader = !first.every(field => NUMBER.test(field) || NUMBER_OR_MISSING.test(field));
  const names = first.map((field, index) => (hasHeader ? field.trim().replace(/\s+/g, ' ') : String(index)));
  const sequence = sequenceColumn === undefined ? undefined : choose(names, [sequenceColumn])[0];
  const candidates = choice ? choose(names, choice) : [...names.keys()].filter(index => index !== sequence);
  if (candidates.length === 0) throw new FileFormatError(`There is no column but "${sequenceColumn}".`);
  const chosen = [...match(candidates, names, hasHeader)];
  return { hasHeader, names, width: first.length, chosen, byChoice: choice !== undefined, sequence, start };
}

function choose(names: string[], choice: readonly string[]): number[] {
  if (choice.length === 0) {
    throw new FileFormatError(`No column is chosen; the file has ${list(names)}.`);
  }
  return choice.map((name, i) => {
    const index = names.indexOf(name);
    if (index < 0) throw new FileFormatError(`There is no column "${name}"; the file has ${list(names)}.`);
    if (names.indexOf(name, index + 1) >= 0) {
      throw new FileFormatError(
        `The header names column "${name}" more than once: ${list(names)}. Try to rename one.`,
      );
    }
    if (choice.indexOf(name) < i) throw new FileFormatError(`Column "${name}" is chosen more than once.`);
    return index;
  });
}

function addRow({ names, lengths }: CsvSequences, name: string): void {
  if (names.length === 0 || name !== names[names.length - 1]) {
    names.push(name);
    lengths.push(0);
  }
  lengths[lengths.length - 1]++;
}

/** The rows that are not blank, each with its position in the text. */
function eachRow(text: string, visit: (row: string[], start: number, end: number) => void): void {
  let end = 0;
  Papa.parse<string[]>(text, {
    delimiter: delimiterOf(text),
    newline: '\n',
    chunkSize: CHUNK,
    step({ data: row, errors, meta }) {
      const start = end;
      end = meta.cursor;
      const quotes = errors.find(error => error.type === 'Quotes');
      if (quotes) {
        const what =
          quotes.code === 'MissingQuotes' ? 'opens a quote that is never closed' : 'has a stray quote';
        throw new FileFormatError(
          `Line ${lineAt(text, start)} ${what}. Write a quote inside a quoted field twice ("").`,
        );
      }
      if (row.length > 1 || row[0].trim() !== '') visit(row, start, end);
    },
  });
}

/** The delimiter of the first lines; a comma where there is only one column. */
function delimiterOf(text: string): string {
  const head = text.slice(0, CHUNK);
  return Papa.parse(head, { newline: '\n', preview: 1, skipEmptyLines: true }).meta.delimiter;
}

function numberOf(field: string): number {
  return NUMBER.test(field) ? Number(field) : Number.NaN;
}

function codersOf(d: number, categories: CsvOptions['categories']): (Categories | undefined)[] {
  if (categories === true) return Array.from({ length: d }, () => new Categories());
  return Array.from({ length: d }, (_, j) => {
    const levels = categories ? categories[j] : undefined;
    return levels && new Categories(levels);
  });
}

/** Put what codes stand for in the place of the codes. */
function decode(data: Float64Array, coders: readonly (Categories | undefined)[]) {
  const meanings = coders.map(coder => coder?.finish(numberOf));
  const d = coders.length;
  for (let i = 0; i < data.length; i++) data[i] = meanings[i % d]?.values[data[i]] ?? data[i];
  return meanings.map(meaning => meaning?.levels);
}

function unreadable(
  row: string[],
  index: number,
  layout: Layout,
  line: number,
  coder?: Categories,
): FileFormatError {
  if (!coder) return notANumber(row, index, layout, line);
  const got = row[index].trim() === '' ? 'an empty field' : brief(row[index].trim());
  const expected = coder.known ? `one of ${list(coder.known)}` : 'a value';
  return new FileFormatError(
    `Line ${line}, column "${layout.names[index]}": expected ${expected}, got ${got}.`,
  );
}

function notANumber(row: string[], index: number, layout: Layout, line: number): FileFormatError {
  const field = row[index];
  const got = field.trim() === '' ? 'an empty field' : brief(field);
  let advice = 'Try to mend or to drop the line.';
  if (/^\s*[+-]?\d+,\d+\s*$/.test(field)) advice = 'Try a decimal point in place of the comma.';
  else if (!layout.byChoice) {
    const numeric = layout.names.filter((_, column) => Number.isFinite(numberOf(row[column])));
    if (numeric.length > 0) {
      const names = Papa.unparse([numeric]);
      advice = `Try to mend the line, or choose the columns ${/[^\w,.-]/.test(names) ? `'${names}'` : names}.`;
    }
  }
  return new FileFormatError(
    `Line ${line}, column "${layout.names[index]}": expected a finite number, got ${got}. ${advice}`,
  );
}

function withPlainNewlines(text: string): string {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body;
}

/** The line of `position`, counted from 1. Called for errors only: counting along would slow every row. */
function lineAt(text: string, position: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < position; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

const fields = (count: number) => (count === 1 ? '1 field' : `${count} fields`);

const brief = (field: string) => JSON.stringify(field.length > 40 ? `${field.slice(0, 40)}…` : field);

function list(names: readonly string[], most = 20): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Numbers of which nobody knows how many will come. */
class GrowingArray {
  private data = new Float64Array(1 << 10);
  private length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Float64Array(2 * this.data.length);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  toArray(): Float64Array {
    return this.data.slice(0, this.length);
  }
}
