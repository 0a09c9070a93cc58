import { InvalidArgumentError } from 'commander';
import { constrained } from '../em/e-step/constrained.js';
import type { Constraints } from '../em/e-step/constraints.js';
import { exact } from '../em/e-step/exact.js';
import { hard } from '../em/e-step/hard.js';
import { partial } from '../em/e-step/partial.js';
import type { EStepRule } from '../em/e-step/rule.js';
import { sampled } from '../em/e-step/sampled.js';
import { stepwise } from '../em/e-step/stepwise.js';
import { tempered } from '../em/e-step/tempered.js';
import { gradient } from '../em/m-step/gradient.js';
import { maximumAPosteriori } from '../em/m-step/maximum-a-posteriori.js';
import { EmError } from '../errors.js';
import type { FamilyName } from '../estimators/count-family.js';
import type { RuleOptions } from '../estimators/rules.js';
import { UsageError } from './exit.js';
import { groupsOf } from './labels.js';
import { camelCase, kebabCase, parseNumber, parseNumbers } from './options.js';

/** A rule as it is written: `name`, or `name:setting=number,setting=number`. */
export interface Rule {
  readonly name: string;
  /** By the library's names; a word without a number is `true`. */
  readonly settings: Readonly<Record<string, number | true>>;
  /** Of `tempered:0.1,0.5,1`. */
  readonly numbers: readonly number[];
}

/** What a rule may be told, as it is written. */
interface Form {
  readonly settings: readonly string[];
  /** Words that stand alone. */
  readonly words?: readonly string[];
  /** It is told numbers, not settings; an example of them. */
  readonly numbers?: string;
  /** Let the library say what is out of range. */
  check?(rule: Rule): unknown;
}

const PRIORS = {
  gaussian: ['mean-precision', 'degrees-of-freedom'],
  poisson: ['shape', 'rate'],
  bernoulli: ['alpha', 'beta'],
  binomial: ['alpha', 'beta'],
  multinomial: ['concentration'],
  categorical: ['concentration'],
} as const satisfies Record<Family, readonly string[]>;

export type Family = 'gaussian' | FamilyName;

const E_STEPS: Record<string, Form & { make(rule: Rule): EStepRule }> = {
  exact: { settings: [], make: () => exact },
  hard: { settings: [], make: () => hard },
  tempered: { settings: [], numbers: 'tempered:0.5', make: ({ numbers }) => tempered(numbers) },
  sampled: { settings: ['draws', 'seed', 'average'], make: ({ settings }) => sampled(settings) },
  partial: { settings: ['blocks'], make: ({ settings }) => partial(settings) },
  stepwise: { settings: ['blocks', 'exponent', 'delay'], make: ({ settings }) => stepwise(settings) },
  constrained: { settings: ['min', 'max'], check: checkShares, make: rule => constrained(boundsOf(rule)) },
};

const M_STEPS: Record<string, Form> = {
  'maximum-likelihood': { settings: [] },
  'maximum-a-posteriori': {
    settings: ['weights', ...new Set(Object.values(PRIORS).flat())],
    words: ['components'],
  },
  gradient: { settings: ['learning-rate', 'steps'], check: ({ settings }) => gradient(settings) },
};

export const E_STEP_NAMES = Object.keys(E_STEPS);
export const M_STEP_NAMES = Object.keys(M_STEPS);

export const parseEStep = (text: string): Rule => parseRule(text, E_STEPS);
export const parseMStep = (text: string): Rule => parseRule(text, M_STEPS);

/**
 * The E-step rule, given the files that hold it to something; which alone mean the constrained one.
 *
 * @param read a file of labels, or of links
 * @throws UsageError for constraints next to another rule
 */
export async function eStepOf(
  rule: Rule | undefined,
  { labels, mustLink }: { labels?: string; mustLink?: string },
  read: (file: string) => Promise<Int32Array>,
): Promise<EStepRule | undefined> {
  if (labels === undefined && mustLink === undefined) return rule && E_STEPS[rule.name].make(rule);
  if (rule && rule.name !== 'constrained') {
    throw new UsageError(`--labels and --must-link go with --e-step constrained, not with ${rule.name}.`);
  }
  return constrained({
    ...(rule && boundsOf(rule)),
    ...(labels !== undefined && { labels: await read(labels) }),
    ...(mustLink !== undefined && { mustLink: groupsOf(await read(mustLink)) }),
  });
}

/**
 * The M-step rule, and what stays fixed, as estimators take them.
 *
 * @throws UsageError for a prior of another family, or a rule that cannot keep anything fixed
 */
export function mStepOf(
  rule: Rule | undefined,
  family: Family,
  fixed: string[] | undefined,
): Pick<RuleOptions, 'mStep' | 'fixed'> {
  const known = fixable(family);
  const unknown = fixed?.find(name => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--fixed of the ${family} family takes ${known.join(', ')}, got "${unknown}".`);
  }
  if (!rule || rule.name === 'maximum-likelihood') return { fixed };
  if (rule.name === 'maximum-a-posteriori') {
    return { mStep: maximumAPosteriori({ ...priorOf(rule, family), fixed }) };
  }
  if (fixed) throw new UsageError('--m-step gradient moves all parameters: it does not go with --fixed.');
  return { mStep: gradient(rule.settings as Record<string, number>) };
}

function fixable(family: Family): readonly string[] {
  if (family === 'gaussian') return ['weights', 'means', 'covariances'];
  return ['weights', family === 'poisson' ? 'rates' : 'probabilities'];
}

function priorOf({ settings }: Rule, family: Family) {
  const { weights, components: _, ...prior } = settings;
  const known: readonly string[] = PRIORS[family].map(camelCase);
  const unknown = Object.keys(prior).find(name => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--m-step maximum-a-posteriori of the ${family} family takes weights, components, ${PRIORS[family].join(', ')}; got ${kebabCase(unknown)}.`,
    );
  }
  const ofComponents = settings.components || Object.keys(prior).length > 0;
  return { weights: weights as number | undefined, ...(ofComponents && { components: prior }) };
}

function boundsOf({ settings: { min, max } }: Rule): Pick<Constraints, 'mass'> {
  if (min === undefined && max === undefined) return {};
  return { mass: { min: min as number | undefined, max: max as number | undefined } };
}

function checkShares({ settings }: Rule): void {
  for (const [name, share] of Object.entries(settings)) {
    if (Number(share) >= 0 && Number(share) <= 1) continue;
    throw new InvalidArgumentError(`${name} must be a share from 0 to 1, got ${share}.`);
  }
}

function parseRule(text: string, forms: Record<string, Form & { make?(rule: Rule): unknown }>): Rule {
  const [name, ...rest] = text.split(':');
  if (!Object.hasOwn(forms, name)) {
    throw new InvalidArgumentError(`Expected ${Object.keys(forms).join(', ')}, got "${name}".`);
  }
  const form = forms[name];
  const told = rest.length > 0 ? rest.join(':') : undefined;
  if (form.numbers && !told) throw new InvalidArgumentError(`It needs numbers, as in ${form.numbers}.`);
  const rule: Rule = form.numbers
    ? { name, settings: {}, numbers: parseNumbers(told as string) }
    : { name, settings: told === undefined ? {} : parseSettings(told, name, form), numbers: [] };
  try {
    form.check?.(rule);
    form.make?.(rule);
  } catch (error) {
    if (error instanceof EmError) throw new InvalidArgumentError(error.message);
    throw error;
  }
  return rule;
}

function parseSettings(text: string, rule: string, form: Form): Record<string, number | true> {
  const settings: Record<string, number | true> = {};
  for (const part of text.split(',')) {
    const [name, value] = part.split('=', 2).map(piece => piece.trim());
    const isWord = form.words?.includes(name) ?? false;
    if (!isWord && !form.settings.includes(name)) {
      const known = [...form.settings, ...(form.words ?? [])];
      throw new InvalidArgumentError(
        `${rule} takes ${known.length > 0 ? known.join(', ') : 'no settings'}, got "${name}".`,
      );
    }
    const number = isWord && value === undefined ? true : parseNumber(value ?? '');
    if (isWord !== (number === true) || Number.isNaN(number)) {
      throw new InvalidArgumentError(
        isWord
          ? `${name} is a word that stands alone, got "${part}".`
          : `Expected ${name}=NUMBER, got "${part}".`,
      );
    }
    if (camelCase(name) in settings) throw new InvalidArgumentError(`${name} is given twice.`);
    settings[camelCase(name)] = number;
  }
  return settings;
}
