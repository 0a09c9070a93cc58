import type { EStepOptions } from '../contract/e-step.js';
import type { Statistics } from '../contract/statistics.js';
import type { Loaded, ResidentCounts } from '../contract/table.js';
import type { DocumentState, DocumentTopics } from '../contract/topics.js';
import { InvalidArgumentError } from '../errors.js';
import { checkInteger, checkNumber, checkPositive } from '../numbers.js';
import { digamma, logGamma } from '../numerics/special.js';
import type { Model, Problem } from './model.js';

/** q(β) = Π_k Dirichlet(λ_k) */
export interface TopicParameters {
  /** [K, V] λ: the prior, and the words of each topic that are expected, as pseudo-counts */
  readonly components: Float64Array;
}

export interface LatentDirichletOptions {
  /** K */
  nComponents: number;
  /** α of the symmetric Dirichlet on each document's topics. Default 1 / K. */
  docTopicPrior?: number;
  /** η of the symmetric Dirichlet on each topic's words. Default 1 / K. */
  topicWordPrior?: number;
}

/** Of smaller numbers 1/λ, and with it ψ(λ), is beyond float64. */
export const isTopicWeight = (value: number): boolean =>
  value >= 2 ** -1022 && value < Number.POSITIVE_INFINITY;

/**
 * Latent Dirichlet allocation (Blei, Ng & Jordan 2003) with a Dirichlet on topics: every word of a document has a topic
 * of its own. Its posterior has no closed form; the `factorised` E-step rule finds the nearest q(z) q(θ) q(β).
 */
export class LatentDirichlet implements Model<TopicParameters, ResidentCounts> {
  readonly nComponents: number;
  readonly docTopicPrior: number;
  readonly topicWordPrior: number;

  /** @throws InvalidArgumentError */
  constructor({
    nComponents,
    docTopicPrior = 1 / nComponents,
    topicWordPrior = 1 / nComponents,
  }: LatentDirichletOptions) {
    this.nComponents = checkInteger('nComponents', nComponents, 1);
    this.docTopicPrior = checkPositive('docTopicPrior', docTopicPrior);
    this.topicWordPrior = checkNumber(
      'topicWordPrior',
      topicWordPrior,
      'a finite number > 0, at least 2^-1022',
      isTopicWeight,
    );
  }

  /** @throws InvalidArgumentError for rows that `loadCounts` did not load */
  on(table: ResidentCounts): Problem<TopicParameters, ResidentCounts> {
    if (!isCounts(table)) {
      throw new InvalidArgumentError(
        'Topics need word counts. Try loadCounts of a backend in place of load.',
      );
    }
    let topics: DocumentTopics | undefined;
    let begin: DocumentState | undefined;
    let steps = 0;
    const eStep = async (parameters: TopicParameters, { documents }: EStepOptions = {}) => {
      if (!documents) {
        throw new InvalidArgumentError('Latent Dirichlet allocation has the factorised E-step only.');
      }
      const { nComponents, docTopicPrior } = this;
      topics ??= await table.documentTopics({ nComponents, docTopicPrior, ...documents }, begin);
      steps++;
      const { sums, bound, notes } = await topics.update(this.expectedLogTopics(parameters, table.words));
      const spread = this.spread(sums, table);
      return {
        mass: table.mass,
        logLikelihood: bound + this.topicBound(parameters),
        counts: this.#totals(spread),
        sums: spread,
        origin: NOTHING,
        notes,
      };
    };
    return {
      model: this,
      table,
      factorises: true,
      eStep,
      remember: async () => topics && { gammas: await topics.read(), steps },
      recall(remembered) {
        begin = remembered as DocumentState;
        steps = begin.steps;
      },
      dispose: () => topics?.dispose(),
    };
  }

  /** λ_kv = η + Σ_d n_dv φ_dvk maximises the bound, given φ. */
  mStep({ sums }: Statistics): { parameters: TopicParameters } {
    return { parameters: { components: sums.map(sum => this.topicWordPrior + sum) } };
  }

  /** Rounding of the bound: its terms are as large as N log N of N words, and log Γ of each prior; they cancel. */
  mStepShortfall({ counts, mass }: Statistics, { components }: TopicParameters, epsilon: number): number {
    const words = counts.reduce((sum, count) => sum + count, 0);
    const ofTopics = components.length * Math.abs(logGamma(this.topicWordPrior));
    const ofDocuments = mass * this.nComponents * Math.abs(logGamma(this.docTopicPrior));
    return ROUNDING_UNITS * epsilon * (words * Math.log1p(words) + ofTopics + ofDocuments);
  }

  /** [P, K] E[log β_kv] = ψ(λ_kv) − ψ(Σ_u λ_ku) of the words given. */
  expectedLogTopics({ components }: TopicParameters, words: Uint32Array): Float64Array {
    const k = this.nComponents;
    const vocabulary = components.length / k;
    const logTotals = this.#totals(components).map(digamma);
    const expected = new Float64Array(words.length * k);
    words.forEach((word, p) => {
      for (let topic = 0; topic < k; topic++) {
        expected[p * k + topic] = digamma(components[topic * vocabulary + word]) - logTotals[topic];
      }
    });
    return expected;
  }

  /** The topics' part of the bound: E[log p(β)] + H(q(β)) = −KL(q(β) ‖ p(β)), nats. */
  topicBound({ components }: TopicParameters): number {
    const [k, eta] = [this.nComponents, this.topicWordPrior];
    const vocabulary = components.length / k;
    const atPrior = logGamma(eta);
    let bound = 0;
    this.#totals(components).forEach((total, topic) => {
      bound += logGamma(vocabulary * eta) - logGamma(total) + (total - vocabulary * eta) * digamma(total);
      for (const lambda of components.subarray(topic * vocabulary, (topic + 1) * vocabulary)) {
        if (lambda !== eta) bound += logGamma(lambda) - atPrior - (lambda - eta) * digamma(lambda);
      }
    });
    return bound;
  }

  /** [K, V] from [P, K] of the words that occur. */
  spread(sums: Float64Array, { words, shape: [, vocabulary] }: ResidentCounts): Float64Array {
    const k = this.nComponents;
    const all = new Float64Array(k * vocabulary);
    words.forEach((word, p) => {
      for (let topic = 0; topic < k; topic++) all[topic * vocabulary + word] = sums[p * k + topic];
    });
    return all;
  }

  /** [K] Σ_v λ_kv */
  #totals(components: Float64Array): Float64Array {
    const vocabulary = components.length / this.nComponents;
    return Float64Array.from({ length: this.nComponents }, (_, topic) =>
      components
        .subarray(topic * vocabulary, (topic + 1) * vocabulary)
        .reduce((sum, value) => sum + value, 0),
    );
  }
}

/** Units of rounding that sums of many terms may be off by. */
const ROUNDING_UNITS = 16;

/** Counts are taken about no point. */
const NOTHING = new Float64Array(0);

const isCounts = (table: Loaded): table is ResidentCounts => 'documentTopics' in table;
