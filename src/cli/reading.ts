import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Advised } from '../data/csv/advice.js';
import type { CsvOptions } from '../data/csv.js';
import { parseColumns } from './options.js';

/** What a person may say of how a table is to be read. */
export type ReadingOptions = Pick<CsvOptions, 'decimal' | 'delimiter' | 'header' | 'missing'> & {
  columns?: string[];
};

const MARKS: Record<string, string> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  space: ' ',
  bar: '|',
};

export const addReading = (command: Command): Command =>
  command
    .option('--columns <a,b>', 'columns to read: names, positions from 0, or ranges (2-5, a-d)', parseColumns)
    .option(
      '--delimiter <mark>',
      'what is between fields of a CSV file: a character, or comma, semicolon, tab, space, bar (default: what fits)',
      parseDelimiter,
    )
    .addOption(
      new Option(
        '--decimal <mark>',
        'the mark before decimals; with a point, 81,654 is 81654, with a comma 81.654 (default: what fits)',
      ).choices(['.', ',']),
    )
    .option('--header', 'the first line of a CSV file names the columns (default: if it reads as names)')
    .option('--no-header', 'the first line of a CSV file is a row')
    .addOption(
      new Option('--missing <how>', 'what to do with rows that lack a value (default: error)').choices([
        'error',
        'drop',
      ]),
    );

function parseDelimiter(text: string): string {
  const mark = Object.hasOwn(MARKS, text) ? MARKS[text] : text;
  if (/^[^"#\r\n]$/.test(mark)) return mark;
  throw new InvalidArgumentError(`Expected one character, or ${Object.keys(MARKS).join(', ')}.`);
}

/** An advice in words of the command line, which no shell takes for something else. */
export function asFlags({ columns, delimiter, decimal, missing }: Advised): string {
  const words = columns?.join(',');
  const mark = Object.keys(MARKS).find(name => MARKS[name] === delimiter) ?? delimiter;
  return [
    words && `--columns ${/ /.test(words) ? `'${words}'` : words}`,
    mark && `--delimiter ${mark}`,
    decimal && `--decimal ${decimal}`,
    missing && `--missing ${missing}`,
  ]
    .filter(Boolean)
    .join(' ');
}
