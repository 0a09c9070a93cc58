import fc from 'fast-check';
import { type Backend, HiddenMarkovModel, type Matrix } from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';
import { countsOf } from './counts.js';
import { EXACT, type Findings, TIGHT } from './findings.js';
import { checkFits } from './fits.js';
import { precisionNote } from './mixtures.js';
import type { PropertyModel } from './property.js';
import { oneOf, rowCounts, seeds, type TableRecipe, tableOf, tables } from './tables.js';

interface ChainRecipe {
  readonly emission: 'gaussian' | 'poisson' | 'bernoulli' | 'multinomial';
  readonly table: TableRecipe;
  readonly trials: number;
  readonly nStates: number;
  readonly seed: number;
  readonly init: 'mixture' | 'random';
}

/** Hidden Markov models along ragged sequences. */
export const chains: PropertyModel<ChainRecipe> = {
  name: 'chains',

  recipes: size =>
    fc.record({ d: fc.integer({ min: 1, max: 4 }), k: fc.integer({ min: 1, max: 5 }) }).chain(({ d, k }) =>
      fc.record({
        emission: oneOf<ChainRecipe['emission']>(
          'gaussian',
          'gaussian',
          'poisson',
          'bernoulli',
          'multinomial',
        ),
        table: tables(d, rowCounts(k, d, size === 'test' ? 300 : 2000)),
        trials: oneOf(1, 20, 1000, 100_000),
        nStates: fc.constant(k),
        seed: seeds,
        init: oneOf<ChainRecipe['init']>('mixture', 'random'),
      }),
    ),

  async examine({ table, trials, emission, ...options }, backends, findings) {
    const points = pointsOf(emission, table, trials);
    const lengths = lengthsOf(points.shape[0], table.seed);
    const fit = (device: Backend) =>
      HiddenMarkovModel.fit(points, { ...options, emission, lengths, maxIter: 8, device });
    const refuses = ({ name }: Error) =>
      name === 'DegenerateCovarianceError' && emission === 'gaussian' && isWide(points);
    const right = await checkFits(fit, backends, findings, { n: points.shape[0], refuses, falls: undefined });
    if (right) await checkKnown(right, points, lengths, backends, findings);
  },
};

const pointsOf = (emission: ChainRecipe['emission'], table: TableRecipe, trials: number): Matrix =>
  emission === 'gaussian'
    ? tableOf(table)
    : countsOf({ ...table, d: Math.max(2, table.d), family: emission, trials, groups: 2, far: undefined });

/** Whether the default regCovar is below what float64 rounds variances of these rows by. */
const isWide = ({ data, shape }: Matrix) =>
  1e-6 <= 4 * shape[1] * Number.EPSILON * Math.max(...Array.from(data, Math.abs)) ** 2;

/** Sequences of one row, of a few and of many. */
function lengthsOf(n: number, seed: number): number[] {
  const rng = createRng(seed, 5);
  const lengths: number[] = [];
  for (let left = n; left > 0; left -= lengths[lengths.length - 1]) {
    lengths.push(Math.min(left, [1, 2, 1 + rng.integer(30), 1 + rng.integer(1000)][rng.integer(4)]));
  }
  return lengths;
}

/** Log-likelihoods of sequences, posteriors of states and best paths at the same parameters. */
async function checkKnown(
  model: HiddenMarkovModel,
  points: Matrix,
  lengths: readonly number[],
  { cpu, gpu }: { cpu: Backend; gpu?: Backend },
  findings: Findings,
): Promise<void> {
  const on = async (device: Backend) => ({
    scores: await model.scoreSequences(points, { lengths, device }),
    gamma: await model.predictProba(points, { lengths, device }),
    path: await model.decode(points, { lengths, device }),
  });
  const right = await on(cpu);
  const k = model.nStates;
  for (const [where, { gamma, scores }] of Object.entries({
    cpu: right,
    ...(gpu && { gpu: await on(gpu) }),
  })) {
    for (let i = 0; i < gamma.length; i += k) {
      const sum = gamma.subarray(i, i + k).reduce((a, b) => a + b, 0);
      const near = Math.abs(sum - 1) <= (where === 'cpu' ? EXACT.abs : 1e-5);
      findings.holds(`posterior (${where})`, near, () => `row ${i / k}: shares sum to ${sum}`);
    }
    findings.holds(
      `score (${where})`,
      scores.every(value => !Number.isNaN(value)),
      () => 'NaN',
    );
  }
  if (!gpu) return;
  const found = await on(gpu);
  const note = precisionNote(model.fitInfo?.notes);
  findings.near('sequences', found.scores, right.scores, {
    note,
    allowance: i => TIGHT.abs * lengths[i],
    each: i => `sequence ${i} of ${lengths[i]} rows`,
  });
  const best = (result: typeof right) => result.path.logProbabilities as Float64Array;
  findings.near('best paths', best(found), best(right), { note, allowance: i => TIGHT.abs * lengths[i] });
  findings.near('states', found.gamma, right.gamma, {
    note,
    bound: { abs: 0, rel: 0 },
    allowance: () => 1e-2,
  });
}
