import type { Matrix } from '../../src/index.js';

/** Rows to fit, and what a person calls them. */
export interface DataSet {
  readonly name: string;
  readonly points: Matrix;
  /** [D] */
  readonly columns: readonly string[];
  /** A number of components, or of states, to begin with. */
  readonly nComponents: number;
  /** Something to know about the rows. */
  readonly note?: string;
  /** What the rows follow each other in, where they are a series: such as years, from 1900. Default: steps, from 1. */
  readonly time?: Time;
}

export interface Time {
  /** of one row */
  readonly unit: string;
  /** of the first row */
  readonly first: number;
}
