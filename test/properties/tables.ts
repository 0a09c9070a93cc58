import fc from 'fast-check';
import { type Matrix, matrix } from '../../src/index.js';
import { createRng, type Rng } from '../../src/numerics/rng.js';
import type { Size } from './property.js';

/** A table of numbers as people have them: rows of some kind, and what else happens to columns. */
export interface TableRecipe {
  readonly d: number;
  readonly rows: number;
  readonly seed: number;
  readonly base: Base;
  readonly collinear?: { readonly noise: number };
  readonly duplicates?: { readonly share: number };
  readonly constant?: { readonly value: number };
  readonly tiny?: { readonly size: number };
  readonly far?: { readonly rows: number; readonly distance: number; readonly wholeRow: boolean };
  readonly units?: { readonly exponent: number; readonly perColumn: boolean };
  readonly offset?: { readonly size: number; readonly perColumn: boolean };
  readonly sentinel?: { readonly value: number; readonly share: number };
}

type Base =
  | { readonly kind: 'clusters'; readonly groups: number; readonly spread: number }
  | { readonly kind: 'cauchy' | 't2' | 'uniform' }
  | { readonly kind: 'lattice'; readonly levels: number };

const SENTINELS = [-9999, -999, 999, 99999, -1, 1e20, -1e30, 9.97e36, 1e-30];

/** In about one of `in_` cases. */
export const sometimes = <T>(in_: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: in_ - 1 }, { arbitrary, weight: 1 });

export const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
export const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

const base: fc.Arbitrary<Base> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('clusters' as const),
      groups: fc.integer({ min: 1, max: 8 }),
      spread: oneOf(2, 5, 10, 100, 10_000),
    }),
    weight: 5,
  },
  { arbitrary: fc.record({ kind: oneOf('cauchy' as const, 't2' as const, 'uniform' as const) }), weight: 4 },
  {
    arbitrary: fc.record({ kind: fc.constant('lattice' as const), levels: fc.integer({ min: 2, max: 12 }) }),
    weight: 1,
  },
);

/** Features: mostly few. */
export const features = (size: Size): fc.Arbitrary<number> =>
  fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: 4 }), weight: 12 },
    { arbitrary: fc.integer({ min: 5, max: 16 }), weight: 4 },
    { arbitrary: size === 'test' ? oneOf(5, 8) : oneOf(20, 32, 33, 48, 64, 100, 128), weight: 2 },
  );

/**
 * Rows for `k` components of `d` features: often hundreds, sometimes hardly enough.
 *
 * @param most rows
 */
export const rowCounts = (k: number, d: number, most: number): fc.Arbitrary<number> =>
  fc
    .oneof(
      { arbitrary: fc.integer({ min: 30, max: Math.max(30, most) }), weight: 3 },
      { arbitrary: fc.integer({ min: 1, max: 4 * k * (d + 1) }), weight: 1 },
    )
    .map(n => Math.max(k, Math.min(n, most)));

export const tables = (d: number, rows: fc.Arbitrary<number>): fc.Arbitrary<TableRecipe> =>
  fc.record({
    d: fc.constant(d),
    rows,
    seed: seeds,
    base,
    collinear: sometimes(8, fc.record({ noise: oneOf(0, 1e-9, 1e-4, 1e-2) })),
    duplicates: sometimes(8, fc.record({ share: oneOf(0.1, 0.5, 0.9) })),
    constant: sometimes(8, fc.record({ value: oneOf(0, 1, -3.7, 1e6) })),
    tiny: sometimes(8, fc.record({ size: oneOf(1e-3, 1e-6, 1e-12) })),
    far: sometimes(
      6,
      fc.record({
        rows: fc.integer({ min: 1, max: 3 }),
        distance: oneOf(1e2, 1e3, 1e4, 1e6, 1e8, 1e9),
        wholeRow: fc.boolean(),
      }),
    ),
    units: sometimes(6, fc.record({ exponent: oneOf(-9, -6, -3, 3, 6, 9), perColumn: fc.boolean() })),
    offset: sometimes(
      6,
      fc.record({ size: oneOf(10, 1e3, 1e5, 1e7, 1e9, -1e4, -1e8), perColumn: fc.boolean() }),
    ),
    sentinel: sometimes(6, fc.record({ value: oneOf(...SENTINELS), share: oneOf(0, 0.01, 0.1) })),
  });

/** The table of a recipe. */
export function tableOf(recipe: TableRecipe): Matrix {
  const { d, rows: n, seed } = recipe;
  const rng = createRng(seed);
  const x = baseOf(recipe.base, n, d, rng);
  const column = () => rng.integer(d);
  const everyRow = (j: number, change: (value: number, i: number) => number) => {
    for (let i = 0; i < n; i++) x[i * d + j] = change(x[i * d + j], i);
  };
  const { collinear, duplicates, constant, tiny, far, units, offset, sentinel } = recipe;
  if (collinear && d > 1) {
    const [to, from, also] = [column(), column(), column()];
    everyRow(to, (_, i) => x[i * d + from] - 0.5 * x[i * d + also] + collinear.noise * rng.normal());
  }
  if (duplicates) {
    for (let i = 1; i < n; i++) {
      if (rng.uniform() < duplicates.share) x.copyWithin(i * d, (i - 1) * d, i * d);
    }
  }
  if (tiny) everyRow(column(), value => value * tiny.size);
  if (constant) everyRow(column(), () => constant.value);
  for (let left = far?.rows ?? 0; left > 0; left--) {
    const [row, only] = [rng.integer(n), column()];
    for (let j = 0; j < d; j++)
      if (far?.wholeRow || j === only) x[row * d + j] = far!.distance * rng.normal();
  }
  if (offset) {
    const own = eachColumn(d, offset.perColumn, () => offset.size * rng.uniform(), offset.size);
    for (let j = 0; j < d; j++) everyRow(j, value => value + own[j]);
  }
  if (units) {
    const own = eachColumn(
      d,
      units.perColumn,
      () => 10 ** Math.round(units.exponent * rng.uniform()),
      10 ** units.exponent,
    );
    for (let j = 0; j < d; j++) everyRow(j, value => value * own[j]);
  }
  if (sentinel) {
    const [at, first] = [column(), rng.integer(n)];
    everyRow(at, (value, i) => (i === first || rng.uniform() < sentinel.share ? sentinel.value : value));
  }
  return matrix(x, [n, d]);
}

const eachColumn = (d: number, perColumn: boolean, draw: () => number, common: number): number[] =>
  Array.from({ length: d }, () => (perColumn ? draw() : common));

function baseOf(base: Base, n: number, d: number, rng: Rng): Float64Array {
  const centres =
    base.kind === 'clusters'
      ? Float64Array.from({ length: base.groups * d }, () => base.spread * rng.normal())
      : undefined;
  const draw: Record<Base['kind'], (j: number, group: number) => number> = {
    clusters: (j, group) => centres![group * d + j] + rng.normal(),
    cauchy: () => rng.normal() / rng.normal(),
    t2: () => rng.normal() / Math.sqrt(-Math.log(1 - rng.uniform())),
    uniform: () => rng.uniform(),
    lattice: () => rng.integer(base.kind === 'lattice' ? base.levels : 1),
  };
  const x = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const group = base.kind === 'clusters' ? rng.integer(base.groups) : 0;
    for (let j = 0; j < d; j++) x[i * d + j] = draw[base.kind](j, group);
  }
  return x;
}
