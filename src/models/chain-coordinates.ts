/** Log probabilities, finite at 0. */
export const logProbabilities = (probabilities: Float64Array): Float64Array =>
  probabilities.map(p => Math.log(Math.max(p, 1e-300)));

/** The rows of K probabilities that log odds stand for; what is 0 in `like` stays 0. */
export function probabilitiesOf(logs: Float64Array, like: Float64Array, k: number): Float64Array {
  const result = new Float64Array(logs.length);
  for (let begin = 0; begin < logs.length; begin += k) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let at = begin; at < begin + k; at++) if (like[at] > 0) largest = Math.max(largest, logs[at]);
    let total = 0;
    for (let at = begin; at < begin + k; at++) {
      if (!(like[at] > 0)) continue;
      result[at] = Math.exp(logs[at] - largest);
      total += result[at];
    }
    for (let at = begin; at < begin + k; at++) result[at] /= total;
  }
  return result;
}
