/** What E-step rules and M-step rules promise, on every family. */
import {
  type Arrays,
  type Backend,
  bernoulli,
  binomial,
  constrained,
  cpu,
  diag,
  type EStepRule,
  em,
  exact,
  type Family,
  full,
  GaussianMixture,
  gaussian,
  gradient,
  hard,
  InvalidArgumentError,
  type Ledger,
  maximumAPosteriori,
  maximumLikelihood,
  mixture,
  multinomial,
  partial,
  poisson,
  sampled,
  spherical,
  stepwise,
  tempered,
  tied,
} from '../../src/index.js';
import type { MixtureParameters } from '../../src/models/mixture.js';
import { createRng } from '../../src/numerics/rng.js';
import { allNear, equal, identical, near, ok, rejects } from '../support/assert.js';
import type { Case } from './case.js';
import { faithful } from './reference.js';

const N = 900;
const D = 3;
const K = 3;

interface Problem<P extends Arrays = Arrays> {
  readonly name: string;
  readonly family: Family<P>;
  readonly truth: MixtureParameters<P>;
  readonly start: MixtureParameters<P>;
}

const weights = Float64Array.of(0.5, 0.3, 0.2);
const equalWeights = new Float64Array(K).fill(1 / K);
const rates = Float64Array.of(2, 9, 4, 7, 3, 1, 12, 12, 9);
const probabilities = Float64Array.of(0.2, 0.8, 0.5, 0.7, 0.4, 0.1, 0.9, 0.9, 0.7);
const shares = Float64Array.of(0.2, 0.3, 0.5, 0.6, 0.3, 0.1, 0.1, 0.8, 0.1);
const means = Float64Array.of(0, 0, 0, 3, 1, -2, -1, 4, 2);
const mix = (values: Float64Array, towards: number) => values.map(value => 0.7 * value + 0.3 * towards);
const ones = (length: number) => new Float64Array(length).fill(1);
const identities = Float64Array.from({ length: K * D * D }, (_, i) =>
  (i % (D * D)) % (D + 1) === 0 ? 1 : 0,
);

const problem = <P extends Arrays>(name: string, family: Family<P>, truth: P, start: P): Problem => ({
  name,
  family: family as unknown as Family,
  truth: { ...truth, weights } as unknown as MixtureParameters<Arrays>,
  start: { ...start, weights: equalWeights } as unknown as MixtureParameters<Arrays>,
});

export const problems: readonly Problem[] = [
  problem(
    'gaussian full',
    gaussian({ covariance: full }),
    { means, covariances: identities },
    {
      means: mix(means, 1),
      covariances: identities,
    },
  ),
  problem(
    'gaussian diag',
    gaussian({ covariance: diag }),
    { means, covariances: ones(K * D) },
    {
      means: mix(means, 1),
      covariances: ones(K * D),
    },
  ),
  problem(
    'gaussian tied',
    gaussian({ covariance: tied }),
    { means, covariances: identities.slice(0, D * D) },
    { means: mix(means, 1), covariances: identities.slice(0, D * D) },
  ),
  problem(
    'gaussian spherical',
    gaussian({ covariance: spherical }),
    { means, covariances: ones(K) },
    {
      means: mix(means, 1),
      covariances: ones(K),
    },
  ),
  problem('poisson', poisson(), { rates }, { rates: mix(rates, 6) }),
  problem('bernoulli', bernoulli(), { probabilities }, { probabilities: mix(probabilities, 0.5) }),
  problem('binomial', binomial({ trials: 8 }), { probabilities }, { probabilities: mix(probabilities, 0.5) }),
  problem(
    'multinomial',
    multinomial({ trials: 12 }),
    { probabilities: shares },
    {
      probabilities: mix(shares, 1 / 3),
    },
  ),
];

/** Rows drawn from the truth. */
function draw({ family, truth }: Problem, n = N, seed = 3): Float64Array {
  const rng = createRng(seed);
  const sample = family.sampler(truth, K);
  const data = new Float64Array(n * D);
  for (let i = 0; i < n; i++) {
    const u = rng.uniform();
    sample(u < 0.5 ? 0 : u < 0.8 ? 1 : 2, rng, data, i * D);
  }
  return data;
}

async function setUp(backend: Backend, chosen: Problem, n = N) {
  const rows = await backend.load({ data: draw(chosen, n), shape: [n, D] });
  return { rows, model: mixture(chosen.family, { nComponents: K }), start: chosen.start };
}

const onEach = (title: string, run: (backend: Backend, chosen: Problem) => Promise<void>): Case[] =>
  problems.map(chosen => ({ name: `${chosen.name}: ${title}`, run: backend => run(backend, chosen) }));

/** Likelihoods of float32 sums, relative. */
const rel = ({ device }: Backend) => (device === 'cpu' ? 1e-12 : 1e-6);

const MONOTONE: readonly EStepRule[] = [
  exact,
  hard,
  tempered(0.5),
  partial({ blocks: 4 }),
  constrained({ mass: { min: 0.25 } }),
];

const guarantees: Case[] = [
  ...onEach('the objective of every monotone rule never falls', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    for (const eStep of MONOTONE) {
      const { history } = await em(model, start, rows, { eStep, tol: 0, maxIter: 12 });
      const slack = 4 * rel(backend) * Math.abs(history[0]) + N * (eStep.slack ?? 0);
      history.slice(1).forEach((value, i) => {
        ok(
          value >= history[i] - slack,
          `${eStep.name}: ${value} to be no less than ${history[i]} (step ${i})`,
        );
      });
      ok(history[12] > history[0], `${eStep.name} to get anywhere`);
    }
  }),
  ...onEach('the ledger is that of q: E, H and KL computed row by row', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const slack = 20 * rel(backend) * Math.abs((await model.on(rows).eStep(start)).logLikelihood);
    const powers: [EStepRule, (r: number, largest: boolean) => number][] = [
      [exact, r => r],
      [hard, (_, largest) => (largest ? 1 : 0)],
      [tempered(0.5), r => r ** 0.5],
      [tempered(3), r => r ** 3],
      [partial({ blocks: 4 }), r => r],
      [constrained({ mass: { max: 0.9 } }), r => r],
    ];
    for (const [eStep, unnormalised] of powers) {
      const ledgers: Ledger[] = [];
      const onIteration = async ({ ledger }: { ledger(): Promise<Ledger> }) => ledgers.push(await ledger());
      await em(model, start, rows, { eStep, maxIter: 0, onIteration });
      const expected = { expectedLogJoint: 0, entropy: 0, divergence: 0, logLikelihood: 0 };
      for await (const { logDensities, responsibilities } of model.on(rows).posterior(start, {
        responsibilities: true,
      })) {
        logDensities.forEach((logDensity, i) => {
          const r = (responsibilities as Float64Array).subarray(i * K, (i + 1) * K);
          const label = r.indexOf(Math.max(...r));
          const mass = Array.from(r, (share, k) => unnormalised(share, k === label));
          const total = mass.reduce((a, b) => a + b);
          expected.logLikelihood += logDensity;
          mass.forEach((share, k) => {
            const q = share / total;
            if (q === 0) return;
            expected.expectedLogJoint += q * (Math.log(r[k]) + logDensity);
            expected.entropy -= q * Math.log(q);
            expected.divergence += q * (Math.log(q) - Math.log(r[k]));
          });
        });
      }
      for (const [name, value] of Object.entries(expected)) {
        near(ledgers[0][name as keyof Ledger], value, { abs: slack }, `${eStep.name}: ${name}`);
      }
      near(
        ledgers[0].freeEnergy,
        expected.expectedLogJoint + expected.entropy,
        { abs: slack },
        'free energy',
      );
    }
    const none = em(model, start, rows, {
      eStep: sampled(),
      maxIter: 0,
      onIteration: ({ ledger }) => ledger(),
    });
    await rejects(() => none, InvalidArgumentError, /no ledger of the sampled rule/);
  }),
  ...onEach('tempered(1) is exact, and β → ∞ is hard', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const run = (eStep: EStepRule) => em(model, start, rows, { eStep, tol: 0, maxIter: 5 });
    const [plain, one, stiff, labels] = [
      await run(exact),
      await run(tempered(1)),
      await run(tempered(2000)),
      await run(hard),
    ];
    identical(one.history, plain.history, 'history at β = 1');
    near(stiff.logLikelihood, labels.logLikelihood, { rel: 1e-3 }, 'objective at β = 2000');
  }),
];

const monteCarlo: Case[] = [
  ...onEach('draws of z repeat bit for bit, and are the CPU’s to rounding', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const assignment = { draws: 5, seed: 7, iteration: 2 };
    const first = await model.on(rows).eStep(start, { assignment });
    const second = await model.on(rows).eStep(start, { assignment });
    identical(first.sums, second.sums, 'sums');
    const other = await model.on(rows).eStep(start, { assignment: { ...assignment, seed: 8 } });
    ok(
      other.counts.some((count, k) => count !== first.counts[k]),
      'another seed to give other draws',
    );
    const reference = await setUp(cpu(), chosen);
    const defined = await reference.model.on(reference.rows).eStep(start, { assignment });
    // A draw whose u lies within float32 rounding of a border may fall on its other side.
    allNear(first.counts, defined.counts, { abs: 1 }, 'counts');
    near(
      first.counts.reduce((a, b) => a + b),
      N,
      { rel: 1e-6 },
      'rows',
    );
  }),
  ...onEach('with many draws the statistics are the exact ones', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const drawn = await model.on(rows).eStep(start, { assignment: { draws: 4000, seed: 1, iteration: 0 } });
    const all = await model.on(rows).eStep(start);
    allNear(drawn.counts, all.counts, { abs: 4 * Math.sqrt(N / 4 / 4000) }, 'counts');
    near(drawn.logLikelihood, all.logLikelihood, { rel: rel(backend) }, 'log-likelihood');
  }),
  ...onEach('stochastic EM ends near the optimum, its average nearer', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const best = await em(model, start, rows, { tol: 1e-9, maxIter: 500 });
    const fit = await em(model, start, rows, { eStep: sampled({ average: 40 }), tol: 0, maxIter: 100 });
    ok(
      fit.logLikelihood > best.logLikelihood - 0.01 * N,
      `${fit.logLikelihood} to be near ${best.logLikelihood}`,
    );
    equal(fit.nIter, 100, 'M-steps');
  }),
];

const incremental: Case[] = [
  ...onEach('one block is batch EM, and blocks add up to all rows', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const batch = await em(model, start, rows, { tol: 0, maxIter: 4 });
    const one = await em(model, start, rows, { eStep: partial({ blocks: 1 }), tol: 0, maxIter: 4 });
    allNear(one.history, batch.history, { rel: 10 * rel(backend) }, 'history');
    const parts = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6].map(index => model.on(rows).eStep(start, { block: { index, of: 7 } })),
    );
    const whole = await model.on(rows).eStep(start);
    near(
      parts.reduce((sum, part) => sum + part.mass, 0),
      N,
      {},
      'rows',
    );
    near(
      parts.reduce((sum, part) => sum + part.logLikelihood, 0),
      whole.logLikelihood,
      { rel: rel(backend) },
      'likelihood',
    );
    for (const k of [0, 1, 2]) {
      near(
        parts.reduce((sum, part) => sum + part.counts[k], 0),
        whole.counts[k],
        { rel: 10 * rel(backend) },
        'counts',
      );
    }
  }),
  ...onEach('incremental EM reaches the optimum of batch EM in fewer passes', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const batch = await em(model, start, rows, { tol: 1e-7, maxIter: 400 });
    const blocks = 10;
    const parts = await em(model, start, rows, { eStep: partial({ blocks }), tol: 1e-7, maxIter: 4000 });
    const { logLikelihood } = await em(model, parts.parameters, rows, { maxIter: 0 });
    near(logLikelihood, batch.logLikelihood, { abs: 1e-4 * N }, 'likelihood');
    ok(
      1 + parts.nIter / blocks < batch.nIter,
      `${1 + parts.nIter / blocks} passes to be fewer than ${batch.nIter}`,
    );
  }),
  ...onEach('stepwise EM ends near the optimum', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const batch = await em(model, start, rows, { tol: 1e-9, maxIter: 400 });
    const fit = await em(model, start, rows, { eStep: stepwise({ blocks: 10 }), tol: 0, maxIter: 200 });
    const { logLikelihood } = await em(model, fit.parameters, rows, { maxIter: 0 });
    near(logLikelihood, batch.logLikelihood, { abs: 0.01 * N }, 'likelihood');
  }),
];

const regularised: Case[] = [
  ...onEach('bounds on mass hold, and none that does not bind changes anything', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const balanced = constrained({ mass: { min: 1 / K, max: 1 / K } });
    const { parameters } = await em(model, start, rows, { eStep: balanced, tol: 0, maxIter: 5 });
    allNear(parameters.weights, equalWeights, { abs: 1e-4 }, 'weights');
    const loose = await em(model, start, rows, {
      eStep: constrained({ mass: { min: 0.01 } }),
      tol: 0,
      maxIter: 5,
    });
    const plain = await em(model, start, rows, { tol: 0, maxIter: 5 });
    allNear(loose.history, plain.history, { rel: rel(backend) }, 'history');
  }),
  ...onEach('known labels and linked rows stay together', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    // Fifty rows are said to be of component 2, whatever they look like; the next hundred in pairs.
    const labels = Int32Array.from({ length: N }, (_, i) => (i < 50 ? 2 : -1));
    const mustLink = Array.from({ length: 50 }, (_, i) => [50 + 2 * i, 51 + 2 * i]);
    const eStep = constrained({ labels, mustLink });
    const { history, parameters } = await em(model, start, rows, { eStep, tol: 0, maxIter: 8 });
    ok(
      history.every((value, i) => i === 0 || value >= history[i - 1] - 4 * rel(backend) * Math.abs(value)),
      'F not to fall',
    );
    const plain = await em(model, start, rows, { tol: 0, maxIter: 8 });
    ok(parameters.weights[2] > plain.parameters.weights[2], 'labels to have weight');

    const reference = await setUp(cpu(), chosen);
    const defined = await em(reference.model, start, reference.rows, { eStep, tol: 0, maxIter: 8 });
    allNear(history, defined.history, { rel: 100 * rel(backend) }, 'history');
  }),
  {
    name: 'all rows labelled: the M-step of the labels, whatever θ says',
    async run(backend) {
      const { rows, model, start } = await setUp(backend, problems[0]);
      const labels = Int32Array.from({ length: N }, (_, i) => i % K);
      const { parameters } = await em(model, start, rows, {
        eStep: constrained({ labels }),
        tol: 0,
        maxIter: 2,
      });
      allNear(parameters.weights, equalWeights, { abs: 1e-5 }, 'weights');
    },
  },
];

regularised.push(
  {
    name: 'a known row far from its component costs what it costs, and nothing is clipped',
    async run(backend) {
      const data = Float64Array.from({ length: 40 }, (_, i) => (i % 2 ? 100 : 0) + 0.1 * (i >> 1));
      const rows = await backend.load({ data, shape: [40, 1] });
      const model = mixture(gaussian(), { nComponents: 2 });
      const start = {
        weights: Float64Array.of(0.5, 0.5),
        means: Float64Array.of(1, 101),
        covariances: Float64Array.of(1, 1),
      };
      const labels = Int32Array.from({ length: 40 }, (_, i) => (i === 0 ? 1 : -1));
      const mStep = maximumLikelihood({ fixed: ['covariances'] });
      const { history } = await em(model, start, rows, {
        eStep: constrained({ labels }),
        mStep,
        tol: 0,
        maxIter: 4,
      });
      const free = await model.on(rows).eStep(start);
      // Row 0 is 0, 101 away from its component, 1 away from the other.
      const cost = (101 ** 2 - 1) / 2;
      near(history[0], free.logLikelihood - cost, { abs: 1e-5 * cost }, 'objective');
      ok(
        history.every((value, i) => i === 0 || value >= history[i - 1] - 1e-9),
        `${history} not to fall by more than the last bits`,
      );
    },
  },
  {
    name: 'Old Faithful with at least 36 % in the smaller component, from the plain fit',
    async run(backend) {
      const fit = await GaussianMixture.fit(faithful, {
        nComponents: 2,
        eStep: constrained({ mass: { min: 0.36 } }),
        tol: 1e-6,
        device: backend,
      });
      near(Math.min(...fit.weights), 0.36, { abs: 1e-5 }, 'smaller weight');
    },
  },
  {
    name: 'bounds on mass that separated clusters resist are met all the same, or said not to be',
    async run(backend) {
      const data = Float64Array.from({ length: 100 }, (_, i) => (i % 2 ? 20 : -20) + 0.02 * i);
      const rows = await backend.load({ data, shape: [100, 1] });
      const model = mixture(gaussian(), { nComponents: 2 });
      const start = {
        weights: Float64Array.of(0.5, 0.5),
        means: Float64Array.of(-19, 21),
        covariances: Float64Array.of(1, 1),
      };
      const eStep = constrained({ mass: { min: [0.7, 0] } });
      const { counts } = await (await eStep.begin(model.on(rows)))(start, 0);
      near(counts[0], 70, { abs: 1e-3 }, 'rows of component 0');
      // A component that has no rows at all is given them.
      const far = { ...start, means: Float64Array.of(0, 1e3) };
      const given = await (await constrained({ mass: { min: 0.2 } }).begin(model.on(rows)))(far, 0);
      near(given.counts[1], 20, { abs: 1e-3 }, 'rows of component 1');
      // Groups of rows, each with one component: any share can be met, since q of a group may be anything.
      const mustLink = Array.from({ length: 20 }, (_, g) => [0, 1, 2, 3, 4].map(i => 5 * g + i));
      const linked = constrained({ mustLink, mass: { min: 0.3, max: 0.6 } });
      const groups = await (await linked.begin(model.on(rows)))(
        { ...start, means: Float64Array.of(-19, 40) },
        0,
      );
      ok(
        groups.counts[0] < 60.01 && groups.counts[0] > 29.99,
        `${groups.counts[0]} rows to be within bounds`,
      );
    },
  },
);

const PRIORS: Record<string, object> = {
  gaussian: {},
  poisson: { shape: 3, rate: 0.5 },
  bernoulli: { alpha: 2, beta: 2 },
  binomial: { alpha: 2, beta: 3 },
  multinomial: { concentration: 2 },
};

const mSteps: Case[] = [
  ...onEach(
    'maximum a posteriori: the objective never falls, and the weights’ prior pulls',
    async (backend, chosen) => {
      const { rows, model, start } = await setUp(backend, chosen);
      const mStep = maximumAPosteriori({ weights: 200, components: PRIORS[chosen.family.name] });
      const { history, parameters } = await em(model, start, rows, { mStep, tol: 0, maxIter: 15 });
      const slack = 4 * rel(backend) * Math.abs(history[0]);
      ok(
        history.every((value, i) => i === 0 || value >= history[i - 1] - slack),
        `${history} not to fall`,
      );
      const plain = await em(model, start, rows, { tol: 0, maxIter: 15 });
      const spread = (values: Float64Array) => Math.max(...values) - Math.min(...values);
      ok(spread(parameters.weights) < spread(plain.parameters.weights), 'weights to be nearer to equal');
    },
  ),
  ...onEach(
    'parameters that are fixed stay, and the objective still never falls',
    async (backend, chosen) => {
      const { rows, model, start } = await setUp(backend, chosen);
      for (const name of Object.keys(start)) {
        const mStep = maximumLikelihood({ fixed: [name] });
        const { history, parameters } = await em(model, start, rows, { mStep, tol: 0, maxIter: 8 });
        identical(
          (parameters as unknown as Record<string, Float64Array>)[name],
          (start as unknown as Record<string, Float64Array>)[name],
          name,
        );
        const slack = 4 * rel(backend) * Math.abs(history[0]);
        ok(
          history.every((value, i) => i === 0 || value >= history[i - 1] - slack),
          `${history} not to fall`,
        );
      }
    },
  ),
  ...onEach(
    'a prior and fixed parameters together: the fixed ones stay, the objective never falls',
    async (backend, chosen) => {
      const { rows, model, start } = await setUp(backend, chosen);
      for (const name of Object.keys(start)) {
        const mStep = maximumAPosteriori({
          fixed: [name],
          weights: 3,
          components: PRIORS[chosen.family.name],
        });
        const { history, parameters } = await em(model, start, rows, { mStep, tol: 0, maxIter: 8 });
        const arrays = (value: unknown) => (value as Record<string, Float64Array>)[name];
        identical(arrays(parameters), arrays(start), name);
        const slack = 4 * rel(backend) * Math.abs(history[0]);
        ok(
          history.every((value, i) => i === 0 || value >= history[i - 1] - slack),
          `${history} not to fall`,
        );
      }
    },
  ),
  ...onEach('generalised EM climbs to the same optimum', async (backend, chosen) => {
    const { rows, model, start } = await setUp(backend, chosen);
    const best = await em(model, start, rows, { tol: 1e-8, maxIter: 300 });
    const fit = await em(model, start, rows, { mStep: gradient({ steps: 5 }), tol: 0, maxIter: 60 });
    near(fit.logLikelihood, best.logLikelihood, { abs: 0.005 * N }, 'likelihood');
  }),
];

export const ruleCases: readonly Case[] = [
  ...guarantees,
  ...monteCarlo,
  ...incremental,
  ...regularised,
  ...mSteps,
];
