import fc from 'fast-check';
import { type Backend, type Matrix, Mixture, matrix } from '../../src/index.js';
import { createRng, type Rng } from '../../src/numerics/rng.js';
import { TIGHT } from './findings.js';
import { checkFits } from './fits.js';
import { checkScores, precisionNote, UNITS } from './mixtures.js';
import type { PropertyModel } from './property.js';
import { oneOf, rowCounts, seeds, sometimes } from './tables.js';

interface CountsRecipe {
  readonly family: 'poisson' | 'bernoulli' | 'binomial' | 'multinomial' | 'categorical';
  readonly d: number;
  readonly rows: number;
  readonly seed: number;
  /** Of a binomial and a multinomial; the size of Poisson rates. */
  readonly trials: number;
  readonly groups: number;
  readonly far: number | undefined;
  readonly k: number;
  readonly init: 'short-runs' | 'k-means++' | 'random-from-data' | 'random';
}

/** Rows of counts: groups whose probabilities differ, zeros among them. */
export function countsOf({
  family,
  d,
  rows: n,
  seed,
  trials,
  groups,
  far,
}: Omit<CountsRecipe, 'k' | 'init'>): Matrix {
  const rng = createRng(seed);
  const levels = Array.from({ length: groups * d }, () => (rng.uniform() < 0.1 ? 0 : rng.uniform()));
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const own = levels.slice(rng.integer(groups) * d).slice(0, d);
    for (let j = 0; j < d; j++) data[i * d + j] = countOf(family, own[j], trials, rng);
    if (family === 'multinomial') data.set(shared(own, trials, rng), i * d);
  }
  if (far !== undefined && family === 'poisson') data[rng.integer(n) * d + rng.integer(d)] = far;
  return matrix(data, [n, d]);
}

function countOf(family: CountsRecipe['family'], p: number, trials: number, rng: Rng): number {
  if (family === 'bernoulli') return rng.uniform() < p ? 1 : 0;
  if (family === 'categorical') return rng.uniform() < p ? 0 : 1 + rng.integer(3);
  const spread = Math.sqrt(trials * p * (1 - p)) * rng.normal();
  return Math.min(trials, Math.max(0, Math.round(trials * p + spread)));
}

/** `trials` shared among columns about as their levels are. */
function shared(levels: readonly number[], trials: number, rng: Rng): number[] {
  let left = trials;
  let rest = levels.reduce((sum, level) => sum + level, 0);
  return levels.map((level, j) => {
    const share = rest > 0 ? level / rest : 0;
    const own =
      j === levels.length - 1 ? left : Math.min(left, Math.round(left * share * (0.5 + rng.uniform())));
    left -= own;
    rest -= level;
    return own;
  });
}

export const countRecipes = (size: 'test' | 'long', most = size === 'test' ? 400 : 3000) =>
  fc.integer({ min: 1, max: 5 }).chain(k =>
    fc.record({
      family: oneOf<CountsRecipe['family']>('poisson', 'bernoulli', 'binomial', 'multinomial', 'categorical'),
      d: fc.integer({ min: 2, max: size === 'test' ? 5 : 20 }),
      rows: rowCounts(k, 1, most),
      seed: seeds,
      trials: oneOf(1, 5, 50, 1000, 10_000, 1_000_000),
      groups: fc.integer({ min: 1, max: 4 }),
      far: sometimes(6, oneOf(1e4, 1e6, 1e9)),
      k: fc.constant(k),
      init: oneOf<CountsRecipe['init']>('short-runs', 'k-means++', 'random-from-data', 'random'),
    }),
  );

/** The sizes of the terms of log p(x): factorials of counts, of what is left of the trials, and of totals. */
const termsOf = (row: Float64Array, trials: number): number => {
  const total = row.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(total, row.length * trials) + 1;
  return 2 * largest * Math.log1p(largest);
};

/** Mixtures of counts, of few and of very many trials. */
export const countMixtures: PropertyModel<CountsRecipe> = {
  name: 'counts',
  recipes: size => countRecipes(size),

  async examine({ k: nComponents, init, ...recipe }, backends, findings) {
    const points = countsOf(recipe);
    const { family, trials } = recipe;
    const [n, d] = points.shape;
    const largest = Math.max(
      ...Array.from({ length: n }, (_, i) =>
        termsOf(points.data.slice(i * d, (i + 1) * d) as Float64Array, trials),
      ),
    );
    const told = family === 'binomial' || family === 'multinomial' ? { trials } : {};
    const fit = (device: Backend) =>
      Mixture.fit(points, { family, ...told, nComponents, init, seed: recipe.seed, maxIter: 15, device });
    const right = await checkFits(fit, backends, findings, { n, falls: n * UNITS * largest });
    if (!right) return;
    await checkScores(right, points, backends, findings, undefined, largest);
    const { gpu } = backends;
    if (!gpu) return;
    const init2 = {
      weights: right.weights,
      ...(right.rates ? { rates: right.rates } : { probabilities: right.probabilities }),
    };
    const at = (device: Backend) =>
      Mixture.fit(points, { family, ...told, nComponents, init: init2 as never, maxIter: 0, tol: 0, device });
    const [a, b] = [await at(gpu), await at(backends.cpu)];
    findings.near('log-likelihood', [a.fitInfo.logLikelihood], [b.fitInfo.logLikelihood], {
      note: precisionNote(a.fitInfo.notes),
      allowance: () => n * TIGHT.abs,
    });
  },
};
