import { InvalidArgumentError } from '../errors.js';
import type { Members } from '../serialize.js';

/** What the levels of each categorical column are called, in the order of their codes; a column of plain codes has none. */
export type LevelNames = readonly (readonly string[] | undefined)[];

/**
 * The names of d columns, if there are any: a copy.
 *
 * @throws InvalidArgumentError unless there is one text a column
 */
export function checkColumns(
  columns: readonly string[] | undefined,
  d: number,
): readonly string[] | undefined {
  if (columns === undefined) return undefined;
  if (areNames(columns) && columns.length === d) return Object.freeze([...columns]);
  const got = areNames(columns) ? `${columns.length} names` : 'something else';
  throw new InvalidArgumentError(`columns must be the names of the ${d} columns of the points, got ${got}.`);
}

/**
 * The names of the levels of each column, if there are any: a copy.
 *
 * @param levels [D] how many levels each column has
 * @throws InvalidArgumentError unless each column has none, or as many different ones as levels
 */
export function checkLevelNames(
  levelNames: LevelNames | undefined,
  levels: readonly number[],
): LevelNames | undefined {
  if (levelNames === undefined) return undefined;
  const fits = (names: unknown, j: number) =>
    names === undefined ||
    (areNames(names) && names.length === levels[j] && new Set(names).size === levels[j]);
  const isList = Array.isArray(levelNames) && levelNames.length === levels.length;
  const bad = isList ? levelNames.findIndex((names, j) => !fits(names, j)) : 0;
  if (isList && bad < 0) return Object.freeze(levelNames.map(names => names && Object.freeze([...names])));
  throw new InvalidArgumentError(
    isList
      ? `levelNames of column ${bad} must be ${levels[bad]} different names, as many as it has levels.`
      : `levelNames must be a list for each of the ${levels.length} columns (undefined where there are no names).`,
  );
}

/** As files keep them. */
export const levelNamesJson = (levelNames: LevelNames): (string[] | null)[] =>
  levelNames.map(names => (names ? [...names] : null));

/** The same of a file. */
export function levelNamesIn(file: Members, levels: readonly number[]): LevelNames | undefined {
  const given = file.optional('levelNames', name => file.list(name));
  return checkLevelNames(given?.map(names => names ?? undefined) as LevelNames | undefined, levels);
}

const areNames = (names: unknown): names is readonly string[] =>
  Array.isArray(names) && names.every(name => typeof name === 'string');
