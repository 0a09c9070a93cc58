import { type Command, InvalidArgumentError, Option } from 'commander';
import Papa from 'papaparse';
import { INITS } from '../estimators/options.js';

const DEVICES = ['auto', 'webgpu', 'cpu'] as const;

export type Device = (typeof DEVICES)[number];
/** A way to start by name, or a file that holds the start. */
export type StartChoice = (typeof INITS)[number] | { file: string };

export function parsePositiveInteger(text: string): number {
  const value = parseInteger(text);
  if (!(value >= 1)) throw new InvalidArgumentError('Expected an integer ≥ 1.');
  return value;
}

export function parseCount(text: string): number {
  const value = parseInteger(text);
  if (!(value >= 0)) throw new InvalidArgumentError('Expected an integer ≥ 0.');
  return value;
}

export function parseNonNegative(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError('Expected a number ≥ 0.');
  }
  return value;
}

/** `a,b` → ['a', 'b']; a name that holds a comma is quoted as in CSV. */
export function parseColumns(text: string): string[] {
  const names = (Papa.parse<string[]>(text, { delimiter: ',' }).data[0] ?? []).map(name => name.trim());
  if (names.length === 0 || names.includes('')) {
    throw new InvalidArgumentError('Expected names or positions, separated by commas.');
  }
  return names;
}

export function parseStart(text: string): StartChoice {
  const name = INITS.find(name => name === text);
  if (name) return name;
  if (/\.json$/i.test(text)) return { file: text };
  throw new InvalidArgumentError(`Expected ${INITS.join(', ')} or a model file *.json.`);
}

function parseInteger(text: string): number {
  const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

export const DATA_HELP = 'CSV file, NumPy file (*.npy), or - for CSV from stdin';

export const addDevice = (command: Command): Command =>
  command.addOption(new Option('--device <name>', 'where to compute').choices(DEVICES).default('auto'));

export const addTuning = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--tuning <when>',
        'measure which kernel tiles are fastest; results are the same (auto: on a GPU)',
      )
        .choices(['auto', 'on', 'off'])
        .default('auto'),
    )
    .option('--tuning-cache <file>', 'keep in this JSON file which tiles were fastest');

export const addColumns = (command: Command): Command =>
  command.option('--columns <a,b>', 'columns of a CSV file: names, or positions from 0', parseColumns);

export const addSeed = (command: Command): Command =>
  command.option('--seed <S>', 'seed of all random draws', parseCount, 0);

export const addJson = (command: Command): Command =>
  command.option('--json', 'print one JSON object in place of a table');

export const addArrayOut = (command: Command): Command =>
  command.option('--out <file>', 'write to FILE.npy, or to FILE.csv, in place of stdout');
