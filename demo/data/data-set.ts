import type { Matrix } from '../../src/index.js';

/** Rows to fit, and what a person calls them. */
export interface DataSet {
  readonly name: string;
  readonly points: Matrix;
  /** [D] */
  readonly columns: readonly string[];
  /** A number of components to begin with. */
  readonly nComponents: number;
  /** Something to know about the rows. */
  readonly note?: string;
}
