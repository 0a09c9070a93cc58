import fc from 'fast-check';
import {
  anderson,
  type Backend,
  constrained,
  type EStepRule,
  GaussianMixture,
  hard,
  type MStepRule,
  maximumAPosteriori,
  partial,
  sampled,
  squarem,
  stepwise,
  tempered,
} from '../../src/index.js';
import { checkFits } from './fits.js';
import type { PropertyModel } from './property.js';
import { features, oneOf, rowCounts, seeds, type TableRecipe, tableOf, tables } from './tables.js';

const E_STEPS: Record<string, (n: number) => EStepRule> = {
  hard: () => hard,
  tempered: () => tempered(0.7),
  partial: n => partial({ blocks: Math.min(n, 4) }),
  stepwise: n => stepwise({ blocks: Math.min(n, 4) }),
  sampled: () => sampled({ draws: 3 }),
  labels: n => constrained({ labels: Int32Array.from({ length: n }, (_, i) => (i % 7 === 3 ? 0 : -1)) }),
  'bounds on mass': () => constrained({ mass: { min: 0.01 } }),
};
const OTHERS = {
  squarem: { accelerate: squarem },
  anderson: { accelerate: anderson },
  'maximum a posteriori': { mStep: maximumAPosteriori({ weights: 2 }) as MStepRule },
};
type Rule = keyof typeof E_STEPS | keyof typeof OTHERS;

interface RulesRecipe {
  readonly table: TableRecipe;
  readonly rule: Rule;
  readonly nComponents: number;
  readonly covarianceType: 'full' | 'diag';
  readonly seed: number;
}

/** Gaussian mixtures by every rule and accelerator: they fit where the CPU fits, and what must not fall does not. */
export const rules: PropertyModel<RulesRecipe> = {
  name: 'rules',

  recipes: size =>
    fc.record({ d: features('test'), k: fc.integer({ min: 1, max: 5 }) }).chain(({ d, k }) =>
      fc.record({
        table: tables(d, rowCounts(k, d, size === 'test' ? 300 : 1000)),
        rule: oneOf<Rule>(...Object.keys(E_STEPS), ...(Object.keys(OTHERS) as Rule[])),
        nComponents: fc.constant(k),
        covarianceType: oneOf<RulesRecipe['covarianceType']>('full', 'diag'),
        seed: seeds,
      }),
    ),

  async examine({ table, rule, ...options }, backends, findings) {
    findings.seen.add(`rule ${rule}`);
    const points = tableOf(table);
    const n = points.shape[0];
    const chosen = rule in E_STEPS ? { eStep: E_STEPS[rule](n) } : OTHERS[rule as keyof typeof OTHERS];
    const fit = (device: Backend) =>
      GaussianMixture.fit(points, { ...options, ...chosen, tol: 0, maxIter: 12, device });
    const largest = Math.max(...Array.from(points.data, Math.abs));
    // What no float64 can tell apart, and bounds that no weights meet.
    const refuses = ({ name, message }: Error) =>
      (name === 'DegenerateCovarianceError' && 1e-6 <= 4 * points.shape[1] * Number.EPSILON * largest ** 2) ||
      /could not be met|cannot hold/.test(message);
    await checkFits(fit, backends, findings, { n, refuses, falls: undefined });
  },
};
