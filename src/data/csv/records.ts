import { FileFormatError } from '../../errors.js';
import { CELL_ERRORS } from './numbers.js';

/** One character between fields; a space stands for any run of blanks, nothing for lines of one field. */
export type Delimiter = string;

/** The most fields of a line that are told apart: more than any file of rows has. */
const MOST_FIELDS = 100_000;

/** Takes a line's fields, and where the line begins and ends; anything true ends the reading. */
export type Visit = (fields: string[], start: number, end: number) => unknown;

/**
 * The records of a text with plain line ends, from a position on: blank lines are passed over, lines that begin with `#`
 * go to `comment`. A quoted field may hold delimiters, line ends, and quotes written twice. Takes time linear in the text.
 *
 * @param most fields of a line that are told apart; a longer line has that many
 * @param hasComments whether `#` begins a comment; a cell of a spreadsheet that shows an error, such as `#N/A`, begins none
 * @throws FileFormatError for quotes that do not pair
 */
export function eachRecord(
  text: string,
  {
    from = 0,
    delimiter,
    most = MOST_FIELDS,
    hasComments = true,
  }: { from?: number; delimiter: Delimiter; most?: number; hasComments?: boolean },
  visit: Visit,
  comment: (start: number, end: number) => void = () => {},
): void {
  const split = splitter(delimiter, most);
  for (let at = from; at < text.length; ) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const first = firstMark(text, at, end);
    if (first === HASH && hasComments && !beginsWithError(text, at, delimiter)) comment(at, end);
    else if (first !== 0) {
      // To look for the next quote once for many lines would be quadratic: V8 moves the search out of its condition.
      const line = text.slice(at, end);
      let fields: string[];
      if (line.includes('"')) ({ fields, end } = quotedRecord(text, at, delimiter, most));
      else fields = split(line);
      if (visit(fields, at, end)) return;
    }
    at = end + 1;
  }
}

/** The line of a position, counted from 1. Called for messages only: counting along would slow every row. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < position; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** Without a byte order mark, and with `\n` alone at the ends of lines. */
export function withPlainNewlines(text: string): string {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return body.includes('\r') ? body.replace(/\r\n?/g, '\n') : body;
}

const [HASH, QUOTE, NEWLINE] = [35, 34, 10];

const isBlank = (code: number) => code === 32 || code === 9;

/** The first character of a line that is no blank; 0 where there is none. */
function firstMark(text: string, at: number, end: number): number {
  while (at < end && text.charCodeAt(at) <= 32) at++;
  return at < end ? text.charCodeAt(at) : 0;
}

const LONGEST_ERROR = Math.max(...CELL_ERRORS.map(({ length }) => length));

/** Whether the first field of a line is `#N/A` or another error of a spreadsheet. */
function beginsWithError(text: string, at: number, delimiter: Delimiter): boolean {
  const begin = text.slice(at, at + LONGEST_ERROR + 1).toLowerCase();
  return CELL_ERRORS.some(
    word =>
      begin.startsWith(word) && ['', '\n', delimiter].includes(begin.slice(word.length, word.length + 1)),
  );
}

function splitter(delimiter: Delimiter, most: number): (line: string) => string[] {
  if (delimiter === '') return line => [line];
  if (delimiter === ' ') return line => line.trim().split(/[ \t]+/, most);
  return line => line.split(delimiter, most);
}

/** A record of which some field may be quoted; it may end lines after the one on which it begins. */
function quotedRecord(text: string, start: number, delimiter: Delimiter, most: number) {
  const fields: string[] = [];
  const mark = delimiter === '' ? -1 : delimiter.charCodeAt(0);
  const ends = (code: number) => code === mark || (mark === 32 && isBlank(code));
  const skipBlanks = (i: number) => {
    while (isBlank(text.charCodeAt(i)) && (mark === 32 || text.charCodeAt(i) !== mark)) i++;
    return i;
  };
  for (let at = start; ; at++) {
    const open = skipBlanks(at);
    let end = open;
    if (text.charCodeAt(open) === QUOTE) {
      const close = closingQuote(text, open, start);
      if (fields.length < most) fields.push(text.slice(open + 1, close).replaceAll('""', '"'));
      end = skipBlanks(close + 1);
      // A run of blanks has been passed over: what follows must be a field of its own.
      if (mark === 32 && end > close + 1 && end < text.length && text.charCodeAt(end) !== NEWLINE) end--;
      const code = text.charCodeAt(end);
      if (end < text.length && code !== NEWLINE && !ends(code)) {
        throw new FileFormatError(
          `Line ${lineAt(text, start)} has a stray quote. Write a quote inside a quoted field twice ("").`,
        );
      }
    } else {
      while (end < text.length && text.charCodeAt(end) !== NEWLINE && !ends(text.charCodeAt(end))) end++;
      const isTail = mark === 32 && end === open; // blanks before the end of the line
      if (fields.length < most && !isTail) fields.push(text.slice(mark === 32 ? open : at, end));
    }
    if (end >= text.length || text.charCodeAt(end) === NEWLINE) return { fields, end };
    at = end;
  }
}

function closingQuote(text: string, open: number, start: number): number {
  for (let i = open + 1; ; i += 2) {
    i = text.indexOf('"', i);
    if (i < 0) {
      throw new FileFormatError(
        `Line ${lineAt(text, start)} opens a quote that is never closed. Write a quote inside a quoted field twice ("").`,
      );
    }
    if (text.charCodeAt(i + 1) !== QUOTE) return i;
  }
}
