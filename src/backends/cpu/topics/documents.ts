import type { DocumentSettings } from '../../../contract/topics.js';
import type { CheckedCounts } from '../../../data/sparse-counts.js';
import { ASCENT, type Ascent } from '../../../models/topics.js';
import { digamma, logGamma } from '../../../numerics/special.js';

/** What a document's scaled exp(ψ(γ)) and a scaled topic weight are at least: their product stays a normal number. */
export const SMALLEST_WEIGHT = 2 ** -500;

/** One document at work. */
export interface DocumentScratch {
  /** [K] exp(ψ(γ_dk) − max_l ψ(γ_dl)) */
  readonly theta: Float64Array;
  /** [K] Σ_v (n_dv / φ-norm_dv) β_kv */
  readonly sums: Float64Array;
  /** [nnz] n_dv / φ-norm_dv */
  readonly ratios: Float64Array;
}

export const documentScratch = (nComponents: number, tokens: number): DocumentScratch => ({
  theta: new Float64Array(nComponents),
  sums: new Float64Array(nComponents),
  ratios: new Float64Array(tokens),
});

/** Counts with their words numbered by what occurs, and scaled topics [P, K] of these words. */
export interface LdaProblem {
  readonly counts: CheckedCounts;
  /** [nnz] */
  readonly indices: Uint32Array;
  readonly weights: Float64Array;
  readonly settings: DocumentSettings;
}

/**
 * Coordinate ascent in φ_d and γ_d: φ_dvk ∝ θ_dk β_kv with θ_dk ∝ exp(ψ(γ_dk)), γ_dk = α + Σ_v n_dv φ_dvk (Blei, Ng &
 * Jordan 2003, eq. 6 and 7). What all topics of a document share cancels in φ, so that the largest θ is 1. At the end
 * `theta` and `ratios` are those of the final γ.
 *
 * @param gamma [K] of the last step, unless `begin` is fresh; overwritten
 * @returns Σ_v n_dv log Σ_k exp(ψ(γ_dk)) β_kv + Σ_k log Γ(γ_dk) − log Γ(α) − (γ_dk − α) ψ(γ_dk)
 */
export function ldaDocument(
  problem: LdaProblem,
  document: number,
  length: number,
  gamma: Float64Array,
  begin: Ascent,
  scratch: DocumentScratch,
): number {
  const { nComponents, docTopicPrior, maxDocUpdateIter } = problem.settings;
  const resumed = () => ascend(problem, document, gamma, maxDocUpdateIter, scratch);
  if (begin === ASCENT.resumed) return resumed();
  const earlier = gamma.slice();
  const least =
    begin === ASCENT.fresh ? Number.NEGATIVE_INFINITY : ascend(problem, document, gamma, 0, scratch);
  gamma.fill(docTopicPrior + length / nComponents);
  const reached = ascend(problem, document, gamma, maxDocUpdateIter, scratch);
  if (reached >= least) return reached;
  gamma.set(earlier);
  return resumed();
}

function ascend(
  { counts, indices, weights, settings }: LdaProblem,
  document: number,
  gamma: Float64Array,
  updates: number,
  { theta, sums, ratios }: DocumentScratch,
): number {
  const { data, indptr } = counts;
  const { nComponents, docTopicPrior, meanChangeTol } = settings;
  const [begin, end] = [indptr[document], indptr[document + 1]];
  let change = Number.POSITIVE_INFINITY;
  let peak = 0;
  for (let update = 0; ; update++) {
    peak = digamma(gamma.reduce((a, b) => Math.max(a, b)));
    for (let k = 0; k < nComponents; k++) {
      theta[k] = Math.max(Math.exp(digamma(gamma[k]) - peak), SMALLEST_WEIGHT);
    }
    const done = change / nComponents < meanChangeTol || update === updates;
    sums.fill(0);
    for (let t = begin; t < end; t++) {
      const at = indices[t] * nComponents;
      let norm = 0;
      for (let k = 0; k < nComponents; k++) norm += theta[k] * weights[at + k];
      const ratio = data[t] / norm;
      ratios[t] = ratio;
      if (!done) for (let k = 0; k < nComponents; k++) sums[k] += ratio * weights[at + k];
    }
    if (done) break;
    change = 0;
    for (let k = 0; k < nComponents; k++) {
      const next = docTopicPrior + theta[k] * sums[k];
      change += Math.abs(next - gamma[k]);
      gamma[k] = next;
    }
  }

  let bound = 0;
  for (let t = begin; t < end; t++) bound += data[t] * (Math.log(data[t] / ratios[t]) + peak);
  const atPrior = logGamma(docTopicPrior);
  for (let k = 0; k < nComponents; k++) {
    bound += logGamma(gamma[k]) - atPrior - (gamma[k] - docTopicPrior) * digamma(gamma[k]);
  }
  return bound;
}
