import { describe, expect, test } from 'vitest';
import { EmError, InvalidArgumentError, Mixture, ModelFormatError } from '../src/index.js';
import { EVERY_MODEL, type ModelKind } from './support/every-model.js';

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);

/** Of how a fit went and why it ran where it did, files keep the end alone. */
const ON_THE_WAY = new Set(['history', 'nESteps', 'notes', 'starts', 'deviceReason']);

/** All numbers and texts of a model, by path; arrays as they are. */
function members(value: object, path = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([name, member]) => {
    if (ON_THE_WAY.has(name)) return [];
    const nested = typeof member === 'object' && member !== null && !ArrayBuffer.isView(member);
    return nested ? members(member, `${path}${name}.`) : [[`${path}${name}`, member] as [string, unknown]];
  });
}

/** Rows drawn from a model that draws. */
const drawn = (model: { sample?(n: number): unknown }) => model.sample?.(5);

describe.each(EVERY_MODEL)('a file of $name', kind => {
  test('holds the model, bit for bit', async () => {
    for (const seed of SEEDS) {
      const model = await kind.fit(seed);
      const again = kind.read(JSON.parse(JSON.stringify(model)));
      expect(Object.fromEntries(members(again))).toStrictEqual(Object.fromEntries(members(model)));
      expect(await kind.use(again, seed), `seed ${seed}`).toStrictEqual(await kind.use(model, seed));
      expect(drawn(again), `seed ${seed}`).toStrictEqual(drawn(model));
      expect(JSON.stringify(again)).toBe(JSON.stringify(model));
    }
  });

  test('of which any member is something else, is refused or works, at once', async () => {
    const file = JSON.parse(JSON.stringify(await kind.fit(0)));
    let refused = 0;
    for (const change of changes(file)) refused += (await survives(kind, change)) ? 0 : 1;
    expect(refused).toBeGreaterThan(20);
  });

  test('that lacks a required member says which', async () => {
    const { nFeatures: _, ...file } = JSON.parse(JSON.stringify(await kind.fit(0)));
    expect(() => kind.read(file)).toThrow('The model file lacks nFeatures.');
    expect(() => kind.read({ ...file, nFeatures: 'x' })).toThrow(
      /broken: nFeatures must be an integer .* got "x"/,
    );
  });
});

const deep = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

/** What no model means by any of its members. */
const HOSTILE: unknown[] = [
  { length: 3e8 },
  { length: 3e8, 299999999: 1 },
  [0.5],
  'x',
  'x'.repeat(1e6),
  true,
  null,
  -1,
  0,
  1e308,
  3e8,
  deep(5000),
  [deep(5000)],
  {},
];

/** A file with one member after the other replaced by each of these. */
function* changes(file: Record<string, unknown>): Generator<unknown> {
  for (const [name, member] of Object.entries(file)) {
    for (const value of HOSTILE) yield { ...file, [name]: value };
    if (typeof member !== 'object' || member === null || Array.isArray(member)) continue;
    for (const changed of changes(member as Record<string, unknown>)) yield { ...file, [name]: changed };
  }
}

/** Whether a file can be read, and what comes of it can then be used; anything else must be a typed error. */
async function survives(kind: ModelKind, file: unknown): Promise<boolean> {
  const began = performance.now();
  let model: ReturnType<ModelKind['read']>;
  try {
    model = kind.read(file);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelFormatError);
    expect((error as Error).message.length).toBeLessThan(1000);
    return false;
  } finally {
    expect(performance.now() - began).toBeLessThan(2000);
  }
  try {
    await kind.use(model, 0);
  } catch (error) {
    if (!(error instanceof EmError)) throw error;
  }
  expect(performance.now() - began).toBeLessThan(2000);
  return true;
}

test('declared sizes are compared with what is there before anything is made of them', async () => {
  const [gaussian] = EVERY_MODEL;
  const file = JSON.parse(JSON.stringify(await gaussian.fit(0)));
  expect(() => gaussian.read({ ...file, nComponents: 5, weights: [1] })).toThrow(
    /broken: weights must have shape \[5\] \(5 numbers\), got 1/,
  );
  expect(() => gaussian.read({ ...file, nComponents: 1e9 })).toThrow(
    /nComponents must be an integer from 1 to 1024/,
  );
  expect(() => gaussian.read({ ...file, weights: { length: 3e8 } })).toThrow(
    /weights must be numbers of shape \[3\], got an object/,
  );
  expect(() => gaussian.read({ ...file, fit: { ...file.fit, logLikelihood: 'x' } })).toThrow(
    /fit.logLikelihood must be a number, got "x"/,
  );
  expect(() => gaussian.read({ ...file, means: deep(5000) })).toThrow(ModelFormatError);
});

test('names are kept as they are given, and there are as many as columns and levels', async () => {
  const codes = [[0], [1], [1]];
  const told = { family: 'categorical', nComponents: 1, device: 'cpu' } as const;
  const names = { columns: ['sky'], levelNames: [['clear', 'dark', 'red']] };
  const model = await Mixture.fit(codes, { ...told, ...names });
  expect(model).toMatchObject({ ...names, levels: [3] });
  const fit = (wrong: object) => Mixture.fit(codes, { ...told, ...wrong });
  await expect(fit({ columns: ['a', 'b'] })).rejects.toThrow(
    /names of the 1 columns of the points, got 2 names/,
  );
  await expect(fit({ columns: 'a' })).rejects.toThrow(InvalidArgumentError);
  await expect(fit({ levels: [2], ...names })).rejects.toThrow(
    /levelNames of column 0 must be 2 different names/,
  );
  await expect(fit({ levelNames: [['a', 'a']] })).rejects.toThrow(/different names/);
  await expect(fit({ levelNames: [] })).rejects.toThrow(/a list for each of the 1 columns/);
  await expect(fit({ levelNames: [['clear']] })).rejects.toThrow(/code from 0 to 0, got 1/);
});
