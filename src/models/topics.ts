import type { CheckedCounts } from '../data/sparse-counts.js';
import { digamma, logGamma } from '../numerics/special.js';

/** Topics ready to evaluate: exp(E[log β_kv]) = weights · e^offsets, each word's largest weight being 1. */
export interface ScaledTopics {
  /** [P, K] between `floor` and 1 */
  readonly weights: Float64Array;
  /** [P] */
  readonly offsets: Float64Array;
}

/**
 * The offset of a word cancels in φ, so that weights of rare words survive in float32.
 *
 * @param floor what a weight is at least; the square of it must be a number other than 0, so that no φ is 0 / 0
 */
export function scaleTopics(logTopics: Float64Array, nComponents: number, floor: number): ScaledTopics {
  const words = logTopics.length / nComponents;
  const offsets = new Float64Array(words);
  const weights = new Float64Array(logTopics.length);
  for (let word = 0, at = 0; word < words; word++, at += nComponents) {
    let largest = logTopics[at];
    for (let k = 1; k < nComponents; k++) largest = Math.max(largest, logTopics[at + k]);
    offsets[word] = largest;
    for (let k = 0; k < nComponents; k++) {
      weights[at + k] = Math.max(Math.exp(logTopics[at + k] - largest), floor);
    }
  }
  return { weights, offsets };
}

/** Counts with words numbered by what occurs: `indices` into `words`. */
export interface Vocabulary {
  /** [P] the words that occur, in increasing order */
  readonly words: Uint32Array;
  /** [nnz] positions in `words` */
  readonly indices: Uint32Array;
  /** [P] how often each occurs in all documents */
  readonly totals: Float64Array;
}

export function vocabularyOf({ data, indices, shape }: CheckedCounts): Vocabulary {
  const position = new Int32Array(shape[1]).fill(-1);
  for (const word of indices) position[word] = 0;
  let size = 0;
  for (let word = 0; word < position.length; word++) if (position[word] === 0) position[word] = size++;
  const words = new Uint32Array(size);
  position.forEach((at, word) => {
    if (at >= 0) words[at] = word;
  });
  const local = indices.map(word => position[word]);
  const totals = new Float64Array(size);
  local.forEach((at, t) => {
    totals[at] += data[t];
  });
  return { words, indices: local, totals };
}

/** What the bound has of a document besides its words and γ: log Γ(Kα) − log Γ(Kα + N_d), of all documents. */
export function lengthTerms(lengths: Float64Array, nComponents: number, docTopicPrior: number): number {
  const concentration = nComponents * docTopicPrior;
  const ofNone = logGamma(concentration);
  return lengths.reduce((sum, length) => sum + ofNone - logGamma(concentration + length), 0);
}

/**
 * The same where documents' own parts have ψ(γ_dk) − ψ(Kα + N_d) in place of ψ(γ_dk) and one γ_dk − α more: N_d ψ − N_d
 * besides. Terms as large as N_d log N_d cancel here.
 */
export function relativeLengthTerms(
  lengths: Float64Array,
  nComponents: number,
  docTopicPrior: number,
): number {
  const whole = nComponents * docTopicPrior;
  const besides = lengths.reduce((sum, length) => sum + length * (digamma(whole + length) - 1), 0);
  return lengthTerms(lengths, nComponents, docTopicPrior) + besides;
}

/** What the bound has of each word's offset. */
export function offsetTerms(offsets: Float64Array, totals: Float64Array): number {
  return offsets.reduce((sum, offset, word) => sum + offset * totals[word], 0);
}

/** Where the ascent of a document's γ begins; lda-documents has the same numbers. */
export const ASCENT = {
  /** At γ_dk = α + N_d / K; if that ends lower than the γ of the last step stands, there. */
  best: 0,
  /** At γ_dk = α + N_d / K: there is no other yet. */
  fresh: 1,
  /** At the γ of the last step. */
  resumed: 2,
} as const;

export type Ascent = (typeof ASCENT)[keyof typeof ASCENT];

/** Steps in which documents begin anew: topics that have only begun to form would hold them where they are. */
const FRESH_STEPS = 10;

/** None of them lowers a document's bound. @param step steps taken before */
export function ascentOf(step: number): Ascent {
  if (step === 0) return ASCENT.fresh;
  return step < FRESH_STEPS ? ASCENT.best : ASCENT.resumed;
}
