import type { Matrix } from '../matrix.js';
import type { Advised } from './advice.js';
import type { Decimal } from './numbers.js';
import type { Delimiter } from './records.js';
import type { CsvSequences } from './sequences.js';

export interface CsvOptions {
  /**
   * Columns to read, in this order: names, positions from 0, or ranges of either ('2-5', 'a-d', both ends included).
   * Default: all but a first column without a name, which holds row numbers.
   */
  columns?: readonly string[];
  /**
   * A column, of numbers or of text, that says to which sequence a row belongs; it is none of the default columns. Rows
   * of one sequence that are apart are brought together, in their order.
   */
  sequenceColumn?: string;
  /** What to take of the chosen columns, in which order. Default: all of them. */
  match?: MatchColumns;
  /** One character between fields; a space stands for any run of blanks. Default: whatever fits the first lines. */
  delimiter?: string;
  /**
   * The mark before decimals; the other one of point and comma, blanks or apostrophes may then group digits by threes.
   * Default: a point, unless the first lines show numbers that have another meaning only.
   */
  decimal?: Decimal;
  /** Whether the first line names the columns. Default: if it reads as names above values. */
  header?: boolean;
  /** Rows with a missing value (nothing, NA, NaN, null, ?, #N/A, …) in a chosen column are an error, or left out. */
  missing?: 'error' | 'drop';
  /**
   * Read columns of text as categories: codes 0, 1, 2, … of their levels, which are sorted by name; columns of numbers keep
   * them. Or the levels of each column to be read, as a model has them: no other text is taken, and columns without levels
   * hold numbers.
   */
  categories?: boolean | readonly (readonly string[] | undefined)[];
  /** Leave columns without a number in the first lines out, and say so in a note. */
  skipText?: boolean;
  /** Keep the lines of the file as they are, in `text`. */
  keepText?: boolean;
  /** How an advice to read the file with other options is worded. Default: as they are written here. */
  advise?: (options: Advised) => string;
}

/**
 * Of the columns chosen, positions in a table, those to read; `names` are all columns', positions where there are none.
 * What a person should know of it goes to `note`.
 */
export type MatchColumns = (
  chosen: readonly number[],
  names: readonly string[],
  hasNames: boolean,
  note: (message: string) => void,
) => readonly number[];

/** Rows of a CSV file, and what its columns are called. */
export interface CsvData {
  points: Matrix;
  /** [d] names, or positions ('0', '1', …) where the file has none */
  columns: string[];
  /** What was guessed, or left out: for people to read. */
  notes: string[];
  /** [d] the levels of each column that holds text, in the order of their codes; absent without `categories`. */
  levels?: (readonly string[] | undefined)[];
  /** Absent without `sequenceColumn`. */
  sequences?: CsvSequences;
  /** [n] which row of the file each is, from 0; absent where that is its own number. */
  rows?: Uint32Array;
  /** Absent without `keepText`. */
  text?: CsvText;
}

/** A table as its file has it. */
export interface CsvText {
  delimiter: Delimiter;
  /** Absent without one. */
  header?: string;
  /** Every row, also those that are left out, without its line end. */
  lines: string[];
}
