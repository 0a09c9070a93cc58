import { parseJson } from '../../src/cli/files.js';
import type { Input, OpenModel, Use } from '../../src/cli/kinds/kind.js';
import { openModel } from '../../src/cli/models.js';
import { cpu, matrix } from '../../src/index.js';
import type { Rng } from '../../src/numerics/rng.js';
import { EVERY_MODEL } from '../support/every-model.js';
import { type FuzzKind, pick } from './kind.js';
import { checkWords, expectSame, Wrong } from './words.js';

type Json = unknown;

/** Characters: time and memory are those of the file's text. */
const LARGEST = 2 ** 20;

/** What no member of a model file means, or hardly. */
const STRANGE: readonly Json[] = [
  ...[null, true, false, '', 'x', '1', '__proto__', 'x'.repeat(1000), {}, [], [[]], [null], [0.5], ['a']],
  ...[0, -1, 0.5, 1, 2, 5, 128, 129, 1024, 1025, 3e8, 2 ** 31, 2 ** 32, 1e15, 1e16, 1e300, -1e300, 5e-324],
  ...[{ length: 3e8 }, { length: 3, 0: 1, 1: 2, 2: 3 }, { toString: 'x' }, { toJSON: 1 }, { constructor: 1 }],
];

/** Files of every kind of model, of which members are dropped, doubled, moved, or made something else. */
export const models: FuzzKind<string, string> = {
  name: 'model',
  seeds: () =>
    Promise.all(EVERY_MODEL.flatMap(({ fit }) => [0, 1].map(async seed => JSON.stringify(await fit(seed))))),
  make(seeds, rng) {
    const file = JSON.parse(pick(seeds, rng));
    const other = JSON.parse(pick(seeds, rng));
    if (rng.integer(2) === 0) rescale(file, rng);
    else for (let changes = 1 + rng.integer(3); changes > 0; changes--) change(file, other, rng);
    const text = JSON.stringify(file);
    return rng.integer(10) === 0 ? scratched(text, rng) : text;
  },
  show: String,
  async take(input) {
    const model = openModel(parseJson(input));
    model.toJSON();
    model.describe().split('\n').forEach(checkWords);
    const { nFeatures, columns, levels } = model.toJSON() as Record<string, number & string[]>;
    const use = { device: cpu(), signal: new AbortController().signal };
    const topics = model.kind === 'latent-dirichlet-allocation';
    const d = (columns ?? levels)?.length ?? nFeatures;
    await ask(model, topics ? counts(nFeatures) : rowsOf(new Float64Array(4 * d), d), use);
    const drawn = model.sample?.(SAMPLE, 1);
    if (!drawn) return;
    expectSame('number of labels', drawn.labels.length, SAMPLE);
    if (drawn.labels.some(label => label >= model.nParts)) throw new Wrong('a label that no part has');
    if (!drawn.data.every(Number.isFinite)) throw new Wrong('a drawn value that is not finite');
    await ask(model, rowsOf(drawn.data, drawn.shape[1]), use);
  },
};

const SAMPLE = 5;

/** Ask for all that a model says of rows: parts that there are, probabilities that sum to 1, scores that are numbers. */
async function ask(model: OpenModel, input: Input, use: Use): Promise<void> {
  const labels = await model.predict(input, use);
  expectSame('number of labels', labels.length, input.nRows);
  if (labels.some(label => label >= model.nParts)) throw new Wrong('a label that no part has');
  const probabilities = await model.predictProba?.(input, use);
  for (let at = 0; at < (probabilities?.length ?? 0); at += model.nParts) {
    const sum = probabilities?.subarray(at, at + model.nParts).reduce((all, p) => all + p, 0);
    if (!(Math.abs((sum as number) - 1) < 1e-9))
      throw new Wrong(`probabilities of row ${at / model.nParts} sum to ${sum}`);
  }
  for (const { name, value } of await model.score(input, use)) {
    if (Number.isNaN(value)) throw new Wrong(`${name} is no number`);
  }
}

/** One sequence, where the model is of sequences. */
const rowsOf = (data: Float64Array, d: number) => {
  const nRows = data.length / d;
  return { points: matrix(data, [nRows, d]), lengths: Uint32Array.of(nRows), nRows };
};

/** One document of one word. */
const counts = (vocabulary: number) => ({
  counts: {
    data: Float64Array.of(1),
    indices: Uint32Array.of(0),
    indptr: Uint32Array.of(0, 1),
    shape: [1, vocabulary],
  },
  nRows: 1,
});

/** Make one random member, at any depth, something else. */
function change(file: Json, other: Json, rng: Rng): void {
  const [holder, key] = placeIn(file, rng);
  const value = holder[key];
  const changes: (() => void)[] = [
    () => remove(holder, key),
    () => {
      holder[key] = pick(STRANGE, rng);
    },
    () => {
      const [from, name] = placeIn(other, rng);
      holder[key] = from[name];
    },
    () => {
      const [from, name] = placeIn(file, rng);
      holder[key] = structuredClone(from[name]);
    },
    () => {
      holder[key] = nested(value, pick([1, 2, 5, 100], rng));
    },
    () => {
      const copies = Math.min(pick([0, 1, 3, 1000, 100_000], rng), LARGEST / textOf(value).length);
      // Each by itself: of one that is there many times, the next change would be many.
      holder[key] = JSON.parse(`[${new Array(Math.floor(copies)).fill(textOf(value)).join()}]`);
    },
    () => {
      if (Array.isArray(value)) holder[key] = [...value, ...value];
      else if (typeof value === 'number') holder[key] = value * pick([-1, 0, 2, 1e10, 1e-10, 1 + 1e-5], rng);
      else holder[key] = textOf(value);
    },
    () => {
      holder[pick(['fit', 'columns', 'levels', 'levelNames', 'scale', 'trials', 'words', 'x'], rng)] = value;
    },
  ];
  pick(changes, rng)();
}

/** Multiply all numbers of one or two members: a model may still be one, of other units or far off. */
function rescale(file: Json, rng: Rng): void {
  const members = Object.values(file as Holder).filter(value => typeof value === 'object' && value !== null);
  for (let times = 1 + rng.integer(2); times > 0; times--) {
    const factor = pick([-1, 0, 1e-300, 1e-150, 1e-20, 1e-5, 0.5, 2, 1e5, 1e12, 1e20, 1e150, 1e300], rng);
    multiply(pick(members, rng) as Holder, factor);
  }
}

function multiply(holder: Holder, factor: number): void {
  for (const [key, value] of Object.entries(holder)) {
    if (typeof value === 'number') holder[key] = value * factor;
    else if (typeof value === 'object' && value !== null) multiply(value as Holder, factor);
  }
}

const textOf = (value: Json): string => JSON.stringify(value) ?? 'null';

type Holder = Record<string | number, Json>;

/** Somewhere in a value: the deeper, the rarer, so that members of the file itself have their turn. */
function placeIn(value: Json, rng: Rng): [Holder, string | number] {
  let holder = value as Holder;
  for (;;) {
    const keys = Object.keys(holder);
    if (keys.length === 0) return [holder, 0];
    const key = pick(keys, rng);
    const next = holder[key];
    const isLeaf = typeof next !== 'object' || next === null || Object.keys(next).length === 0;
    if (isLeaf || rng.integer(2) === 0) return [holder, Array.isArray(holder) ? Number(key) : key];
    holder = next as Holder;
  }
}

function remove(holder: Holder, key: string | number): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function nested(value: Json, depth: number): Json {
  let result = value;
  for (let i = 0; i < depth; i++) result = [result];
  return result;
}

/** Text with a piece cut out, doubled, or made something else. */
function scratched(text: string, rng: Rng): string {
  const at = rng.integer(text.length);
  const end = Math.min(text.length, at + 1 + rng.integer(20));
  const piece = pick(
    ['', text.slice(at, end).repeat(2), '[', '}', '"', '1e999', '-', '\u0000', '\ud800'],
    rng,
  );
  const isNumber = /\d/.test(text[at]);
  if (isNumber && rng.integer(2) === 0) {
    const deep = pick([5000, 100_000], rng); // deeper than JSON.stringify goes
    return `${text.slice(0, at)}${'['.repeat(deep)}1${']'.repeat(deep)}${text.slice(at + 1)}`;
  }
  return text.slice(0, at) + piece + text.slice(end);
}
