/** Criteria of finished fits; the smaller the better, as in scikit-learn (mclust prints their negatives). */

/** Akaike's criterion, −2 log L + 2p. */
export const aic = (logLikelihood: number, nParameters: number) => -2 * logLikelihood + 2 * nParameters;

/** Schwarz's criterion, −2 log L + p ln n. */
export const bic = (logLikelihood: number, nParameters: number, n: number) =>
  -2 * logLikelihood + nParameters * Math.log(n);

/**
 * Integrated completed likelihood (Biernacki, Celeux & Govaert 2000), BIC − 2 Σ_i ln max_k r_ik.
 *
 * @param logCertainty Σ_i ln max_k r_ik ≤ 0
 */
export const icl = (bicValue: number, logCertainty: number) => bicValue - 2 * logCertainty;
