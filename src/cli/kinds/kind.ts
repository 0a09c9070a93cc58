import type { Backend } from '../../contract/table.js';
import type { CsvText } from '../../data/csv.js';
import type { Matrix } from '../../data/matrix.js';
import type { LevelNames } from '../../estimators/table-names.js';
import type { SampledPoints } from '../../models/sample.js';
import type { Added } from '../append.js';
import type { RowNames } from '../output.js';
import type { ReadingOptions } from '../reading.js';

/** Where a question is answered. */
export interface Use {
  readonly device: Backend;
  readonly signal: AbortSignal;
}

/** The rows of a data file, as a model takes them. */
export interface Input {
  readonly nRows: number;
  /** What the rows are called, where the file says so. */
  readonly names?: RowNames;
  /** The file's own lines, where they are asked for. */
  readonly text?: CsvText;
  /** [n] Which row of the file each is, where that is not its own number. */
  readonly rows?: Uint32Array;
  readonly points?: Matrix;
}

/** What a person says of a data file. */
export type InputOptions = ReadingOptions & { readonly keepText?: boolean };

/** A number that says how well a model explains rows. */
export interface Score {
  /** In JSON. */
  readonly name: string;
  /** In tables. */
  readonly label: string;
  readonly value: number;
  readonly text: string;
}

/** What a model calls the columns of its rows, and the levels of categorical ones. */
export interface TableNames {
  readonly columns?: readonly string[];
  readonly levelNames?: LevelNames;
}

/** A model from a file: what commands can ask of it. What is absent, models of its kind cannot do. */
export interface OpenModel<I extends Input = Input> extends TableNames {
  /** As the file's `model` says. */
  readonly kind: string;
  /** What predict gives each row: a component, a cluster, a topic; and how many there are. */
  readonly part: string;
  readonly nParts: number;
  /** For people. */
  describe(): string;
  /** The content of its file. */
  toJSON(): object;
  readInput(path: string, options: InputOptions): Promise<I>;
  /** [n] */
  predict(input: I, use: Use): Promise<Uint32Array>;
  /** [n, nParts] row-major */
  predictProba?(input: I, use: Use): Promise<Float64Array>;
  /** What `--append` puts beside each row: its label, and how sure that is. */
  beside?(input: I, use: Use): Promise<Added>;
  score(input: I, use: Use): Promise<Score[]>;
  sample?(n: number, seed: number): SampledPoints;
}
