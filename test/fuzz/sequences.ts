import { inspect } from 'node:util';
import { parseCsv } from '../../src/data/csv.js';
import { checkSequences, type SequenceData } from '../../src/estimators/sequences.js';
import { EmError, HiddenMarkovModel, type HiddenMarkovModelOptions } from '../../src/index.js';
import type { Rng } from '../../src/numerics/rng.js';
import { encoded, mutated } from './bytes.js';
import { type FuzzKind, pick, rarely, several } from './kind.js';
import { checkWords, expectSame, Wrong } from './words.js';

type SequencesInput = ArraysInput | FileInput;

/** Sequences as a caller has them. */
interface ArraysInput {
  readonly sequences: SequenceData;
  readonly lengths?: ArrayLike<number>;
  readonly options: HiddenMarkovModelOptions;
  readonly expected?: Sequences;
}

/** A table with a column that says to which sequence each row belongs. */
interface FileInput {
  readonly text: string;
  readonly sequenceColumn: string;
  readonly missing?: 'drop';
  readonly expected?: Sequences & { readonly names: readonly string[]; readonly rows: readonly number[] };
}

/** [sequences][rows][features], one behind the other. */
interface Sequences {
  readonly values: readonly number[];
  readonly lengths: readonly number[];
}

/** Sequences in arrays and in tables, some of which are none. */
export const sequences: FuzzKind<null, SequencesInput> = {
  name: 'sequences',
  seeds: async () => [],
  make: (_, rng) => (rarely(3, rng) ? fileInput(rng) : arraysInput(rng)),
  async take(input) {
    try {
      await ('text' in input ? takeFile(input) : takeArrays(input));
    } catch (error) {
      if (input.expected && error instanceof EmError) throw new Wrong(`refused: ${error.message}`);
      throw error;
    }
  },
  show: input => inspect(input, { depth: 6, maxArrayLength: 200, maxStringLength: 3000 }),
};

function takeFile({ text, sequenceColumn, missing, expected }: FileInput): void {
  const told = missing && { missing };
  const { points, sequences, rows, notes } = parseCsv(text, { sequenceColumn, ...told });
  notes.forEach(checkWords);
  if (!sequences) throw new Wrong('no sequences');
  const { lengths } = checkSequences(points, sequences.lengths);
  if (!expected) return;
  expectSame('values', points.data, expected.values);
  expectSame('lengths', lengths, expected.lengths);
  expectSame('names', sequences.names, expected.names);
  expectSame('rows', rows ?? several(points.shape[0], i => i), expected.rows);
}

async function takeArrays({ sequences, lengths, options, expected }: ArraysInput): Promise<void> {
  const before = inspect({ sequences, lengths }, { depth: 6 });
  try {
    const told = lengths === undefined ? {} : { lengths };
    const model = await HiddenMarkovModel.fit(sequences, { ...options, ...told });
    checkFinite('log-likelihood', [model.fitInfo.logLikelihood]);
    checkFinite('transitions', model.transitionMatrix);
    const { states } = await model.decode(sequences, told);
    const scores = await model.scoreSequences(sequences, told);
    if (scores.some(Number.isNaN)) throw new Wrong('a score that is no number');
    if (!expected) return;
    expectSame(
      'number of states',
      states.length,
      expected.lengths.reduce((sum, length) => sum + length, 0),
    );
    expectSame('number of scores', scores.length, expected.lengths.length);
    const checked = checkSequences(sequences, lengths, model.nFeatures);
    expectSame('lengths', checked.lengths, expected.lengths);
    expectSame('values', (checked.points as { data: Float64Array }).data, expected.values);
  } finally {
    expectSame('what the caller passed', inspect({ sequences, lengths }, { depth: 6 }), before);
  }
}

function checkFinite(what: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new Wrong(`${what}: ${values[i]} at ${i}`);
  }
}

const STRANGE: readonly unknown[] = [
  ...[null, undefined, '', '2', 'abc', true, false, [], [[]], [1], {}, 3n, Symbol.iterator, new Date(0)],
  ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 1e300, 2 ** 53],
  ...[
    { length: 3 },
    { length: 3e8 },
    { length: 2, 0: 1, 1: 2 },
    { shape: [2, 1] },
    { data: [1, 2], shape: [2, 1] },
  ],
  ...[
    { data: '12', shape: [2, 1] },
    { data: Float64Array.of(1, 2), shape: [2, 2] },
    { data: null, shape: [1, 1] },
  ],
  ...[
    { data: { length: 3e8 }, shape: [3e8, 1] },
    { data: Float64Array.of(1), shape: '11' },
  ],
  ...[new Uint8Array(0), BigInt64Array.of(1n), new DataView(new ArrayBuffer(8)), new Map(), () => 1],
];

function arraysInput(rng: Rng): ArraysInput {
  const emission = pick(['gaussian', 'gaussian', 'categorical', 'poisson'] as const, rng);
  const d = emission === 'categorical' ? 1 : pick([1, 1, 2, 3], rng);
  const number = () => (emission === 'gaussian' ? rng.normal() : rng.integer(3));
  const table = several(1 + rng.integer(4), () =>
    several(pick([1, 2, 5, 12], rng), () => several(d, number)),
  );
  const form = formOf(table, d, rng);
  const total = table.flat().length;
  const options: HiddenMarkovModelOptions = {
    ...{
      nStates: 1 + rng.integer(Math.min(3, total)),
      emission,
      maxIter: 2,
      device: 'cpu',
      seed: rng.integer(9),
    },
    ...(emission === 'categorical' && { nSymbols: 3 }),
    ...(emission === 'gaussian' && { regCovar: 1e-2 }),
  };
  if (rarely(2, rng)) {
    return {
      ...form,
      options,
      expected: { values: table.flat(2), lengths: table.map(({ length }) => length) },
    };
  }
  return { ...broken(form, rng), options };
}

type Form = Pick<ArraysInput, 'sequences' | 'lengths'>;

/** The same sequences as one flat array, as rows, or one by one. */
function formOf(table: readonly number[][][], d: number, rng: Rng): Form {
  const lengths = pick<(given: number[]) => ArrayLike<number>>(
    [given => given, given => Uint32Array.from(given), given => Float64Array.from(given)],
    rng,
  )(table.map(({ length }) => length));
  const n = table.flat().length;
  const typed = pick([Float64Array, Array], rng) as unknown as { from(values: readonly number[]): number[] };
  const forms: (() => Form)[] = [
    () => ({ sequences: table.flat(), lengths }),
    () => ({ sequences: table.flat().map(row => typed.from(row)), lengths }),
    () => ({ sequences: { data: Float64Array.from(table.flat(2)), shape: [n, d] }, lengths }),
    () => ({
      sequences: table.map(rows => ({
        data: Float64Array.from(rows.flat()),
        shape: [rows.length, d] as const,
      })),
    }),
    () => ({ sequences: table }),
  ];
  if (d === 1) forms.push(() => ({ sequences: typed.from(table.flat(2)), lengths }));
  return pick(forms, rng)();
}

/** Something in it, at any depth, made something else. */
function broken({ sequences, lengths }: Form, rng: Rng): Form {
  if (rarely(20, rng)) return { sequences: pick(STRANGE, rng) as SequenceData, lengths };
  if (lengths && rarely(2, rng)) {
    const other = Array.from(lengths);
    const size = pick<unknown>([0, -1, 0.5, 1, 2, 1e9, 2 ** 32, 1e308, '2', null, true, 1n, Number.NaN], rng);
    const changes: (() => unknown)[] = [
      () => Object.assign(other, { [rng.integer(other.length + 1)]: size }),
      () => pick(STRANGE, rng),
      () => other.slice(1),
      () => Object.assign(other, { length: other.length + 2 }), // holes
    ];
    return { sequences, lengths: pick(changes, rng)() as ArrayLike<number> };
  }
  return {
    sequences: changed(sequences, rng) as SequenceData,
    lengths: rarely(4, rng) ? undefined : lengths,
  };
}

function changed(value: unknown, rng: Rng): unknown {
  if (ArrayBuffer.isView(value)) {
    const numbers = Float64Array.from(value as Float64Array);
    numbers[rng.integer(numbers.length)] = pick([Number.NaN, Number.NEGATIVE_INFINITY, 1e308, -1, 0.5], rng);
    const Kind = pick([Float64Array, Float32Array, Int8Array, Uint16Array, Uint8ClampedArray], rng);
    return Kind.from(numbers);
  }
  if (!Array.isArray(value)) {
    if (typeof value !== 'object' || value === null) return pick(STRANGE, rng);
    const { data, shape } = value as { data: unknown; shape: readonly number[] };
    return pick<() => unknown>(
      [
        () => ({ data: changed(data, rng), shape }),
        () => ({ data, shape: pick([[], [0, 1], [2, 2], [1e9, 1], [-1, 1], 'x', null, [shape[0]]], rng) }),
        () => ({ data: pick(STRANGE, rng), shape }),
        () => ({ shape }),
      ],
      rng,
    )();
  }
  const copy = value.slice();
  const at = rng.integer(copy.length);
  pick<() => void>(
    [
      () => {
        copy[at] = changed(copy[at], rng);
      },
      () => {
        copy[at] = changed(copy[at], rng);
      },
      () => {
        copy[at] = pick(STRANGE, rng);
      },
      () => {
        copy.splice(at, 1);
      },
      () => {
        copy.splice(at, 0, copy[rng.integer(copy.length)], copy[at]);
      },
      () => {
        copy.length += pick([1, 3], rng); // with holes
      },
    ],
    rng,
  )();
  return copy;
}

const NAMES = [
  'a',
  'b',
  'Ann',
  'Ärger',
  '1',
  '2',
  '10',
  'x y',
  'say "hi"',
  'a,b',
  '\u001b[31m',
  '__proto__',
  'NA',
  '',
];

function fileInput(rng: Rng): FileInput {
  const names = several(1 + rng.integer(4), () => pick(NAMES, rng)).filter(
    (name, i, all) => all.indexOf(name) === i,
  );
  const [n, d] = [2 + rng.integer(20), 1 + rng.integer(3)];
  const isGrouped = rarely(2, rng);
  const owners = several(n, i =>
    isGrouped ? Math.floor((i * names.length) / n) : rng.integer(names.length),
  );
  const values = several(n, () => several(d, () => Number((rng.normal() * 100).toFixed(rng.integer(4)))));
  const drops = rarely(4, rng);
  const isMissing = several(n, () => drops && rarely(4, rng));
  const at = rng.integer(d + 1);
  const quoted = (name: string) =>
    /[",]/.test(name) || name === '' || rarely(3, rng) ? `"${name.replaceAll('"', '""')}"` : name;
  const line = (cells: readonly (string | number)[], name: string) =>
    [...cells.slice(0, at), name, ...cells.slice(at)].join(',');
  const header = line(
    several(d, j => `x${j}`),
    'person',
  );
  const lines = values.map((row, i) =>
    line(
      row.map((value, j) => (isMissing[i] && j === 0 ? 'NA' : value)),
      quoted(names[owners[i]]),
    ),
  );
  const text = [header, ...lines].join(pick(['\n', '\r\n'], rng));
  const told = drops ? ({ missing: 'drop' } as const) : undefined;
  const kept = values.map((_, i) => i).filter(i => !isMissing[i]);
  if (rarely(3, rng) || kept.length === 0) {
    const bytes = mutated(encoded(text), encoded(text), rng);
    const sequenceColumn = pick(['person', 'person', 'x0', '0', '5', 'nobody', ''], rng);
    return { text: new TextDecoder().decode(bytes), sequenceColumn, ...told };
  }
  const order = [...new Set(kept.map(i => owners[i]))];
  const rows = order.flatMap(owner => kept.filter(i => owners[i] === owner));
  return {
    ...{ text, sequenceColumn: 'person', ...told },
    expected: {
      values: rows.flatMap(i => values[i]),
      lengths: order.map(owner => kept.filter(i => owners[i] === owner).length),
      names: order.map(owner => names[owner].trim()),
      rows,
    },
  };
}
