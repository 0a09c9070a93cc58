import { InvalidArgumentError } from '../../errors.js';
import type { Problem } from '../../models/model.js';
import { inWords } from '../../numbers.js';

/** @throws InvalidArgumentError for a fixed parameter that the model does not have, or cannot keep */
export function fixedNames<P>(
  fixed: readonly string[],
  { parameterNames = [] }: Problem<P>['model'],
): ReadonlySet<string> {
  const unknown = fixed.find(name => !parameterNames.includes(name));
  if (unknown === undefined) return new Set(fixed);
  const names =
    parameterNames.length > 0 ? `name some of ${parameterNames.join(', ')}` : 'be empty for this model';
  throw new InvalidArgumentError(`fixed must ${names}, got ${inWords(unknown)}.`);
}
