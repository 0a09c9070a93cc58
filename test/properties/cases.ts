import fc from 'fast-check';
import { Findings } from './findings.js';
import type { Backends, PropertyModel, Size } from './property.js';

export interface CaseResult {
  readonly index: number;
  readonly seconds: number;
  /** By kind of property, the first that did not hold. */
  readonly failures: Readonly<Record<string, string>>;
  /** By kind, what is beyond the bound and noted. */
  readonly excuses: Readonly<Record<string, string>>;
  readonly seen: readonly string[];
  /** The error with which all backends refused the rows. */
  readonly refused?: string;
}

export interface CaseOptions {
  readonly size: Size;
  readonly seed: number;
  readonly backends: Backends;
}

/** FNV-1a (Fowler, Noll & Vo), so that cases of different models, seeds and sizes have nothing in common. */
function seedOf(words: string): number {
  let hash = 0x811c9dc5;
  for (const character of words) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash | 0;
}

const parametersOf = ({ name }: PropertyModel, { size, seed }: CaseOptions, index: number) =>
  ({ seed: seedOf(`${name} ${size} ${seed} ${index}`), numRuns: 1, unbiased: true }) as const;

/** What case `index` makes, whichever others are made. */
export const recipeOf = (model: PropertyModel, options: CaseOptions, index: number): unknown =>
  fc.sample(model.recipes(options.size), parametersOf(model, options, index))[0];

/** Try every property on one case. */
export async function runCase(
  model: PropertyModel,
  options: CaseOptions,
  index: number,
): Promise<CaseResult> {
  const began = performance.now();
  const { failures, excuses, seen, refused } = await findingsOf(
    model,
    recipeOf(model, options, index),
    options,
  );
  const seconds = (performance.now() - began) / 1000;
  return { index, seconds, failures, excuses, seen: [...seen], refused };
}

async function findingsOf(
  model: PropertyModel,
  recipe: unknown,
  { backends }: CaseOptions,
): Promise<Findings> {
  const findings = new Findings();
  try {
    await model.examine(recipe, backends, findings);
  } catch (error) {
    findings.fail(
      `throws (${(error as Error)?.name})`,
      String((error as Error)?.stack ?? error).slice(0, 1000),
    );
  }
  return findings;
}

/** The smallest recipe, as far as fast-check finds it, that fails in one of the ways in which a case does. */
export async function shrunk(model: PropertyModel, options: CaseOptions, index: number): Promise<unknown> {
  const { failures } = await runCase(model, options, index);
  const fails = async (recipe: unknown) => {
    const found = await findingsOf(model, recipe, options);
    return Object.keys(found.failures).some(kind => kind in failures);
  };
  const property = fc.asyncProperty(model.recipes(options.size), async recipe => !(await fails(recipe)));
  const limits = { interruptAfterTimeLimit: 300_000, markInterruptAsFailure: false };
  const { counterexample } = await fc.check(property, { ...parametersOf(model, options, index), ...limits });
  return counterexample?.[0];
}
