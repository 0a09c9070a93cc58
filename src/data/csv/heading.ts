import { quote } from '../../quote.js';
import { isInfinite, isMissing } from './numbers.js';
import { type Delimiter, eachRecord } from './records.js';

export interface Line {
  readonly fields: string[];
  readonly start: number;
  readonly end: number;
}

/** What columns are called, and where rows begin. */
export interface Heading {
  readonly hasHeader: boolean;
  /** Whether the file says what columns are called, in a header or in a comment. */
  readonly hasNames: boolean;
  /** The header as the file has it. */
  readonly header?: string;
  /** What columns are called; positions where nothing says it. */
  readonly names: readonly string[];
  /** Where the first line that counts begins, and where the rows do. */
  readonly start: number;
  readonly rowsFrom: number;
  /** Whether rows have a field before those that the header names: their own names. */
  readonly isShort: boolean;
}

/** The first lines under their delimiter. */
export interface Beginning {
  readonly text: string;
  readonly lines: readonly Line[];
  readonly delimiter: Delimiter;
  /** The last comment before the first line. */
  readonly comment?: string;
}

/**
 * @param told whether the first line is the header
 * @param notes where what is guessed goes
 */
export function headingOf(
  { text, lines, delimiter, comment }: Beginning,
  told: boolean | undefined,
  isNumber: (field: string) => boolean,
  notes: string[],
): Heading {
  const [{ fields: first, start, end }, ...rest] = lines;
  const isValue = (field: string) => isNumber(field) || isInfinite(field);
  const rows = rest.map(({ fields }) => fields);
  const isNarrow = rest.length > 0 && rest.every(row => isLonger(text, delimiter, first.length, row));
  const isOpen = isNarrow && rest.every(row => hasOpenEnd(text, row));
  const isShort = isNarrow && !isOpen;

  if (told ?? (isNarrow || isHeader(first, rows, isValue, notes))) {
    const named = first.map(nameOf);
    const names = isShort ? ['', ...named] : isOpen ? [...named, ''] : named;
    const rowsFrom = Math.min(end + 1, text.length);
    return {
      hasHeader: true,
      hasNames: true,
      header: text.slice(start, end),
      names,
      start,
      rowsFrom,
      isShort,
    };
  }
  const said = told === false ? undefined : namesOfComment(comment, delimiter, first.length, isValue);
  if (said) notes.push('the names of the columns are those of the comment above them');
  const names = said ?? first.map((_, column) => String(column));
  return { hasHeader: false, hasNames: said !== undefined, names, start, rowsFrom: start, isShort: false };
}

const nameOf = (field: string) => field.trim().replace(/\s+/g, ' ');

/**
 * One field more than the header: a row's name at the left, as R's write.table has it (between commas, in quotes), or
 * nothing after a delimiter at the right.
 */
export const isLonger = (text: string, delimiter: Delimiter, width: number, row: Line) =>
  row.fields.length === width + 1 &&
  (delimiter === ' ' || delimiter === '\t' || text[row.start] === '"' || hasOpenEnd(text, row));

/** Whether a line without a quoted name ends in a delimiter. */
const hasOpenEnd = (text: string, { fields, start }: Line) =>
  fields.length > 1 && fields[fields.length - 1].trim() === '' && text[start] !== '"';

/**
 * Whether the first line names the columns: all of it is text, or its text stands above numbers, or its numbers are names.
 * A line of text above text and of numbers above numbers is a row.
 */
function isHeader(
  first: readonly string[],
  rows: readonly string[][],
  isNumber: (field: string) => boolean,
  notes: string[],
): boolean {
  const isText = (field: string) => !isNumber(field) && !isMissing(field);
  const columns = [...first.keys()];
  const words = columns.filter(column => isText(first[column]));
  const numbers = columns.filter(column => isNumber(first[column]));
  if (numbers.length === 0) return words.length > 0;
  const holdsNumbers = (column: number) => rows.some(fields => isNumber(fields[column] ?? ''));
  const below = numbers.flatMap(column => rows.map(fields => fields[column] ?? ''));
  const counted = numbers.map(column => first[column]);
  const said = `the first line, ${quote(first.join(','))}, is read as`;

  if (words.length > 0) {
    const isRow =
      rows.length > 0 &&
      !words.some(holdsNumbers) &&
      numbers.some(holdsNumbers) &&
      !areNames(counted, below, true);
    notes.push(isRow ? `${said} a row` : `${said} the header`);
    return !isRow;
  }
  if (rows.length === 0) return false;
  if (first[0].trim() === '') {
    const [corner] = columnsOf(rows, 1);
    return isRun(counted, 0) || isCounting(corner) || corner.every(isText);
  }
  const isNamed = areNames(counted, below, false);
  if (isNamed) notes.push(`${said} the header`);
  else if (isRun(counted, 0) || areYears(counted)) notes.push(`${said} a row`);
  return isNamed;
}

const columnsOf = (rows: readonly string[][], count: number) =>
  Array.from({ length: count }, (_, column) => rows.map(fields => fields[column] ?? ''));

/**
 * Whether numbers in a first line are names of columns: 0, 1, 2, … or 1, 2, 3, …, as programs number them, or years in a row,
 * above numbers of another kind.
 */
function areNames(words: readonly string[], below: readonly string[], standBesideText: boolean): boolean {
  const isOther = !below.some(isWhole);
  if (areYears(words)) return isOther || (standBesideText && !below.some(isYear));
  return isOther && words.length > 1 && (isRun(words, 0) || isRun(words, 1));
}

const isWhole = (field: string) => /^\s*[+-]?\d+\s*$/.test(field);
const isYear = (field: string) => /^\s*[12]\d{3}\s*$/.test(field);
const areYears = (words: readonly string[]) => words.every(isYear) && isRun(words, Number(words[0]));

/** first, first + 1, … */
const isRun = (words: readonly string[], first: number) =>
  words.length > 0 && words.every((word, j) => isWhole(word) && Number(word) === first + j);

/** Row numbers: 0, 1, 2, … or 1, 2, 3, … */
export const isCounting = (fields: readonly string[]): boolean => isRun(fields, 0) || isRun(fields, 1);

/** numpy.savetxt(header='a b') and others write the names of columns into a comment. */
function namesOfComment(
  comment: string | undefined,
  delimiter: Delimiter,
  width: number,
  isNumber: (field: string) => boolean,
): string[] | undefined {
  const said = comment?.trim().replace(/^#+/, '').trim() ?? '';
  if (said === '' || said.length > MOST_COMMENT) return undefined;
  let names: string[] = [];
  try {
    eachRecord(said, { delimiter }, fields => (names = fields.map(nameOf)));
  } catch {
    return undefined; // quotes that do not pair: words, not names
  }
  const isProse = names.some(name => /[.,:;!?]$/.test(name)) || new Set(names).size < names.length;
  return names.length === width && width > 1 && !isProse && !names.some(isNumber) ? names : undefined;
}

const MOST_COMMENT = 1 << 16;

/** Whether the first column holds row numbers or names: it has no name of its own, or pandas' for one without. */
export function holdsRowNames({ names, isShort }: Heading, rows: readonly string[][]): boolean {
  if (names.length < 2) return false;
  if (isShort || names[0] === '') return true;
  return /^unnamed: 0$/i.test(names[0]) && rows.length > 0 && isCounting(rows.map(([field]) => field));
}
