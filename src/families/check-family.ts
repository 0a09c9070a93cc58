import type { DensityForm } from '../contract/densities.js';
import { InvalidArgumentError } from '../errors.js';
import { inWords } from '../numbers.js';
import { quote } from '../quote.js';
import type { Arrays, Family } from './family.js';

const FORMS = ['full', 'diag', 'linear'] as const satisfies readonly DensityForm[];
const MOMENTS = ['full', 'diag', 'first'] as const satisfies readonly Family['moments'][];

const METHODS = [
  'shapes',
  'nFeatures',
  'nParameters',
  'check',
  'densities',
  'maximise',
  'prior',
  'logPrior',
  'around',
  'toVector',
  'fromVector',
  'sampler',
] as const satisfies readonly (keyof Family)[];

const OPTIONAL = [
  'withZeros',
  'baseline',
  'doubtful',
  'shortfall',
  'units',
] as const satisfies readonly (keyof Family)[];

/**
 * A family as a model is given it: the caller's, perhaps.
 *
 * @throws InvalidArgumentError naming the member that is missing, or of which no backend knows the value
 */
export function checkFamily<P extends Arrays>(family: Family<P>): void {
  const members = Object(family) as Record<string, unknown>;
  const { name } = members;
  if (typeof name !== 'string' || name === '') {
    throw new InvalidArgumentError(`A family must have a name, a text, got ${inWords(name)}.`);
  }
  const subject = `The family ${quote(name)}`;
  checkForm(subject, family);
  const methods = [...METHODS, ...OPTIONAL.filter(method => members[method] !== undefined)];
  const bad = methods.find(method => typeof members[method] !== 'function');
  if (bad === undefined) return;
  throw new InvalidArgumentError(`${subject} must have a function ${bad}, got ${inWords(members[bad])}.`);
}

/** @throws InvalidArgumentError for a form or moments that no backend knows */
export function checkForm(subject: string, { form, moments }: Pick<Family, 'form' | 'moments'>): void {
  const bad = (name: string, value: unknown, known: readonly string[]) =>
    new InvalidArgumentError(
      `${subject} must have a member ${name}, one of ${known.join(', ')}, got ${inWords(value)}.`,
    );
  if (!FORMS.includes(form)) throw bad('form', form, FORMS);
  if (!MOMENTS.includes(moments)) throw bad('moments', moments, MOMENTS);
}
