import { inspect } from 'node:util';
import { parseCounts } from '../../src/cli/counts.js';
import { type Counts, checkCounts } from '../../src/data/sparse-counts.js';
import { textOf } from '../../src/data/text.js';
import { FAMILIES, type FamilyName } from '../../src/estimators/count-family.js';
import { EmError, LatentDirichletAllocation, Mixture, type MixtureOptions } from '../../src/index.js';
import type { Rng } from '../../src/numerics/rng.js';
import { encoded, mutated } from './bytes.js';
import { hostileText } from './hostile-texts.js';
import { type FuzzKind, pick, rarely, several } from './kind.js';
import { expectSame, Wrong } from './words.js';

type CountsInput = FileInput | TableInput | FamilyInput;

/** A CSV file of word counts. */
interface FileInput {
  readonly bytes: Uint8Array;
  readonly vocabulary?: readonly string[];
  /** [n, V] */
  readonly expected?: readonly (readonly number[])[];
}

/** Counts as a caller has them. */
interface TableInput {
  readonly counts: Counts;
  readonly expected?: readonly (readonly number[])[];
}

/** Rows of a family of counts. */
interface FamilyInput {
  readonly rows: readonly (readonly number[])[];
  readonly options: MixtureOptions;
  /** Whether the family takes such rows. */
  readonly isTaken?: boolean;
}

/** Word counts in files and in arrays, and rows of families of counts. */
export const counts: FuzzKind<null, CountsInput> = {
  name: 'counts',
  seeds: async () => [],
  make: (_, rng) => pick([fileInput, fileInput, tableInput, familyInput], rng)(rng),
  async take(input) {
    try {
      if ('bytes' in input) takeFile(input);
      else if ('counts' in input) await takeTable(input);
      else await takeFamily(input);
    } catch (error) {
      const isGood = ('expected' in input && input.expected) || ('isTaken' in input && input.isTaken);
      if (isGood && error instanceof EmError) throw new Wrong(`refused: ${error.message}`);
      throw error;
    }
  },
  show: input =>
    'bytes' in input
      ? `${JSON.stringify(new TextDecoder().decode(input.bytes.subarray(0, 5000)))}\n${inspect({ ...input, bytes: 0 }, { depth: 5 })}`
      : inspect(input, { depth: 5, maxArrayLength: 200 }),
};

function takeFile({ bytes, vocabulary, expected }: FileInput): void {
  const { counts, words, documents } = parseCounts(textOf(bytes), vocabulary);
  const checked = checkCounts(counts);
  expectSame('number of words', words.length, counts.shape[1]);
  if (documents) expectSame('number of documents', documents.length, counts.shape[0]);
  if (vocabulary) expectSame('words', words, vocabulary);
  if (expected) expectSame('counts', denseOf(checked), expected);
}

async function takeTable({ counts, expected }: TableInput): Promise<void> {
  const checked = checkCounts(counts);
  if (expected) expectSame('counts', denseOf(checked), expected);
  const model = await LatentDirichletAllocation.fit(counts, { nComponents: 2, maxIter: 2, device: 'cpu' });
  checkNumbers('bound', [model.fitInfo.bound]);
  checkNumbers('topics', model.topics);
  const proportions = await model.transform(counts);
  checkNumbers('proportions', proportions);
  expectSame('number of proportions', proportions.length, 2 * checked.shape[0]);
}

async function takeFamily({ rows, options }: FamilyInput): Promise<void> {
  const model = await Mixture.fit(rows as number[][], options);
  checkNumbers('log-likelihood', [model.fitInfo.logLikelihood]);
  checkNumbers('parameters', (model.rates ?? model.probabilities) as Float64Array);
  checkNumbers('posteriors', await model.predictProba(rows as number[][]));
}

function checkNumbers(what: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new Wrong(`${what}: ${values[i]} at ${i}`);
  }
}

/** [n, V], with what comes twice added up. */
function denseOf({ data, indices, indptr, shape: [n, vocabulary] }: ReturnType<typeof checkCounts>) {
  return several(n, document => {
    const row = new Array<number>(vocabulary).fill(0);
    for (let t = indptr[document]; t < indptr[document + 1]; t++) row[indices[t]] += data[t];
    return row;
  });
}

const WORDS = [
  'apple',
  'Birne',
  'αβγ',
  'say "hi"',
  'a,b',
  '\u001b[31m',
  '__proto__',
  '1',
  'n'.repeat(5000),
  'x\ny',
];
const ODD = [-1, 0.5, -0, 1e-320, 1e15, 1e300, 1.7e308, Number.NaN, Number.POSITIVE_INFINITY];
const STRANGE = [
  null,
  undefined,
  '1',
  'x',
  true,
  [],
  [1],
  {},
  3n,
  { length: 3e8 },
  { length: 2, 0: 1, 1: 1 },
  Symbol.iterator,
];

const wholeCount = (rng: Rng) => (rarely(2, rng) ? 0 : rng.integer(pick([2, 10, 1000], rng)));

function fileInput(rng: Rng): FileInput {
  if (rarely(30, rng)) return { bytes: hostileCounts(rng) };
  const [n, v] = [1 + rng.integer(6), 1 + rng.integer(6)];
  const words = several(v, j => (rarely(3, rng) ? pick(WORDS, rng) : `word${j}`)).map((word, j, all) =>
    all.indexOf(word) < j ? `${j}-${word}` : word,
  );
  const table = several(n, () => several(v, () => wholeCount(rng)));
  const { text, expected, vocabulary } = pick([triples, documentsAndWords], rng)(table, words, rng);
  const bytes = encoded(text);
  if (rarely(2, rng)) return { bytes, expected, vocabulary };
  return { bytes: mutated(bytes, encoded(triples(table, words, rng).text), rng), vocabulary };
}

type Written = { text: string; vocabulary?: readonly string[]; expected: readonly (readonly number[])[] };

const field = (text: string, rng: Rng) =>
  /["\n\r,]/.test(text) || rarely(4, rng) ? `"${text.replaceAll('"', '""')}"` : text;

/** A line for each word of each document, in any order, some of them twice. */
function triples(table: readonly number[][], words: readonly string[], rng: Rng): Written {
  const lines: { document: number; word: number; count: number }[] = [];
  table.forEach((row, document) => {
    row.forEach((count, word) => {
      const part = rarely(4, rng) ? rng.integer(count + 1) : 0;
      if (part > 0) lines.push({ document, word, count: part });
      if (count > part || rarely(3, rng)) lines.push({ document, word, count: count - part });
    });
  });
  if (lines.length === 0) lines.push({ document: 0, word: 0, count: table[0][0] });
  lines.sort((a, b) => ((a.document * 7 + a.word * 3) % 5) - ((b.document * 7 + b.word * 3) % 5));
  const vocabulary = rarely(2, rng) ? words : undefined;
  const inOrder = vocabulary ? [...words.keys()] : [...new Set(lines.map(({ word }) => word))];
  const documents = [...new Set(lines.map(({ document }) => document))];
  const end = pick(['\n', '\r\n'], rng);
  const text = [pick(['doc,word,count', 'document,word,count', ' Doc, Word ,count'], rng)]
    .concat(lines.map(({ document, word, count }) => `d${document},${field(words[word], rng)},${count}`))
    .join(end);
  const expected = documents.map(document => inOrder.map(word => table[document][word]));
  return { text, vocabulary, expected };
}

/** A line a document, a column a word. */
function documentsAndWords(table: readonly number[][], words: readonly string[], rng: Rng): Written {
  const corner = pick([undefined, '', 'doc', 'document'], rng);
  const header = [...(corner === undefined ? [] : [corner]), ...words.map(word => field(word, rng))];
  const lines = table.map((row, i) => [...(corner === undefined ? [] : [`d${i}`]), ...row.map(String)]);
  const isPlain = corner === undefined && words.every(word => !Number.isNaN(Number(word)));
  return {
    text: [header, ...lines].map(line => line.join(',')).join(pick(['\n', '\r\n'], rng)),
    expected: isPlain ? [words.map(Number), ...table] : table,
  };
}

/** Many words, many documents, and texts of a few letters many times. */
function hostileCounts(rng: Rng): Uint8Array {
  const many = pick([1000, 20_000, 100_000], rng);
  const lines = (line: (i: number) => string) => several(many, line).join('\n');
  return pick<() => Uint8Array>(
    [
      () => hostileText(rng),
      () => encoded(`doc,word,count\n${hostileLines(rng, many)}`),
      () => encoded(`${several(many, j => `w${j}`).join(',')}\n${several(many, () => 1).join(',')}`),
      () => encoded(`${several(many, j => j).join(',')}\n`),
      () => encoded(`doc,word,count\n${lines(i => `d${i},w${i},1`)}`),
      () => encoded(`doc,word,count\n${lines(() => 'd,w,1')}`),
      () => encoded(`doc,word,count\n${lines(() => '"d","w","1"')}`),
    ],
    rng,
  )();
}

const hostileLines = (rng: Rng, many: number) =>
  pick(['"', '""', '",', '"\n', 'a,"b",1\n', 'a,"b"c,1\n', 'a,b\n', '\n', ',', '1,'], rng).repeat(many);

function tableInput(rng: Rng): TableInput {
  const [n, v] = [1 + rng.integer(6), 1 + rng.integer(6)];
  const table = several(n, () => several(v, () => (rarely(10, rng) ? 0.5 : wholeCount(rng))));
  const good = rarely(2, rng) ? sparseOf(table, rng) : denseForm(table, rng);
  if (rarely(3, rng))
    return { counts: good, expected: table.flat().some(count => count > 0) ? table : undefined };
  return { counts: broken(good as unknown as Record<string, unknown>, rng) };
}

/** Words in any order, some of them twice. */
function sparseOf(table: readonly number[][], rng: Rng): Counts {
  const [data, indices, indptr]: number[][] = [[], [], [0]];
  for (const row of table) {
    const words = [...row.keys()].sort((a, b) => ((a * 5) % 7) - ((b * 5) % 7));
    for (const word of words) {
      const parts = rarely(4, rng) ? [row[word] / 2, row[word] / 2] : [row[word]];
      for (const part of parts.filter(part => part > 0 || rarely(4, rng))) {
        data.push(part);
        indices.push(word);
      }
    }
    indptr.push(data.length);
  }
  const typed = rarely(2, rng);
  return {
    data: typed ? Float64Array.from(data) : data,
    indices: typed ? Int32Array.from(indices) : indices,
    indptr: typed ? Uint32Array.from(indptr) : indptr,
    shape: [table.length, table[0].length],
  };
}

function denseForm(table: readonly number[][], rng: Rng): Counts {
  const shape = [table.length, table[0].length] as const;
  return pick(
    [
      () => table,
      () => table.map(row => Float64Array.from(row)),
      () => ({ data: table.flat(), shape }),
      () => ({ data: Float32Array.from(table.flat()), shape }),
    ],
    rng,
  )();
}

/** One or two members, or one of their entries, made something else. */
function broken(good: Record<string, unknown>, rng: Rng): Counts {
  const made: Record<string, unknown> = Array.isArray(good) ? (good.slice() as never) : { ...good };
  for (let changes = 1 + rng.integer(2); changes > 0; changes--) {
    const name = pick(Object.keys(made), rng);
    const value = made[name];
    const isList = Array.isArray(value) || ArrayBuffer.isView(value);
    const copy = isList ? Array.from(value as ArrayLike<unknown>) : [];
    const at = rng.integer(copy.length + 1);
    const sizes = [0, -1, 0.5, 1, 7, 1000, 1e6, 1e7, 2 ** 24, 2 ** 24 + 1, 2e8, 2 ** 32, 2 ** 53, 1e300];
    const entry = () => (rarely(2, rng) ? pick(ODD, rng) : pick([...STRANGE, ...sizes], rng));
    pick<() => void>(
      [
        () => {
          made[name] = pick(STRANGE, rng);
        },
        () => {
          copy[at] = name === 'shape' ? pick(sizes, rng) : entry();
          made[name] = copy;
        },
        () => {
          copy.splice(at, 1, ...several(rng.integer(3), entry));
          made[name] = copy;
        },
        () => {
          if (name === 'shape' || name === 'indices') copy[rng.integer(2)] = pick(sizes, rng);
          else copy.length = pick([0, 1, 5, 100], rng); // with holes
          made[name] = copy;
        },
        () => {
          delete made[name];
        },
      ],
      rng,
    )();
  }
  return made as unknown as Counts;
}

function familyInput(rng: Rng): FamilyInput {
  const family: FamilyName = pick(FAMILIES, rng);
  const [n, d] = [4 + rng.integer(8), 1 + rng.integer(4)];
  const most =
    family === 'bernoulli' ? 2 : family === 'categorical' ? 4 : pick([2, 10, 1000, 1e9, 1e15], rng);
  const rows = several(n, () => several(d, () => rng.integer(most)));
  const trials = family === 'binomial' ? most : undefined;
  const options: MixtureOptions = {
    ...{ family, nComponents: 1 + rng.integer(3), maxIter: 3, device: 'cpu', seed: rng.integer(100) },
    ...(trials && { trials }),
  };
  if (rarely(3, rng)) return { rows, options, isTaken: true };
  const [i, j] = [rng.integer(n), rng.integer(d)];
  rows[i][j] = pick([...ODD, 1e9, 2 ** 31, 2 ** 53, -1e300], rng);
  if (rarely(3, rng)) rows[rng.integer(n)] = several(rng.integer(200), () => rng.integer(2));
  const strange = pick(
    [
      undefined,
      undefined,
      { trials: pick([0, -1, 0.5, 1e9, 1e300, Number.NaN], rng) },
      { levels: pick([[1e9], [2, 2], [], [0], [-1], [Number.NaN]], rng) },
    ],
    rng,
  );
  return { rows, options: { ...options, ...strange } };
}
