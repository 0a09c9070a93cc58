import type { DocumentScratch, LdaProblem } from './documents.js';

/** Add one document to sums [P, K]: n_dv φ_dvk = (n_dv / φ-norm_dv) θ_dk β_kv. */
export function ldaStatistics(
  { counts: { indptr }, indices, weights }: LdaProblem,
  document: number,
  { theta, ratios }: DocumentScratch,
  sums: Float64Array,
): void {
  const nComponents = theta.length;
  for (let t = indptr[document]; t < indptr[document + 1]; t++) {
    const at = indices[t] * nComponents;
    for (let k = 0; k < nComponents; k++) sums[at + k] += ratios[t] * theta[k] * weights[at + k];
  }
}
