import type { Rows } from '../contract/table.js';
import { DegenerateCovarianceError } from '../errors.js';
import type { Note } from '../models/model.js';
import { quote } from '../quote.js';

/** Names of columns, and what else than leaving a constant one out lets a model have it. */
export interface Varying {
  readonly names: readonly string[] | undefined;
  readonly remedy: string;
}

/** More are not listed. */
const MOST_LISTED = 8;

/** What a fit has to tell: constant columns once, in place of what an M-step says of them. */
export function withConstantColumns(notes: readonly Note[], rows: Rows, { names }: Varying): readonly Note[] {
  const constant = constantColumns(rows);
  if (constant.length === 0) return notes;
  const isSaid = ({ kind, columns = [] }: Note) =>
    kind === 'narrow-feature' && columns.every(column => constant.includes(column));
  const message = `${subject(constant, names)} in all rows: that tells no component from another, and yet counts in the likelihood. Try leaving ${them(constant)} out.`;
  return [{ kind: 'constant-column', columns: constant, message }, ...notes.filter(note => !isSaid(note))];
}

/** An error in a covariance, about the constant columns where those are its cause. */
export function blamingConstantColumns(error: unknown, rows: Rows, { names, remedy }: Varying): unknown {
  if (!(error instanceof DegenerateCovarianceError)) return error;
  const constant = constantColumns(rows);
  const isCause = constant.length === rows.shape[1] || constant.includes(error.column ?? -1);
  if (!isCause) return error;
  const message = `${subject(constant, names)} in all rows, and no variance. Try leaving ${them(constant)} out, or ${remedy}.`;
  const blaming = new DegenerateCovarianceError(message, constant[0], { cause: error });
  blaming.lastGood = error.lastGood;
  return blaming;
}

const constantColumns = ({ squares }: Rows): number[] =>
  Array.from(squares.keys()).filter(j => squares[j] === 0);

/** "Column 2 has one value", or of several: "Columns "a" and 2 have one value each". */
function subject(columns: readonly number[], names: readonly string[] | undefined): string {
  const called = columns.slice(0, MOST_LISTED).map(j => (names?.[j] ? quote(names[j]) : `${j}`));
  if (columns.length === 1) return `Column ${called[0]} has one value`;
  const more = columns.length - called.length;
  return `Columns ${called.join(', ')}${more > 0 ? ` and ${more} more` : ''} have one value each`;
}

const them = (columns: readonly number[]) => (columns.length === 1 ? 'it' : 'them');
