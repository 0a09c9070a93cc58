import type { DeviceChoice } from '../backends/choose.js';
import type { DocumentOptions } from '../contract/topics.js';
import type { CheckedCounts } from '../data/sparse-counts.js';
import { type StoppingOptions, stoppingRule } from '../em/convergence.js';
import { InvalidArgumentError } from '../errors.js';
import { isTopicWeight, LatentDirichlet, type LatentDirichletOptions } from '../models/latent-dirichlet.js';
import { badNumber, checkAtLeast, checkInteger, checkNumber, inWords } from '../numbers.js';
import { checkOptionNames } from '../option-names.js';

export type LearningMethod = 'batch' | 'online';

/** λ, [K, V]: rows, one flat array with its shape, or a model. */
export type GivenTopics =
  | readonly ArrayLike<number>[]
  | { readonly data: ArrayLike<number>; readonly shape: readonly [number, number] }
  | { readonly components: ArrayLike<number> };

export interface TopicProgress {
  /** M-steps so far; in online mode, passes over all documents. */
  readonly iteration: number;
  /** The bound at `components`, nats; in online mode only where evaluateEvery asks for it. */
  readonly bound: number | undefined;
  /** [K, V] λ */
  readonly components: Float64Array;
}

/** Names, meanings and defaults are scikit-learn's, but for `tol`. */
export interface LatentDirichletAllocationOptions
  extends Omit<StoppingOptions, 'tol' | 'maxIter'>,
    LatentDirichletOptions,
    Partial<DocumentOptions> {
  /** All documents in each step, or a step after each minibatch. Default 'batch'. */
  learningMethod?: LearningMethod;
  /**
   * Stop when the bound changes by less than this per document, in nats; 0 takes all maxIter steps. Online it needs
   * evaluateEvery. Default 1e-3.
   */
  tol?: number;
  /** The most M-steps; online, passes. Default 10. */
  maxIter?: number;
  /** Documents of a minibatch, taken in order (shuffle documents that are sorted). Online only. Default 128. */
  batchSize?: number;
  /** κ of the step sizes (learningOffset + t)^−κ, in (0.5, 1]. Online only. Default 0.7. */
  learningDecay?: number;
  /** Slows the first steps down; ≥ 0. Online only. Default 10. */
  learningOffset?: number;
  /** Passes between evaluations of the bound of all documents; 0 for none but the last. Online only. Default 0. */
  evaluateEvery?: number;
  /** One seed gives one result on one device, bit for bit. Default 0. */
  seed?: number;
  /** Default 'random'. */
  init?: 'random' | GivenTopics;
  /** Default 'auto'. */
  device?: DeviceChoice;
  /** Called, and awaited, after every E-step; online, after every pass. */
  onIteration?: (progress: TopicProgress) => unknown;
}

const KNOWN = new Set([
  'nComponents',
  'docTopicPrior',
  'topicWordPrior',
  'learningMethod',
  'tol',
  'maxIter',
  'batchSize',
  'learningDecay',
  'learningOffset',
  'evaluateEvery',
  'maxDocUpdateIter',
  'meanChangeTol',
  'seed',
  'init',
  'device',
  'signal',
  'onIteration',
] satisfies (keyof LatentDirichletAllocationOptions)[]);

/** What a model keeps of its options: all that `transform` and `partialFit` need. */
export interface TopicSettings extends DocumentOptions {
  readonly docTopicPrior: number;
  readonly topicWordPrior: number;
  readonly learningDecay: number;
  readonly learningOffset: number;
}

/** Settings with their defaults. @throws InvalidArgumentError */
export function topicSettings(
  nComponents: number,
  options: Partial<TopicSettings>,
): { model: LatentDirichlet; settings: TopicSettings } {
  const { learningDecay = 0.7, learningOffset = 10, maxDocUpdateIter = 100, meanChangeTol = 1e-3 } = options;
  const model = new LatentDirichlet({ ...options, nComponents });
  checkNumber(
    'learningDecay',
    learningDecay,
    'in (0.5, 1], or steps shrink too slowly or too fast to converge',
    value => value > 0.5 && value <= 1,
  );
  checkAtLeast('learningOffset', learningOffset, 0);
  const { docTopicPrior, topicWordPrior } = model;
  return {
    model,
    settings: {
      docTopicPrior,
      topicWordPrior,
      learningDecay,
      learningOffset,
      maxDocUpdateIter,
      meanChangeTol,
    },
  };
}

/** Options with their defaults. @throws InvalidArgumentError for unknown names and values out of range */
export function checkTopicOptions(options: LatentDirichletAllocationOptions) {
  checkOptionNames(options, KNOWN);
  const { learningMethod = 'batch', tol = 1e-3, maxIter = 10, batchSize = 128, evaluateEvery = 0 } = options;
  const { seed = 0, init = 'random' } = options;
  if (learningMethod !== 'batch' && learningMethod !== 'online') {
    throw new InvalidArgumentError(
      `learningMethod must be 'batch' or 'online', got ${inWords(learningMethod)}.`,
    );
  }
  if (typeof init !== 'object' && init !== 'random') {
    throw new InvalidArgumentError(`init must be 'random', topics or a model, got ${inWords(init)}.`);
  }
  stoppingRule({ tol, maxIter });
  checkInteger('batchSize', batchSize, 1);
  checkInteger('evaluateEvery', evaluateEvery, 0);
  checkInteger('seed', seed, 0);
  return {
    ...options,
    ...topicSettings(options.nComponents, options),
    learningMethod,
    tol,
    maxIter,
    batchSize,
    evaluateEvery,
    seed,
    init,
  };
}

/** 2 GiB of float64, of which a fit makes several. */
const MOST_WEIGHTS = 2 ** 28;
/** A second's work, whatever the counts are. */
const FREE_WEIGHTS = 2 ** 21;
/** More weights than this for each count are those of words that hardly any document has. */
const MOST_WEIGHTS_A_COUNT = 1000;

/**
 * That a table of topics may be drawn: a shape is declared in a few letters, and costs what it says.
 *
 * @throws InvalidArgumentError for more topics of so many words than there is memory for, or than so few counts can tell
 */
export function checkTopicTable(nComponents: number, { data, shape: [, words] }: CheckedCounts): void {
  const most = Math.max(FREE_WEIGHTS, Math.min(MOST_WEIGHTS, MOST_WEIGHTS_A_COUNT * data.length));
  if (nComponents * words <= most) return;
  throw new InvalidArgumentError(
    `nComponents × words must be at most ${most} for ${data.length} counts, got ${nComponents} × ${words}. Try fewer topics, or leaving out words that few documents have.`,
  );
}

/**
 * [K, V] λ as given.
 *
 * @param name what it is called in messages
 * @throws InvalidArgumentError for another shape, or a value that is not finite and > 0
 */
export function givenTopics(
  given: GivenTopics,
  nComponents: number,
  vocabulary: number,
  name: string,
): Float64Array {
  const values = numbersOf(given);
  if (values?.length !== nComponents * vocabulary) {
    throw new InvalidArgumentError(
      `${name} must be ${nComponents} topics of ${vocabulary} words (${nComponents * vocabulary} numbers), got ${values?.length ?? inWords(given)}.`,
    );
  }
  const bad = badNumber(values, isTopicWeight);
  if (bad < 0) return Float64Array.from(values);
  throw new InvalidArgumentError(
    `${name}, topic ${Math.floor(bad / vocabulary)}, word ${bad % vocabulary}, is ${inWords(values[bad])}; weights must be finite and > 0, at least 2^-1022.`,
  );
}

function numbersOf(given: GivenTopics): ArrayLike<number> | undefined {
  if (Array.isArray(given)) return given.flatMap((row: ArrayLike<number>) => Array.from(row));
  const { components, data } = Object(given) as { components?: ArrayLike<number>; data?: ArrayLike<number> };
  return components ?? data;
}
