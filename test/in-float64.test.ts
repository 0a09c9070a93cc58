import { describe, expect, test } from 'vitest';
import { emptyStatistics } from '../src/contract/statistics.js';
import {
  BayesianGaussianMixture,
  constrained,
  em,
  type FitInfo,
  GaussianMixture,
  type GaussianMixtureOptions,
  HiddenMarkovModel,
  KMeans,
  LatentDirichletAllocation,
  type Ledger,
  Mixture,
  type Model,
  maximumAPosteriori,
  NonFiniteError,
  OnlineGaussianMixture,
  partial,
  sampled,
  stepwise,
  tempered,
  UnmetError,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { FailingBackend, type Failure } from './support/failing-backend.js';
import { randomPoints } from './support/synthetic.js';

/** Where the arithmetic of float32 fails, a fit goes on in float64. */

const float32 = await new FailingBackend(0).load({ data: new Float64Array(10), shape: [10, 1] });

/** What an E-step finds at each parameter, which counts M-steps; undefined: it fails. */
type Script = (number | undefined)[];

function scripted(onFloat32: Script, onFloat64: Script): Model<number> {
  const model: Model<number> = {
    on(table) {
      const [precision, script] = table === float32 ? ['float32', onFloat32] : ['float64', onFloat64];
      const eStep = async (step: number) => {
        const logLikelihood = script[step];
        if (logLikelihood === undefined) throw new NonFiniteError(`${precision} fails.`);
        return { ...emptyStatistics(1, 'first', new Float64Array(1)), mass: 10, logLikelihood };
      };
      return { model, table, eStep };
    },
    mStep: (_, step) => ({ parameters: step + 1, notes: [] }),
  };
  return model;
}

const plain = { tol: 0, maxIter: 4 };

describe('em over rows in float32', () => {
  test('goes on from the last good parameters, and says so', async () => {
    const seen: number[] = [];
    const model = scripted([-5, -4, undefined], [-5.25, -4.25, -3.25, -2.25, -1.25]);
    const fit = await em(model, 0, float32, {
      ...plain,
      onIteration: ({ iteration }) => seen.push(iteration),
    });
    expect(fit.history).toEqual([-5, -4.25, -3.25, -2.25, -1.25]);
    expect(fit).toMatchObject({ parameters: 4, nIter: 4, nESteps: 7, stopReason: 'maxIter' });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
    expect(fit.notes).toMatchObject([{ kind: 'precision' }]);
    expect(fit.notes[0].message).toMatch(
      /went on in float64 on the CPU.*float32 fails\. \(after 1 M-steps\)/,
    );
  });

  test('begins again where there are none, or where what float32 found does not join', async () => {
    const right = [-5, -4, -3, -2, -1];
    for (const wrong of [[undefined], [-5, -2, -1, undefined]]) {
      const fit = await em(scripted(wrong, right), 0, float32, plain);
      expect(fit).toMatchObject({ history: right, nESteps: 5 });
      expect(fit.notes[0].message).toMatch(/began again in float64/);
    }
  });

  test('fails as float64 does where that fails too, with the last good fit', async () => {
    const failure = em(scripted([-5, -4, undefined], [-5, -4, -3, undefined]), 0, float32, plain);
    await expect(failure).rejects.toThrow('float64 fails. (after 2 M-steps)');
    await expect(failure).rejects.toMatchObject({ lastGood: { parameters: 2, history: [-5, -4, -3] } });
    const worse = em(scripted([-5, -4, undefined], [undefined]), 0, float32, plain);
    await expect(worse).rejects.toMatchObject({
      message: 'float64 fails.',
      lastGood: { parameters: 1, history: [-5, -4] },
    });
  });

  test('goes on where float32 alone misses what a constraint asks for', async () => {
    const missing = scripted([-5, -4, undefined], [-5, -4, -3, -2, -1]);
    const model: Model<number> = {
      ...missing,
      on(table) {
        const problem = missing.on(table);
        const asUnmet = (error: Error) => {
          throw new UnmetError(error.message);
        };
        return { ...problem, model, eStep: step => problem.eStep(step).catch(asUnmet) };
      },
    };
    expect(await em(model, 0, float32, plain)).toMatchObject({ history: [-5, -4, -3, -2, -1] });
  });

  test('what is no matter of precision is an error at once', async () => {
    const model = scripted([-5, -4, -3], [-5, -4, -3]);
    const onIteration = () => {
      throw new RangeError('the caller’s');
    };
    await expect(em(model, 0, float32, { ...plain, onIteration })).rejects.toThrow(RangeError);
  });

  test('can be stopped there', async () => {
    const controller = new AbortController();
    const fit = await em(scripted([-5, undefined], [-5, -4, -3, -2]), 0, float32, {
      signal: controller.signal,
      onIteration: ({ iteration }) => iteration === 2 && controller.abort(),
    });
    expect(fit).toMatchObject({ parameters: 2, history: [-5, -4, -3], stopReason: 'aborted' });
  });
});

const points = randomPoints(300, 3, 2, { spread: 2 });
const rng = createRng(5);
const counts = Array.from({ length: 200 }, (_, i) =>
  Array.from({ length: 4 }, (_, j) => Math.floor(6 * rng.uniform() + ((i + j) % 2) * 4)),
);
const common = { nComponents: 3, tol: 0, maxIter: 12 };
const labels = Array.from({ length: 300 }, (_, i) => (i < 20 ? i % 3 : -1));

type Fitting = (device: 'cpu' | FailingBackend) => Promise<{ fitInfo?: unknown }>;
const gaussian =
  (options: Partial<GaussianMixtureOptions>): Fitting =>
  device =>
    GaussianMixture.fit(points, { ...common, ...options, device });

/** E-steps that depend on θ and the iteration alone: a fit that goes on is the fit itself. */
const alike: Record<string, Fitting> = {
  GaussianMixture: gaussian({}),
  'GaussianMixture, tied': gaussian({ covarianceType: 'tied' }),
  'GaussianMixture from k-means': gaussian({ init: 'k-means' }),
  'GaussianMixture, constrained': gaussian({ eStep: constrained({ labels }) }),
  'GaussianMixture, tempered': gaussian({ eStep: tempered([0.5, 0.8, 1]) }),
  'GaussianMixture, sampled': gaussian({ eStep: sampled({ average: 3 }) }),
  'GaussianMixture, maximum a posteriori': gaussian({ mStep: maximumAPosteriori({ components: {} }) }),
  Mixture: device => Mixture.fit(counts, { ...common, family: 'poisson', device }),
  KMeans: device => KMeans.fit(points, { nClusters: 3, tol: 0, maxIter: 12, init: 'random', device }),
  'KMeans, soft': device => KMeans.fit(points, { nClusters: 3, tol: 0, maxIter: 12, beta: 0.5, device }),
  BayesianGaussianMixture: device => BayesianGaussianMixture.fit(points, { ...common, device }),
  HiddenMarkovModel: device => HiddenMarkovModel.fit(points, { nStates: 2, tol: 0, maxIter: 12, device }),
};

/** E-steps and leaps that depend on what was before: a fit that goes on ends at the same optimum. */
const lasting = { tol: 1e-10, maxIter: 2000 };
const converging: Record<string, Fitting> = {
  'GaussianMixture, accelerated': gaussian({ ...lasting, accelerate: 'squarem' }),
  'GaussianMixture, Anderson': gaussian({ ...lasting, accelerate: 'anderson' }),
  'GaussianMixture, partial': gaussian({ ...lasting, eStep: partial({ blocks: 4 }) }),
  LatentDirichletAllocation: device =>
    LatentDirichletAllocation.fit(counts, {
      nComponents: 2,
      ...{ tol: 1e-8, maxIter: 400, maxDocUpdateIter: 1000, meanChangeTol: 1e-9 },
      device,
    }),
};

/** Where a fit says it ran, once it has moved. */
const MOVED = {
  device: 'cpu',
  adapter: 'float64 on the CPU',
  deviceReason: 'float32 was too coarse on webgpu (one that fails)',
};

const infoOf = async (fit: Promise<{ fitInfo?: unknown }>) =>
  (await fit).fitInfo as FitInfo & { history: number[] };
const end = ({ history }: FitInfo) => history[history.length - 1];
const isMoved = ({ notes }: FitInfo) => notes.some(({ kind }) => kind === 'precision');

/** Fit on a backend that fails some E-steps before the last. */
async function failing(fit: Fitting, failure: Failure, before: number): Promise<FitInfo> {
  const whole = new FailingBackend(Number.POSITIVE_INFINITY);
  const unmoved = await infoOf(fit(whole));
  expect(isMoved(unmoved)).toBe(false);
  expect(unmoved).toMatchObject({ device: 'webgpu', deviceReason: undefined });
  const backend = new FailingBackend(whole.steps - before, failure);
  const info = await infoOf(fit(backend));
  expect(backend.steps).toBeGreaterThan(whole.steps - before);
  expect(info).toMatchObject(MOVED);
  return info;
}

const FAILURES: Failure[] = ['non-finite', 'degenerate', 'too-high'];
const tellsFalls = (name: string) => !/constrained|tempered|sampled/.test(name);

describe.each(Object.entries(alike))('%s', (name, fit) => {
  test.each(FAILURES.filter(failure => failure !== 'too-high' || tellsFalls(name)))(
    'goes on, and is the fit it would have been: %s',
    async failure => {
      const right = await infoOf(fit('cpu'));
      const found = await failing(fit, failure, 7);
      expect(found.history).toEqual(right.history);
      expect(found).toMatchObject({ nIter: right.nIter, stopReason: right.stopReason });
      expect(found.nESteps).toBeGreaterThan(right.nESteps as number);
      expect(isMoved(found)).toBe(true);
    },
  );
});

describe.each(Object.entries(converging))('%s', (_, fit) => {
  test.each(FAILURES)('goes on, and ends at the same optimum: %s', async failure => {
    const right = await infoOf(fit('cpu'));
    const found = await failing(fit, failure, 7);
    expect(end(found)).toBeCloseTo(end(right), 4);
    expect(found.converged).toBe(true);
    expect(isMoved(found)).toBe(true);
  });
});

test.each(Object.entries({ ...alike, ...converging }))(
  '%s fits where float32 always fails',
  async (_, fit) => {
    const [right, found] = [await infoOf(fit('cpu')), await infoOf(fit(new FailingBackend(0)))];
    expect(found.history).toEqual(right.history);
    expect(found).toMatchObject(MOVED);
    expect(found.notes[found.notes.length - 1].message).toMatch(/began again in float64/);
  },
);

test('a stepwise fit goes on from all rows, not from one block', async () => {
  const options = { maxIter: 60, eStep: stepwise({ blocks: 10 }) };
  const right = await infoOf(gaussian(options)('cpu'));
  const found = (await failing(gaussian(options), 'non-finite', 7)) as FitInfo;
  expect(found.logLikelihood).toBeGreaterThan(right.logLikelihood - 1);
  expect(found.nIter).toBe(60);
});

test('each start goes on by itself', async () => {
  const right = await infoOf(gaussian({ nInit: 3 })('cpu'));
  const found = await failing(gaussian({ nInit: 3 }), 'degenerate', 20);
  expect(found.starts).toEqual(right.starts);
  expect(found.history).toEqual(right.history);
});

test('a ledger is drawn up where the fit is', async () => {
  const gaps: number[] = [];
  const onIteration = async ({ ledger }: { ledger(): Promise<Ledger> }) => {
    const { freeEnergy, logLikelihood } = await ledger();
    gaps.push(logLikelihood - freeEnergy);
  };
  await GaussianMixture.fit(points, { ...common, device: new FailingBackend(3), onIteration });
  expect(gaps.length).toBe(13);
  for (const gap of gaps) expect(gap).toBeCloseTo(0, 9);
});

test('what fails on the CPU fails as it does there', async () => {
  const dependent = { data: Float64Array.from({ length: 40 }, (_, at) => at >> 1), shape: [20, 2] as const };
  const options = { nComponents: 2, regCovar: 0 };
  const errors = await Promise.all(
    (['cpu', new FailingBackend(0), new FailingBackend(1)] as const).map(device =>
      GaussianMixture.fit(dependent, { ...options, device }).catch((error: Error) => error.message),
    ),
  );
  expect(errors[0]).toMatch(/positive definite/);
  expect(errors.slice(1)).toEqual([errors[0], errors[0]]);
});

test('chunks that come are learned from', async () => {
  const learn = async (device: 'cpu' | FailingBackend) => {
    const online = new OnlineGaussianMixture({ nComponents: 3, device });
    await online.partialFit(points);
    await online.partialFit(points);
    return online.model?.means;
  };
  const right = await learn('cpu');
  for (const at of [0, 1, 2]) expect(await learn(new FailingBackend(at))).toEqual(right);
});
