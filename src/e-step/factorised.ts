import type { DocumentOptions } from '../backends/topic-backend.js';
import { InvalidArgumentError } from '../errors.js';
import { needs } from '../models/model.js';
import type { EStepRule } from './rule.js';

/**
 * Variational EM: q is the nearest to the posterior of those that factorise, found by coordinate ascent (Jordan et al.,
 * Machine Learning 37 (1999) 183–233). No E-step ends below the q of the last one, so that the bound, which is the
 * objective, never falls. Defaults: 100 updates of a document, to a mean change of 1e-3.
 *
 * @throws InvalidArgumentError
 */
export function factorised({
  maxDocUpdateIter = 100,
  meanChangeTol = 1e-3,
}: Partial<DocumentOptions> = {}): EStepRule {
  if (!Number.isInteger(maxDocUpdateIter) || maxDocUpdateIter < 1) {
    throw new InvalidArgumentError(`maxDocUpdateIter must be an integer ≥ 1, got ${maxDocUpdateIter}.`);
  }
  if (!(meanChangeTol >= 0)) {
    throw new InvalidArgumentError(`meanChangeTol must be a number ≥ 0, got ${meanChangeTol}.`);
  }
  return {
    kind: 'e-step',
    name: 'factorised',
    monotone: true,
    begin: (model, rows) =>
      needs(model, 'factorise', 'the factorised rule')(rows, { maxDocUpdateIter, meanChangeTol }),
  };
}
