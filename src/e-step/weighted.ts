import { needs } from '../models/model.js';
import type { EStepRule } from './rule.js';

/**
 * The exact posterior of rows that count `weights` times each, as those of a weighted sample do. The objective is
 * Σ_i w_i log p(x_i | θ).
 *
 * @param weights [n]
 */
export function weighted(weights: Float64Array): EStepRule {
  const nRows = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    kind: 'e-step',
    name: 'weighted',
    monotone: true,
    begin(problem) {
      const posterior = needs(problem, 'posterior', 'the weighted E-step');
      const accumulate = needs(problem, 'accumulate', 'the weighted E-step');
      const k = needs(problem.model, 'nComponents', 'the weighted E-step');
      const counted = new Float64Array(weights.length * k);
      return async parameters => {
        let logLikelihood = 0;
        for await (const run of posterior(parameters, { responsibilities: true })) {
          const { begin, logDensities, responsibilities = counted } = run;
          for (let i = 0; i < logDensities.length; i++) {
            const weight = weights[begin + i];
            logLikelihood += weight * logDensities[i];
            for (let j = 0, at = i * k, to = (begin + i) * k; j < k; j++, at++, to++) {
              counted[to] = weight * responsibilities[at];
            }
          }
        }
        const statistics = await accumulate(parameters, (begin, count) =>
          counted.subarray(begin * k, (begin + count) * k),
        );
        return { ...statistics, nRows, logLikelihood };
      };
    },
  };
}
