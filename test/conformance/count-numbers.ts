import { type CountParameters, familyOf } from '../../src/estimators/count-family.js';
import { type Backend, Mixture, type MixtureParameters } from '../../src/index.js';
import { MixtureModel } from '../../src/models/mixture.js';
import { createRng } from '../../src/numerics/rng.js';
import { logGamma } from '../../src/numerics/special.js';
import { near } from '../support/assert.js';
import type { Case } from './case.js';

/** One kind of counts: log p(x | v), without the terms of x alone, and these. */
interface Kind {
  readonly name: 'poisson' | 'binomial' | 'multinomial' | 'bernoulli';
  readonly trials: number;
  /** log h(x) of a row */
  base(x: Float64Array): number;
  log(x: number, v: number): number;
}

const logFactorials = (x: Float64Array) => x.reduce((sum, count) => sum + logGamma(count + 1), 0);

const kindOf = (name: Kind['name'], trials: number): Kind => {
  if (name === 'poisson') {
    return { name, trials, base: x => -logFactorials(x), log: (x, v) => x * Math.log(v) - v };
  }
  if (name === 'multinomial') {
    const base = (x: Float64Array) => logGamma(x.reduce((a, b) => a + b) + 1) - logFactorials(x);
    return { name, trials, base, log: (x, v) => x * Math.log(v) };
  }
  return {
    ...{ name, trials },
    base: x => x.length * logGamma(trials + 1) - logFactorials(x) - logFactorials(x.map(c => trials - c)),
    log: (x, v) => x * Math.log(v) + (trials - x) * Math.log(1 - v),
  };
};

const settingsOf = ({ name, trials }: Kind) =>
  name === 'binomial' || name === 'multinomial' ? { family: name, trials } : { family: name };

const modelOf = (kind: Kind, k: number) => new MixtureModel<CountParameters>(familyOf(settingsOf(kind)), k);

/** K components that differ by `spread`, in the logarithm, from common probabilities that are each near 1 / D. */
function parametersOf({ name, trials }: Kind, k: number, d: number, spread: number, seed: number) {
  const rng = createRng(seed);
  const common = Array.from({ length: d }, () => rng.normal());
  const values = Float64Array.from({ length: k * d }, (_, at) => {
    return Math.exp(common[at % d] + spread * rng.normal()) / d;
  });
  const weights = new Float64Array(k).fill(1 / k);
  if (name === 'poisson') return { weights, rates: values.map(v => v * trials) };
  if (name !== 'multinomial') return { weights, probabilities: values.map(v => v / (1 + v)) };
  const totals = Array.from({ length: k }, (_, c) => {
    return values.subarray(c * d, (c + 1) * d).reduce((sum, v) => sum + v, 0);
  });
  return { weights, probabilities: values.map((v, at) => v / totals[Math.floor(at / d)]) };
}

const closedForm = (kind: Kind, weights: Float64Array, values: Float64Array, x: Float64Array): number => {
  const d = x.length;
  const logs = Array.from(weights, (weight, k) =>
    x.reduce((sum, count, j) => sum + kind.log(count, values[k * d + j]), Math.log(weight)),
  );
  const largest = Math.max(...logs);
  return kind.base(x) + largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
};

/** What a number of a fit may be off by. */
const allowed = (right: number) => ({ abs: 1e-4 + 1e-6 * Math.abs(right) });

async function scoresRight(device: Backend, kind: Kind, k: number, d: number, spread: number) {
  const n = 300;
  const parameters = parametersOf(kind, k, d, spread, kind.trials + d);
  const values = (parameters.rates ?? parameters.probabilities) as Float64Array;
  const model = modelOf(kind, k);
  const own = parameters as unknown as MixtureParameters<CountParameters>;
  const draw = model.family.sampler(own, k);
  const rng = createRng(2, d);
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) draw(i % k, rng, data, i * d);
  data[7 * d] = kind.name === 'poisson' || kind.name === 'multinomial' ? 50 * kind.trials : kind.trials;
  const row = (i: number) => data.slice(i * d, (i + 1) * d);
  const right = Array.from({ length: n }, (_, i) => closedForm(kind, parameters.weights, values, row(i)));

  const fitted = Mixture.fromParameters(parameters, settingsOf(kind));
  const scores = await fitted.scoreSamples({ data, shape: [n, d] }, { device });
  for (const [i, score] of scores.entries()) near(score, right[i], allowed(right[i]), `row ${i}`);
  for (const i of [0, 7, 8]) {
    const [alone] = await fitted.scoreSamples({ data: row(i), shape: [1, d] }, { device });
    near(alone, right[i], allowed(right[i]), `row ${i} alone`);
  }
  const rows = await device.load({ data, shape: [n, d] });
  const { logLikelihood } = await model.on(rows).eStep(own);
  rows.dispose();
  const total = right.reduce((a, b) => a + b);
  near(logLikelihood / n, total / n, allowed(total / n), 'nats a row');
}

const shapes: readonly [name: Kind['name'], trials: number, k: number, d: number, spread: number][] = [
  ['bernoulli', 1, 3, 50, 0.5],
  ['poisson', 10, 2, 5, 2],
  ['poisson', 1e4, 3, 1, 2],
  ['poisson', 1e8, 3, 16, 0.05],
  ['binomial', 1e4, 8, 1, 2],
  ['binomial', 1e5, 3, 16, 0.5],
  ['multinomial', 1e4, 2, 50, 0.5],
  ['multinomial', 1e6, 2, 2, 0.05],
];

export const countCases: Case[] = [
  ...shapes.map(
    ([name, trials, k, d, spread]): Case => ({
      name: `${name} counts of ${trials} trials, ${d} columns, score as in closed form, alone and among others`,
      run: device => scoresRight(device, kindOf(name, trials), k, d, spread),
    }),
  ),
  {
    name: 'columns of nothing but zeros take no digits from the others',
    async run(device) {
      const n = 500;
      const rng = createRng(3);
      const isOnes = (at: number) => at % 40 === 39;
      const data = Float64Array.from({ length: n * 40 }, (_, at) => (isOnes(at) ? rng.integer(2) : 0));
      const probabilities = Float64Array.from({ length: 80 }, (_, at) =>
        isOnes(at) ? 0.5 : 0.1 + (at % 7) / 20,
      );
      const kind = kindOf('bernoulli', 1);
      const weights = Float64Array.of(0.5, 0.5);
      const model = modelOf(kind, 2);
      const parameters = { weights, probabilities } as MixtureParameters<CountParameters>;
      const rows = await device.load({ data, shape: [n, 40] });
      const { logLikelihood } = await model.on(rows).eStep(parameters);
      rows.dispose();
      const right = Array.from({ length: n }, (_, i) =>
        closedForm(kind, weights, probabilities, data.slice(i * 40, (i + 1) * 40)),
      ).reduce((a, b) => a + b);
      near(logLikelihood / n, right / n, { abs: 1e-6 }, 'nats a row');
    },
  },
];
