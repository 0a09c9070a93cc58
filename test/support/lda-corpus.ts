import type { SparseCounts } from '../../src/index.js';
import { gammaVariate } from '../../src/init/random-topics.js';
import { createRng, type Rng } from '../../src/numerics/rng.js';

/** Documents of known topics, drawn as the model says they are. */
export interface Corpus {
  readonly counts: SparseCounts;
  /** [K, V] the topics' distributions over words */
  readonly topics: Float64Array;
  /** [n, K] the documents' distributions over topics */
  readonly proportions: Float64Array;
}

export interface CorpusOptions {
  n: number;
  vocabulary: number;
  nComponents: number;
  /** mean words of a document; lengths are uniform on half to one and a half times that */
  length: number;
  docTopicPrior?: number;
  topicWordPrior?: number;
  seed?: number;
}

export function corpus({
  n,
  vocabulary,
  nComponents,
  length,
  docTopicPrior = 0.1,
  topicWordPrior = 0.05,
  seed = 1,
}: CorpusOptions): Corpus {
  const rng = createRng(seed, 41);
  const topics = dirichlets(nComponents, vocabulary, topicWordPrior, rng);
  const proportions = dirichlets(n, nComponents, docTopicPrior, rng);
  const [data, indices, indptr] = [[] as number[], [] as number[], [0]];
  const cumulated = Array.from({ length: nComponents }, (_, k) =>
    cumulate(topics.subarray(k * vocabulary, (k + 1) * vocabulary)),
  );
  for (let d = 0; d < n; d++) {
    const ofDocument = cumulate(proportions.subarray(d * nComponents, (d + 1) * nComponents));
    const counts = new Map<number, number>();
    const words = Math.round(length * (0.5 + rng.uniform()));
    for (let i = 0; i < words; i++) {
      const word = draw(cumulated[draw(ofDocument, rng)], rng);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    for (const [word, count] of [...counts].sort(([a], [b]) => a - b)) {
      indices.push(word);
      data.push(count);
    }
    indptr.push(data.length);
  }
  return { counts: { data, indices, indptr, shape: [n, vocabulary] }, topics, proportions };
}

/** The order of `found` rows that is nearest to `planted`, greedily, and the total variation distance of each pair. */
export function matchTopics(
  found: Float64Array,
  planted: Float64Array,
  nComponents: number,
): { order: number[]; distances: number[] } {
  const length = planted.length / nComponents;
  const distance = (k: number, l: number) => {
    let sum = 0;
    for (let v = 0; v < length; v++) sum += Math.abs(planted[k * length + v] - found[l * length + v]);
    return sum / 2;
  };
  const pairs = Array.from({ length: nComponents ** 2 }, (_, i) => {
    const [k, l] = [Math.floor(i / nComponents), i % nComponents];
    return { k, l, d: distance(k, l) };
  }).sort((a, b) => a.d - b.d);
  const order = new Array<number>(nComponents).fill(-1);
  const distances = new Array<number>(nComponents);
  for (const { k, l, d } of pairs) {
    if (order[k] >= 0 || order.includes(l)) continue;
    order[k] = l;
    distances[k] = d;
  }
  return { order, distances };
}

/** Rows drawn from a symmetric Dirichlet. */
function dirichlets(rows: number, length: number, concentration: number, rng: Rng): Float64Array {
  const values = new Float64Array(rows * length);
  for (let i = 0; i < rows; i++) {
    const row = values.subarray(i * length, (i + 1) * length);
    // Gamma(a) is Gamma(a + 1) U^(1/a) for a < 1 (Marsaglia & Tsang 2000).
    for (let j = 0; j < length; j++) {
      row[j] = gammaVariate(concentration + 1, rng) * (1 - rng.uniform()) ** (1 / concentration) + 1e-300;
    }
    const total = row.reduce((sum, value) => sum + value, 0);
    for (let j = 0; j < length; j++) row[j] /= total;
  }
  return values;
}

function cumulate(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map(weight => {
    sum += weight;
    return sum;
  });
}

function draw(cumulated: Float64Array, rng: Rng): number {
  const u = rng.uniform() * cumulated[cumulated.length - 1];
  let [low, high] = [0, cumulated.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulated[middle] > u) high = middle;
    else low = middle + 1;
  }
  return low;
}
