import { FileFormatError } from '../../errors.js';
import { type Heading, headingOf, holdsRowNames, isLonger, type Line } from './heading.js';
import { type Decimal, DecimalVotes, numberIn, plainNumber } from './numbers.js';
import { type Delimiter, eachRecord, lineAt } from './records.js';

/** How a table is laid out: what is told, and what its first lines say of the rest. */
export interface Layout {
  readonly delimiter: Delimiter;
  /** Undefined: numbers have a decimal point and nothing between their digits. */
  readonly decimal: Decimal | undefined;
  /** What columns are called; positions without a header. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  /** Whether it says what columns are called, in a header or in a comment. */
  readonly hasNames: boolean;
  /** The header as the file has it. */
  readonly header?: string;
  /** Where the first line that counts begins, and where the rows do. */
  readonly start: number;
  readonly rowsFrom: number;
  /** Columns that are no data: row numbers or names at the left, a class at the right. */
  readonly leftOut: readonly { readonly column: number; readonly note: string }[];
  /** Those of them that have neither a name nor a value in the first rows. */
  readonly empty: readonly number[];
  /** Columns without a number in the first rows, however it is read. */
  readonly text: readonly number[];
  /** How many rows a line above them promises. */
  readonly promisedRows?: number;
  readonly notes: readonly string[];
}

export interface Told {
  readonly delimiter?: Delimiter;
  readonly decimal?: Decimal;
  readonly header?: boolean;
}

interface Sample {
  readonly delimiter: Delimiter;
  readonly lines: readonly Line[];
  /** The last comment before the first line. */
  readonly comment?: string;
  /** Quotes that do not pair under this delimiter: there are no lines beyond. */
  readonly failure?: FileFormatError;
}

/** As much of a file as its layout is read off. */
const SAMPLE = { characters: 1 << 16, lines: 1000 };
/** Nobody's choice needs to be asked where several would do: what comes first is taken. */
const DELIMITERS = ['\t', ';', '|', ',', ' '];

/** @throws FileFormatError for an empty file, or one whose header names nothing */
export function layoutOf(text: string, told: Told): Layout {
  const { from, delimiter } = separatorLine(text);
  const sample = sampleOf(text, from, { ...told, delimiter: told.delimiter ?? delimiter });
  if (sample.lines.length === 0)
    throw new FileFormatError('The CSV file is empty; expected lines of numbers.');
  const notes: string[] = [];
  const promise = promiseOf(sample);
  const lines = promise ? sample.lines.slice(1) : sample.lines;
  const decimal = told.decimal ?? decimalOf(lines);
  const { delimiter: mark, comment } = sample;
  const isValue = (field: string) => Number.isFinite(numberOf(field, decimal));
  const heading = headingOf({ text, lines, delimiter: mark, comment }, told.header, isValue, notes);
  const below = lines.slice(heading.hasHeader ? 1 : 0).map(({ fields }) => fields);
  const leftOut: { column: number; note: string }[] = [];
  if (holdsRowNames(heading, below)) {
    leftOut.push({
      column: 0,
      note: 'the first column, row numbers or names without a name of its own, is left out',
    });
  }
  const taken = new Set(leftOut.map(({ column }) => column));
  const empty = emptyColumns(heading, below).filter(column => !taken.has(column));
  for (const column of empty) {
    leftOut.push({ column, note: `column ${column} has neither a name nor a value, and is left out` });
  }
  if (promise) {
    const line = lineAt(text, sample.lines[0].start);
    notes.push(`line ${line} says how many rows and features there are: it is no row`);
    leftOut.push({
      column: promise.target,
      note: `column ${promise.target}, what the ${promise.target} features are to predict, is left out`,
    });
  }
  if (!told.decimal && decimal) notes.push(decimalNote(decimal));
  const marks: readonly Decimal[] = decimal ? [decimal] : ['.', ','];
  const isNumber = (field: string) => marks.some(mark => Number.isFinite(numberIn(field, mark)));
  return {
    delimiter: sample.delimiter,
    decimal,
    ...heading,
    leftOut,
    empty,
    text: [...heading.names.keys()].filter(
      column => below.length > 0 && !below.some(fields => isNumber(fields[column] ?? '')),
    ),
    promisedRows: promise?.rows,
    notes,
  };
}

/** What delimiters at the ends of lines make, or columns of a spreadsheet that were cleared. */
function emptyColumns({ names, hasNames }: Heading, below: readonly string[][]): number[] {
  if (below.length === 0) return [];
  const isEmpty = (column: number) => below.every(fields => (fields[column] ?? '').trim() === '');
  const found = [...names.keys()].filter(column => (names[column] === '' || !hasNames) && isEmpty(column));
  return found.length < names.length ? found : [];
}

export const numberOf = (field: string, decimal: Decimal | undefined): number =>
  decimal === undefined ? plainNumber(field) : numberIn(field, decimal);

/** `sep=;`, as Excel reads and writes it, before everything else. */
function separatorLine(text: string): { from: number; delimiter?: Delimiter } {
  const [line, , mark] = /^("?)sep=(.)\1[ \t]*(?:\n|$)/i.exec(text.slice(0, 20)) ?? [];
  return line === undefined ? { from: 0 } : { from: line.length, delimiter: mark };
}

/** The first lines under the delimiter that fits them best. @throws FileFormatError for quotes that do not pair */
function sampleOf(text: string, from: number, { delimiter, decimal }: Told): Sample {
  if (delimiter !== undefined) {
    const told = linesOf(text, from, delimiter);
    if (told.lines.length === 0 && told.failure) throw told.failure;
    return told;
  }
  const isOneNumber = (sample: Sample) =>
    decimal === ',' && Number.isFinite(numberIn(sample.lines[0]?.fields[0] ?? '', ','));
  const rivals = DELIMITERS.map(mark => linesOf(text, from, mark));
  const isListed = rivals.some(({ delimiter: mark, lines }) => mark !== ' ' && lines[0]?.fields.length > 1);
  const single = linesOf(text, from, '');
  if (!isListed || isOneNumber(single)) rivals.push(single);
  // With decimal commas, a comma between fields is the last thing to think of.
  if (decimal === ',') rivals.push(...rivals.splice(DELIMITERS.indexOf(','), 1));
  let best: Sample | undefined;
  let most = 0;
  for (const rival of rivals) {
    const fit = fitOf(text, rival, decimal);
    if (fit > most + 1e-9) [best, most] = [rival, fit];
  }
  if (!best && single.failure) throw single.failure;
  return best ?? single;
}

function linesOf(text: string, from: number, delimiter: Delimiter): Sample {
  const lines: Line[] = [];
  let comment: string | undefined;
  let failure: FileFormatError | undefined;
  const limit = from + SAMPLE.characters;
  try {
    eachRecord(
      text,
      { from, delimiter },
      (fields, start, end) => {
        lines.push({ fields, start, end });
        return (lines.length > 1 && end > limit) || lines.length === SAMPLE.lines;
      },
      (start, end) => {
        if (lines.length === 0) comment = text.slice(start, end);
      },
    );
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error;
    failure = error;
  }
  return { delimiter, lines, comment, failure };
}

/**
 * How well a delimiter tells fields apart: lines of one width, and below the first line, whose names may have any mark in
 * them, numbers, or at least fields without other delimiters.
 */
function fitOf(text: string, { delimiter, lines, failure }: Sample, decimal: Decimal | undefined): number {
  if (lines.length === 0) return 0;
  const width = lines[0].fields.length;
  const same = lines.filter(({ fields }) => fields.length === width).length;
  const longer = lines.filter(line => isLonger(text, delimiter, width, line)).length;
  const consistent = Math.max(delimiter !== '' && width === 1 ? 0 : same, longer + 1) / lines.length;
  if (delimiter !== '' && width === 1 && longer === 0) return 0;
  let [all, clean, numbers] = [0, 0, 0];
  for (const { fields } of lines.length > 1 ? lines.slice(1) : lines) {
    for (const field of fields) {
      const isNumber = isAnyNumber(field, decimal);
      all++;
      if (isNumber) numbers++;
      if (isNumber || !/[,;|\t]/.test(field.trim())) clean++;
    }
  }
  return consistent + (clean + numbers) / all - (failure ? 1 : 0);
}

const isAnyNumber = (field: string, decimal: Decimal | undefined): boolean =>
  Number.isFinite(plainNumber(field)) ||
  (decimal !== '.' && Number.isFinite(numberIn(field, ','))) ||
  (decimal !== ',' && Number.isFinite(numberIn(field, '.')));

function decimalOf(lines: readonly Line[]): Decimal | undefined {
  const votes = new DecimalVotes();
  for (const { fields } of lines) for (const field of fields) votes.add(field);
  return votes.decimal;
}

const decimalNote = (decimal: Decimal) =>
  decimal === ','
    ? 'numbers are read with decimal commas: 1,5 is one and a half'
    : 'marks between groups of three digits are read as thousands separators: 81,654 is 81654';

/** scikit-learn's own files say on their first line how many rows and features they have, and what the classes are. */
function promiseOf({ lines }: Sample): { rows: number; target: number } | undefined {
  const [first, second] = lines;
  if (first.fields.length < 3 || second === undefined) return undefined;
  const [rows, features, ...names] = first.fields.map(field => field.trim());
  const isCount = (word: string) => /^[1-9]\d{0,8}$/.test(word);
  if (!isCount(rows) || !isCount(features) || Number(features) + 1 !== second.fields.length) return undefined;
  if (names.some(name => name === '' || Number.isFinite(plainNumber(name)))) return undefined;
  return { rows: Number(rows), target: Number(features) };
}
