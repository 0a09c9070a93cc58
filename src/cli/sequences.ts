import { type Command, Option } from 'commander';
import type { Matrix } from '../data/matrix.js';
import { FileFormatError } from '../errors.js';
import { checkSequences } from '../estimators/sequences.js';
import type { LevelNames } from '../estimators/table-names.js';
import { readData, tableNames } from './data.js';
import { about } from './files.js';
import type { Input, TableNames } from './kinds/kind.js';
import { matching } from './matching.js';
import type { RowNames } from './output.js';
import { addReading, type ReadingOptions } from './reading.js';

/** Rows in order, and where one sequence ends and another begins. */
export interface SequencesInput extends Input {
  readonly points: Matrix;
  readonly columns: readonly string[];
  readonly levelNames?: LevelNames;
  /** [sequences] */
  readonly lengths: Uint32Array;
  /** [sequences] What they are called, where there may be several. */
  readonly sequences?: RowNames;
}

export interface SequenceOptions extends ReadingOptions {
  sequenceColumn?: string;
  lengths?: string;
}

/** What tells the sequences of one file apart. */
export const addSequences = (command: Command): Command =>
  addReading(command)
    .addOption(
      new Option(
        '--sequence-column <name>',
        'a column of a CSV file that says to which sequence each row belongs',
      ).conflicts('lengths'),
    )
    .option('--lengths <file>', 'how many rows each sequence has: a file of one column');

/** @param model what the model that is to take them calls columns and levels; whether it takes categories */
export async function readSequences(
  path: string,
  options: SequenceOptions & { readonly keepText?: boolean },
  model: TableNames & { readonly isCategorical?: boolean } = {},
): Promise<SequencesInput> {
  const match = matching(model.columns, options);
  const categories = model.levelNames ?? model.isCategorical;
  const read = await readData(path, { ...options, categories, match });
  const { points, columns, sequences, text, rows } = read;
  const { levelNames } = tableNames(read);
  const { lengths: file, sequenceColumn } = options;
  const lengths =
    file === undefined
      ? checkSequences(points, sequences?.lengths).lengths
      : await about(file, async () => checkSequences(points, await readColumn(file, 'lengths')).lengths);
  const several = sequences ?? (file !== undefined && { names: Array.from(lengths.keys(), String) });
  return {
    points,
    columns,
    nRows: points.shape[0],
    text,
    rows,
    levelNames,
    lengths,
    ...(several && { sequences: { header: sequenceColumn ?? 'sequence', values: several.names } }),
  };
}

/** A file of one number a sequence. @throws FileFormatError */
export async function readColumn(file: string, what: string): Promise<Float64Array> {
  const { data, shape } = (await readData(file)).points;
  if (shape[1] !== 1) throw new FileFormatError(`Expected one column of ${what}, got ${shape[1]}.`);
  return Float64Array.from(data);
}

/** Each sequence's name, as often as it has lines. */
export const namesOfLines = ({ sequences }: SequencesInput, lines: ArrayLike<number>): RowNames | undefined =>
  sequences && {
    header: sequences.header,
    values: sequences.values.flatMap((name, i) => new Array<string>(lines[i]).fill(name)),
  };
