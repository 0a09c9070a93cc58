import type { Note } from './statistics.js';

/** When a document's q is good enough. */
export interface DocumentOptions {
  /** The most updates of γ_d in one step. */
  readonly maxDocUpdateIter: number;
  /** Updates end when the mean of |Δγ_dk| over k is below this. */
  readonly meanChangeTol: number;
}

/** How q(θ_d) of a document is found. */
export interface DocumentSettings extends DocumentOptions {
  /** K */
  readonly nComponents: number;
  /** α of the symmetric Dirichlet on a document's topics */
  readonly docTopicPrior: number;
}

/** What a step over all documents leaves. */
export interface TopicStatistics {
  /** [P, K] Σ_d n_dv φ_dvk of the P words that occur */
  readonly sums: Float64Array;
  /** The documents' part of the bound: Σ_d E[log p(w_d, z_d, θ_d)] + H(q(z_d, θ_d)), nats. */
  readonly bound: number;
  readonly notes?: readonly Note[];
}

/** Where q(θ) of all documents stands. */
export interface DocumentState {
  /** [n, K] γ */
  readonly gammas: Float64Array;
  /** Steps that led there. */
  readonly steps: number;
}

/** q(θ) = Π_d Dirichlet(γ_d) of all documents, kept by a backend from step to step. */
export interface DocumentTopics {
  /**
   * Coordinate ascent in φ and γ at given topics. In the first steps every document begins anew, and goes on from where
   * it was only if that is better; later it goes on. So no step lowers the bound, however few updates a document takes.
   *
   * @param logTopics [P, K] E[log β_kv] of the words that occur
   */
  update(logTopics: Float64Array): Promise<TopicStatistics>;
  /** [n, K] γ */
  read(): Promise<Float64Array>;
  dispose(): void;
}
