import type { DocumentOptions } from '../../contract/topics.js';
import { InvalidArgumentError } from '../../errors.js';
import { checkInteger, checkNumber } from '../../numbers.js';
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
  checkInteger('maxDocUpdateIter', maxDocUpdateIter, 1);
  checkNumber('meanChangeTol', meanChangeTol, 'a number ≥ 0', value => value >= 0);
  return {
    kind: 'e-step',
    name: 'factorised',
    monotone: true,
    begin(problem) {
      if (!problem.factorises)
        throw new InvalidArgumentError('This model has an exact E-step. Try eStep: exact.');
      const documents = { maxDocUpdateIter, meanChangeTol };
      return parameters => problem.eStep(parameters, { documents });
    },
  };
}
