import type { Accelerator } from '../em/acceleration/accelerator.js';
import { anderson } from '../em/acceleration/anderson.js';
import { squarem, squaremUpTo } from '../em/acceleration/squarem.js';
import { exact } from '../em/e-step/exact.js';
import { hard } from '../em/e-step/hard.js';
import type { EStepRule } from '../em/e-step/rule.js';
import type { Fit } from '../em/fit.js';
import { maximumLikelihood } from '../em/m-step/maximum-likelihood.js';
import type { MStepRule } from '../em/m-step/rule.js';
import { InvalidArgumentError } from '../errors.js';
import type { Problem } from '../models/model.js';
import { inWords } from '../numbers.js';

/** How EM goes about it: rules as values, or by name where they have no settings. */
export interface RuleOptions {
  /** Which q the E-step takes. Default 'exact'. */
  eStep?: EStepRule | 'exact' | 'hard';
  /** Which θ the M-step takes. Default 'maximum-likelihood'. */
  mStep?: MStepRule | 'maximum-likelihood';
  /** Parameters that stay as they start, by name; with another M-step rule give them to it. */
  fixed?: readonly string[];
  /**
   * Leaps beyond the M-step's result, kept where the objective does not fall. Default: 'squarem' for models of up to 1e5
   * numbers where neither `tol` nor a rule is given, 'none' else.
   */
  accelerate?: Accelerator | 'squarem' | 'anderson' | 'none';
}

export const RULE_OPTIONS = [
  'eStep',
  'mStep',
  'fixed',
  'accelerate',
] as const satisfies (keyof RuleOptions)[];

const E_STEPS: Record<string, EStepRule> = { exact, hard };
const ACCELERATORS: Record<string, Accelerator> = { squarem, anderson };
/** With the default tolerance: it costs fewer E-steps than plain EM, and ends nearer to the optimum. */
const DEFAULT_ACCELERATOR = squaremUpTo(1e5);

/** @throws InvalidArgumentError for an unknown name, or something that is no rule */
export function rulesOf({ tol, accelerate, ...rules }: RuleOptions & { tol?: number }) {
  const { eStep = 'exact', mStep = 'maximum-likelihood', fixed } = rules;
  const isDefault = tol === undefined && Object.values(rules).every(rule => rule === undefined);
  if (fixed && mStep !== 'maximum-likelihood') {
    throw new InvalidArgumentError(
      'Give `fixed` to the M-step rule itself, as in maximumAPosteriori({ fixed }).',
    );
  }
  return {
    eStep: ruleOf('eStep', 'e-step', eStep, E_STEPS),
    mStep: ruleOf('mStep', 'm-step', mStep, { 'maximum-likelihood': maximumLikelihood({ fixed }) }),
    accelerate: acceleratorOf(accelerate, isDefault),
  };
}

/** Short runs climb the likelihood of all rows alike; fits that climb something else start from k-means++. */
export const defaultInit = ({ eStep, mStep }: { eStep: EStepRule; mStep: MStepRule }) =>
  eStep.exact && mStep.name === 'maximum-likelihood' ? 'short-runs' : 'k-means++';

function acceleratorOf(accelerate: RuleOptions['accelerate'], isDefault: boolean): Accelerator | undefined {
  if (accelerate === undefined) return isDefault ? DEFAULT_ACCELERATOR : undefined;
  if (accelerate === 'none') return undefined;
  return ruleOf('accelerate', 'accelerator', accelerate, ACCELERATORS);
}

function ruleOf<T extends { kind: string }>(
  option: string,
  kind: T['kind'],
  rule: T | string,
  byName: Record<string, T>,
): T {
  if (typeof rule === 'string' && Object.hasOwn(byName, rule)) return byName[rule];
  if (typeof rule === 'object' && rule?.kind === kind) return rule;
  throw new InvalidArgumentError(
    `${option} must be a rule or one of ${Object.keys(byName).join(', ')}, got ${inWords(rule)}.`,
  );
}

/**
 * Σ log p(x | θ) of a fit: its objective under exact maximum likelihood, one more E-step under other rules. A fit that
 * failed may have no device for that: it has its objective.
 */
export async function logLikelihoodOf<P>(
  { eStep, mStep }: { eStep: EStepRule; mStep: MStepRule },
  problem: Problem<P>,
  fit: Fit<P>,
): Promise<number> {
  if (eStep.exact && !mStep.begin(problem).logPrior) return fit.logLikelihood;
  if (fit.stopReason === 'failed') return fit.logLikelihood;
  return (await problem.eStep(fit.parameters)).logLikelihood;
}
