import { type Command, InvalidArgumentError, Option } from 'commander';
import Papa from 'papaparse';
import { INITS } from '../estimators/options.js';
import { COVARIANCE_TYPES } from '../families/covariance/index.js';

const DEVICES = ['auto', 'webgpu', 'cpu'] as const;

export type Device = (typeof DEVICES)[number];
export interface StartFilePath {
  file: string;
}
/** A way to start by name, or a file that holds the start. */
export type StartChoice = (typeof INITS)[number] | StartFilePath;

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
  const value = parseNumber(text);
  if (!(value >= 0)) throw new InvalidArgumentError('Expected a number ≥ 0.');
  return value;
}

export function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number > 0.');
  return value;
}

/** `0.1,1` → [0.1, 1] */
export function parseNumbers(text: string): number[] {
  const values = text.split(',').map(parseNumber);
  if (values.some(Number.isNaN)) throw new InvalidArgumentError('Expected numbers, separated by commas.');
  return values;
}

/** `2,3` → [2, 3] */
export function parsePositiveIntegers(text: string): number[] {
  const values = text.split(',').map(parseInteger);
  if (!values.every(value => value >= 1)) {
    throw new InvalidArgumentError('Expected integers ≥ 1, separated by commas.');
  }
  return values;
}

/** `a,b` → ['a', 'b']; a name that holds a comma is quoted as in CSV. */
export function parseColumns(text: string): string[] {
  const names = (Papa.parse<string[]>(text, { delimiter: ',' }).data[0] ?? []).map(name => name.trim());
  if (names.length === 0 || names.includes('')) {
    throw new InvalidArgumentError('Expected names or positions, separated by commas.');
  }
  return names;
}

/** One of the names, or a file. */
export const startParser =
  <Name extends string>(names: readonly Name[]) =>
  (text: string): Name | StartFilePath => {
    const name = names.find(name => name === text);
    if (name) return name;
    if (/\.json$/i.test(text)) return { file: text };
    throw new InvalidArgumentError(`Expected ${names.join(', ')} or a model file *.json.`);
  };

export const parseStart: (text: string) => StartChoice = startParser(INITS);

/** A finite number; NaN for anything else. */
export function parseNumber(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

function parseInteger(text: string): number {
  const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** `doc-topic` → `docTopic`, and back. */
export const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
export const kebabCase = (name: string) => name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);

export const MODEL_HELP = 'model file, as the fitting commands write it with --out';
export const DATA_HELP = 'CSV or NumPy file, also gzipped, or - for stdin';

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

export const addSeed = (command: Command): Command =>
  command.option('--seed <S>', 'seed of all random draws', parseCount, 0);

export const addJson = (command: Command): Command =>
  command.option('--json', 'print one JSON object in place of a table');

export const addArrayOut = (command: Command): Command =>
  command.option('--out <file>', 'write to FILE.csv, FILE.npy or FILE.json in place of stdout (-)');

/** The input with what is found beside it. */
export const addAppend = (command: Command): Command =>
  command.option(
    '--append',
    'write the input table back, with the label, its probability and the log density beside each row',
  );

export const addAccelerate = (command: Command): Command =>
  command.addOption(
    new Option(
      '--accelerate <name>',
      'leap beyond the M-step where EM is slow (default: squarem, none with --tol or a rule)',
    ).choices(['squarem', 'anderson', 'none']),
  );

export const addModelOut = (command: Command): Command =>
  command.option('--out <file>', 'write the model to this JSON file; - prints it in place of the summary');

export const addRestarts = (command: Command): Command =>
  command.option('--restarts <R>', 'starts, of which the best fit is kept', parsePositiveInteger, 1);

/** What `--tol` is to fits of likelihoods; without it they leap. */
export const LIKELIHOOD_TOL = {
  help: 'converged when the mean log-likelihood changes by less (default: 1e-6 up to 10,000 rows, 1e-5 up to 100,000, then 1e-4, with --accelerate squarem)',
};

/** `--tol`, in words of the command's own, and `--max-iter`. */
export const addStopping = (
  command: Command,
  tol: { help: string; value?: number },
  maxIter: number,
): Command =>
  command
    .option('--tol <T>', tol.help, parseNonNegative, tol.value)
    .option('--max-iter <M>', 'the most M-steps', parseCount, maxIter);

/** What mixtures of Gaussians are told, by whatever rule they are fitted. */
export const addGaussian = (command: Command): Command =>
  command
    .addOption(
      new Option('--covariance <type>', 'covariances (default: full, or that of --init FILE.json)').choices(
        Object.keys(COVARIANCE_TYPES),
      ),
    )
    .option('--reg-covar <R>', 'added to the diagonal of covariances (default: 1e-6)', parseNonNegative);

/** Whether columns of different units are to count alike. */
export const addStandardize = (command: Command): Command =>
  command.option(
    '--standardize',
    "measure distances, and --reg-covar, in the columns' standard deviations; results stay in the columns' units",
  );

/** How many components, and where they start. */
export const addComponents = (command: Command, init: string): Command =>
  command
    .option(
      '--components <K>',
      'number of components (default: that of --init FILE.json)',
      parsePositiveInteger,
    )
    .option(
      '--init <start>',
      `how to start: ${INITS.join(', ')}, or FILE.json (default: ${init})`,
      parseStart,
    );
