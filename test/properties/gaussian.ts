import fc from 'fast-check';
import {
  type Backend,
  type CovarianceName,
  type FittedGaussianMixture,
  GaussianMixture,
  type Matrix,
  type MixtureParameters,
} from '../../src/index.js';
import { type Findings, TIGHT } from './findings.js';
import { checkHistory, checkStep } from './gaussian-steps.js';
import { checkUnits } from './gaussian-units.js';
import { attempt, checkScores, precisionNote } from './mixtures.js';
import type { PropertyModel, Size } from './property.js';
import { features, oneOf, rowCounts, seeds, type TableRecipe, tableOf, tables } from './tables.js';

export interface GaussianRecipe {
  readonly table: TableRecipe;
  readonly covarianceType: CovarianceName;
  readonly k: number;
  readonly init: (typeof INITS)[number];
  readonly seed: number;
  readonly maxIter: number;
  readonly regCovar: number;
  /** Absent: the default, with acceleration. */
  readonly tol: number | undefined;
}

/** A fit with the parameters of each of its E-steps. */
export interface Run {
  readonly model: FittedGaussianMixture;
  readonly path: readonly MixtureParameters[];
}

/** What fits of one case share. */
export interface Case {
  readonly points: Matrix;
  readonly recipe: GaussianRecipe;
}

const INITS = ['short-runs', 'k-means++', 'k-means', 'random-from-data', 'random'] as const;
const COVARIANCES = ['full', 'full', 'tied', 'diag', 'spherical'] as const;
/** Multiplications of an E-step, about. */
const WORK: Record<Size, number> = { test: 1e6, long: 2e7 };

/** Gaussian mixtures of every covariance type. */
export const gaussianMixtures: PropertyModel<GaussianRecipe> = {
  name: 'gaussian',

  recipes: size =>
    fc.record({ d: features(size), k: fc.integer({ min: 1, max: 8 }) }).chain(({ d, k }) => {
      const most = Math.min(size === 'test' ? 400 : 3000, Math.floor(WORK[size] / (k * d * d)));
      return fc.record({
        table: tables(d, rowCounts(k, d, Math.max(2 * k, most))),
        covarianceType: oneOf(...COVARIANCES),
        k: fc.constant(k),
        init: oneOf(...INITS),
        seed: seeds,
        maxIter: fc.integer({ min: 1, max: size === 'test' ? 8 : 20 }),
        regCovar: oneOf(1e-6, 1e-6, 1e-6, 0),
        tol: oneOf(undefined, 0),
      });
    }),

  async examine(recipe, { cpu, gpu }, findings) {
    const points = tableOf(recipe.table);
    const own = { points, recipe };
    const right = await fit(own, cpu);
    const found = gpu && (await fit(own, gpu));
    for (const { kind } of found?.value?.model.fitInfo.notes ?? []) findings.seen.add(kind);
    if (right.error) {
      if (isSingular(right.error, own)) findings.refused = right.error.name;
      else findings.fail(`fit fails (CPU, ${right.error.name})`, right.error.message);
      return;
    }
    if (found?.error) findings.fail(`fit fails (WebGPU alone, ${found.error.name})`, found.error.message);
    for (const run of [right.value, found?.value]) {
      if (!run) continue;
      checkHistory(own, run, findings);
      await checkReported(own, run, cpu, findings);
    }
    const { model } = right.value;
    const notes = gpu && (await checkStep(own, model, { cpu, gpu }, findings));
    await checkScores(model, points, { cpu, gpu }, findings, precisionNote(notes));
    await checkUnits(own, model, { cpu, gpu }, findings);
  },
};

/** A fit as the case says, or `steps` M-steps from a model, without acceleration. */
export const fit = (
  { points, recipe: { k, maxIter, tol, table, ...options } }: Case,
  device: Backend,
  from?: { readonly start: GaussianMixture; readonly steps: number },
) =>
  attempt(async (): Promise<Run> => {
    const path: MixtureParameters[] = [];
    const model = await GaussianMixture.fit(points, {
      ...{ ...options, device, nComponents: k, maxIter, tol },
      ...(from && { init: from.start, maxIter: from.steps, tol: 0 }),
      onIteration: ({ parameters }) => path.push(parameters),
    });
    return { model, path };
  });

/** Whether regCovar is no more than what rounding makes, in float64, of the variances it is added to. */
function isSingular({ name }: Error, { points: { data, shape }, recipe: { regCovar } }: Case): boolean {
  if (name !== 'DegenerateCovarianceError') return false;
  let largest = 0;
  for (const value of data) largest = Math.max(largest, Math.abs(value));
  return regCovar <= 4 * shape[1] * Number.EPSILON * largest ** 2;
}

/** The log-likelihood that a fit reports is that of its rows under its model. */
async function checkReported(
  { points }: Case,
  { model }: Run,
  cpu: Backend,
  findings: Findings,
): Promise<void> {
  const { logLikelihood, notes, device } = model.fitInfo;
  const scores = await model.scoreSamples(points, { device: cpu });
  const right = scores.reduce((sum, score) => sum + score, 0);
  findings.near(`reported (${device})`, [logLikelihood], [right], {
    note: precisionNote(notes),
    bound: device === 'cpu' ? { abs: 1e-9 * scores.length, rel: 1e-9 } : TIGHT,
    allowance: () => (device === 'cpu' ? 0 : scores.length * TIGHT.abs),
    each: () => 'log-likelihood',
  });
}
