import type { Rows } from '../../contract/table.js';
import { InvalidArgumentError } from '../../errors.js';
import { badNumber, checkNumbers, inWords } from '../../numbers.js';
import { checkOptionNames } from '../../option-names.js';

/** What the posterior is held to. Every part is optional. */
export interface Constraints {
  /** [n] the component of each row that is known, −1 where it is not. */
  labels?: ArrayLike<number>;
  /** Groups of rows, by index, that share one component. */
  mustLink?: readonly ArrayLike<number>[];
  /** Bounds on each component's expected share of the rows: a number for all, or [K]. */
  mass?: { min?: number | ArrayLike<number>; max?: number | ArrayLike<number> };
}

/** Rows that share one component, and which, if that is known. */
export interface Unit {
  readonly rows: readonly number[];
  readonly label: number | undefined;
}

/** [K] bounds on expected numbers of rows. */
export interface Bounds {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

export interface CheckedConstraints {
  /** Labelled and linked rows; no row is in two. */
  readonly units: readonly Unit[];
  /** Absent without `mass`. */
  readonly bounds?: Bounds;
}

/**
 * Constraints in the form that the E-step works with.
 *
 * @throws InvalidArgumentError naming the constraint that is malformed, or those that cannot hold together
 */
export function checkConstraints(
  constraints: Constraints,
  { shape: [n], mass, weights }: Pick<Rows, 'shape' | 'mass' | 'weights'>,
  k: number,
): CheckedConstraints {
  checkOptionNames(constraints, ['labels', 'mustLink', 'mass'] satisfies (keyof Constraints)[]);
  const labels = checkLabels(constraints.labels, n, k);
  const units = linkedUnits(constraints.mustLink ?? [], labels, n);
  const linked = new Set(units.flatMap(unit => unit.rows));
  labels.forEach((label, row) => {
    if (label >= 0 && !linked.has(row)) units.push({ rows: [row], label });
  });
  const labelled = new Float64Array(k);
  for (const { rows, label } of units) {
    if (label !== undefined) for (const row of rows) labelled[label] += weights?.[row] ?? 1;
  }
  return { units, bounds: constraints.mass && massBounds(constraints.mass, labelled, mass) };
}

function checkLabels(labels: ArrayLike<number> | undefined, n: number, k: number): Int32Array {
  if (!labels) return new Int32Array(n).fill(-1);
  if (labels.length !== n) {
    throw new InvalidArgumentError(
      `Expected ${n} labels, one a row, −1 where unknown, got ${labels.length}.`,
    );
  }
  const bad = badNumber(labels, label => Number.isInteger(label) && label >= -1 && label < k);
  if (bad >= 0) {
    throw new InvalidArgumentError(
      `Label ${bad} must be an integer from −1 (unknown) to ${k - 1}, got ${inWords(labels[bad])}.`,
    );
  }
  return Int32Array.from(labels);
}

/** Groups that overlap become one. */
function linkedUnits(groups: readonly ArrayLike<number>[], labels: Int32Array, n: number): Unit[] {
  const parent = new Map<number, number>();
  const root = (row: number): number => {
    let top = row;
    while (parent.get(top) !== top) top = parent.get(top) as number;
    parent.set(row, top);
    return top;
  };
  if (!Array.isArray(groups))
    throw new InvalidArgumentError(`mustLink must be an array of groups of rows, got ${inWords(groups)}.`);
  for (const [g, group] of groups.entries()) {
    if (typeof group !== 'object' || group === null || !(group.length >= 0)) {
      throw new InvalidArgumentError(`mustLink group ${g} must be an array of rows, got ${inWords(group)}.`);
    }
    for (let i = 0; i < group.length; i++) {
      const row = group[i];
      if (!(Number.isInteger(row) && row >= 0 && row < n)) {
        throw new InvalidArgumentError(
          `mustLink group ${g} must hold rows from 0 to ${n - 1}, got ${inWords(row)}.`,
        );
      }
      if (!parent.has(row)) parent.set(row, row);
      parent.set(root(row), root(group[0]));
    }
  }
  const members = new Map<number, number[]>();
  for (const row of parent.keys()) members.set(root(row), [...(members.get(root(row)) ?? []), row]);
  return [...members.values()].map(rows => {
    const labelled = rows.filter(row => labels[row] >= 0);
    const [first] = labelled;
    const other = labelled.find(row => labels[row] !== labels[first]);
    if (other !== undefined) {
      throw new InvalidArgumentError(
        `Rows ${first} and ${other} must link but are labelled ${labels[first]} and ${labels[other]}: both cannot hold.`,
      );
    }
    return { rows, label: first === undefined ? undefined : labels[first] };
  });
}

/**
 * @param labelled [K] rows of each label
 * @param n rows of all
 */
function massBounds(mass: NonNullable<Constraints['mass']>, labelled: Float64Array, n: number): Bounds {
  const k = labelled.length;
  checkOptionNames(mass, ['min', 'max']);
  const { min = 0, max = 1 } = mass;
  const perComponent = (name: string, value: number | ArrayLike<number>) => {
    const given = typeof value === 'number' ? new Float64Array(k).fill(value) : value;
    const expected = `a share from 0 to 1, or ${k} of them`;
    const shares = checkNumbers(`mass.${name}`, given, expected, share => share >= 0 && share <= 1);
    if (shares.length === k) return shares;
    throw new InvalidArgumentError(`mass.${name} must be ${expected}, got ${shares.length}.`);
  };
  const [least, most] = [perComponent('min', min), perComponent('max', max)];
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const cannot = (why: string) => {
    throw new InvalidArgumentError(`The bounds on mass cannot hold: ${why}.`);
  };
  const crossed = least.findIndex((share, c) => share > most[c]);
  if (crossed >= 0) cannot(`component ${crossed} has min ${least[crossed]} above max ${most[crossed]}`);
  if (sum(least) > 1 + 1e-9) cannot(`the shares of min sum to ${sum(least)}, more than 1`);
  if (sum(most) < 1 - 1e-9) cannot(`the shares of max sum to ${sum(most)}, less than 1`);
  const full = labelled.findIndex((count, c) => count > n * most[c]);
  if (full >= 0) cannot(`${labelled[full]} of ${n} rows are labelled ${full}, whose max is ${most[full]}`);
  const reserved = least.reduce((total, share, c) => total + Math.max(n * share, labelled[c]), 0);
  if (reserved > n * (1 + 1e-9)) cannot('the labels leave too few rows for min');
  return { least: least.map(share => n * share), most: most.map(share => n * share) };
}
