import { InvalidArgumentError, ModelFormatError } from '../../errors.js';
import { LatentDirichletAllocation } from '../../estimators/latent-dirichlet-allocation.js';
import { brief } from '../../quote.js';
import { readCounts, type WordCounts } from '../counts.js';
import { counted, fitPairs, formatSummary } from '../summary.js';
import { formatNats, formatNumber, formatPairs } from '../table.js';
import type { Input, OpenModel } from './kind.js';

type CountsInput = Input & WordCounts;

const TOP_WORDS = 10;

export function openTopics(json: unknown): OpenModel<CountsInput> {
  const model = LatentDirichletAllocation.fromJSON(json);
  const words = wordsOf(json, model.nFeatures);
  return {
    kind: 'latent-dirichlet-allocation',
    part: 'topic',
    nParts: model.nComponents,
    toJSON: () => topicsJson(model, words),
    describe: () => describeTopics(model, words),
    async readInput(path, { columns, keepText }) {
      if (columns)
        throw new InvalidArgumentError('Word counts have no --columns; the model knows its words.');
      if (keepText) throw new InvalidArgumentError('--append is for tables of numbers, not for word counts.');
      const read = await readCounts(path, words);
      const { counts, documents } = read;
      const names = documents && { header: 'doc', values: documents };
      return { ...read, nRows: counts.shape[0], names };
    },
    async predict({ counts }, { device }) {
      return likeliest(await model.transform(counts, { device }), model.nComponents);
    },
    predictProba: ({ counts }, { device }) => model.transform(counts, { device }),
    async score({ counts }, { device }) {
      const bound = await model.score(counts, { device });
      const perplexity = perplexityOf(bound, counts);
      return [
        { name: 'bound', label: 'bound', value: bound, text: formatNats(bound) },
        { name: 'perplexity', label: 'perplexity', value: perplexity, text: formatNumber(perplexity, 7) },
      ];
    },
  };
}

/** A model's file, and the words that its columns stand for. */
export const topicsJson = (model: LatentDirichletAllocation, words: readonly string[]) => ({
  ...model.toJSON(),
  words,
});

/** exp(−bound / number of words) */
export function perplexityOf(bound: number, { data }: WordCounts['counts']): number {
  let length = 0;
  for (let t = 0; t < data.length; t++) length += data[t];
  return Math.exp(-bound / length);
}

/** Each topic's likeliest words, with their probabilities. */
export function topWords(
  { topics, nComponents, nFeatures }: LatentDirichletAllocation,
  words: readonly string[],
  most: number,
): { word: string; weight: number }[][] {
  return Array.from({ length: nComponents }, (_, k) => {
    const weights = topics.subarray(k * nFeatures, (k + 1) * nFeatures);
    const order = Array.from(words.keys()).sort((a, b) => weights[b] - weights[a]);
    return order.slice(0, most).map(v => ({ word: words[v], weight: weights[v] }));
  });
}

export function describeTopics(
  model: LatentDirichletAllocation,
  words: readonly string[],
  { most = TOP_WORDS, perplexity }: { most?: number; perplexity?: number } = {},
): string {
  const { nComponents, nFeatures, fitInfo } = model;
  const title = `Latent Dirichlet allocation, ${counted(nComponents, 'topic')}, ${counted(nFeatures, 'word')}`;
  const [bound, ...rest] = fitInfo ? fitPairs(fitInfo, ['bound', formatNats(fitInfo.bound)]) : [];
  const lines = topWords(model, words, most).map((top, k): [string, string] => [
    `topic ${k}`,
    top.map(({ word, weight }) => `${brief(word)} ${formatNumber(weight, 3)}`).join(', '),
  ]);
  return formatSummary(
    [
      ['model', title],
      ...(bound ? [bound] : []),
      ...(perplexity === undefined ? [] : [['perplexity', formatNumber(perplexity, 7)] as const]),
      ...rest,
    ],
    formatPairs(lines),
  );
}

function wordsOf(json: unknown, vocabulary: number): readonly string[] {
  const { words } = json as { words?: unknown };
  if (words === undefined) return Array.from({ length: vocabulary }, (_, v) => String(v));
  const areNames = Array.isArray(words) && words.every(word => typeof word === 'string');
  if (areNames && words.length === vocabulary) return words;
  throw new ModelFormatError(`The model file is broken: expected ${vocabulary} words.`);
}

function likeliest(proportions: Float64Array, k: number): Uint32Array {
  return Uint32Array.from({ length: proportions.length / k }, (_, d) => {
    const own = proportions.subarray(d * k, (d + 1) * k);
    return own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  });
}
