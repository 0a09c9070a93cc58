import { InvalidArgumentError } from '../errors.js';
import { inWords } from '../numbers.js';
import type { CsvData, CsvOptions } from './csv/options.js';
import { withPlainNewlines } from './csv/records.js';
import { Table } from './csv/table.js';

export type { CsvData, CsvOptions, CsvText, MatchColumns } from './csv/options.js';
export type { CsvSequences } from './csv/sequences.js';

/**
 * Read the numeric columns of a CSV text, in time linear in its length.
 *
 * Layouts that people's programs write by default are told from the first lines: commas, semicolons, tabs, bars or blanks
 * between fields, decimal commas, quotes, comments (`#`), a line `sep=;`, row numbers without a name, a header that is
 * one field short. What is guessed is in `notes`; what could mean two things is refused. The first line is the header if
 * it is text, or text above numbers, or if its numbers are names (0, 1, 2, …, or years) above numbers of another kind.
 *
 * @throws FileFormatError with the line as an editor counts it, for a file without rows, a line of another length,
 *   a field of a chosen column that is not a finite number, a choice that does not fit the header
 * @throws InvalidDataError for more than 128 columns
 * @throws InvalidArgumentError for an option that is none
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvData {
  checkOptions(options);
  return new Table(withPlainNewlines(text), options).read();
}

function checkOptions({ delimiter, decimal, missing, columns, sequenceColumn }: CsvOptions): void {
  if (delimiter !== undefined && !(isText(delimiter) && /^[^"#\n\r]$/.test(delimiter))) {
    throw new InvalidArgumentError(
      `delimiter must be one character, such as ';' or '\\t', and neither a quote nor #; got ${inWords(delimiter)}.`,
    );
  }
  if (decimal !== undefined && decimal !== '.' && decimal !== ',') {
    throw new InvalidArgumentError(`decimal must be '.' or ',', got ${inWords(decimal)}.`);
  }
  if (missing !== undefined && missing !== 'error' && missing !== 'drop') {
    throw new InvalidArgumentError(`missing must be 'error' or 'drop', got ${inWords(missing)}.`);
  }
  if (columns !== undefined && !(Array.isArray(columns) && columns.every(isText))) {
    throw new InvalidArgumentError(
      `columns must be a list of names or positions, all of them text, got ${inWords(columns)}.`,
    );
  }
  if (sequenceColumn !== undefined && !isText(sequenceColumn)) {
    throw new InvalidArgumentError(
      `sequenceColumn must be a name or a position, as text, got ${inWords(sequenceColumn)}.`,
    );
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
