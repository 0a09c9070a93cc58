/**
 * What rules buy: incremental EM against batch EM, online EM on rows that come in chunks, Monte Carlo EM's error against
 * its draws, and acceleration.
 *
 * node dist/bench/rules.js [--rows 1e6] [--stream 1e7] [--chunk 1e5] [--device cpu|webgpu] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import {
  type Accelerator,
  anderson,
  type Backend,
  chooseBackend,
  type EStepRule,
  em,
  exact,
  type Fit,
  gaussian,
  kMeansPlusPlus,
  type Model,
  matrix,
  mixture,
  OnlineEm,
  parseCsv,
  partial,
  poisson,
  type Rows,
  sampled,
  squarem,
  tied,
} from '../src/index.js';
import type { MixtureParameters } from '../src/models/mixture.js';
import { createRng } from '../src/numerics/rng.js';
import faithfulCsv from '../test/reference/faithful.csv?raw';
import { nodeMachine } from './machine.js';
import { digits, percent } from './report/format.js';
import { readOptions, script } from './script.js';
import { logLogSlope } from './timing.js';

const [D, K] = [2, 8];
const MIB = 2 ** 20;
const model = mixture(gaussian(), { nComponents: K });

await script(async () => {
  const options = readOptions({ rows: '1e6', stream: '1e7', chunk: '1e5', device: 'cpu' });
  const { backend } = await chooseBackend(options.device as 'cpu' | 'webgpu');
  console.log(`${backend.adapter}\n`);
  const incremental = await measureIncremental(backend, Number(options.rows));
  const online = await measureOnline(backend, Number(options.stream), Number(options.chunk));
  const monteCarlo = await measureMonteCarlo(backend);
  const acceleration = await measureAcceleration(backend);
  if (options.json === undefined) return;
  const report = {
    date: new Date().toISOString(),
    machine: nodeMachine(),
    adapter: backend.adapter,
    ...{ incremental, online, monteCarlo, acceleration },
  };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});

/** Rows begin … begin + n of an endless mixture of K overlapping clusters; any run of them can be drawn again. */
function clusters(begin: number, n: number): Float64Array {
  const data = new Float64Array(n * D);
  for (let i = 0; i < n; i++) {
    const rng = createRng(7, begin + i);
    const k = rng.integer(K);
    for (let j = 0; j < D; j++)
      data[i * D + j] = 1.6 * ((k * (j + 2)) % 5) + (1 + (k % 3) / 3) * rng.normal();
  }
  return data;
}

/** Passes over the rows until the objective is as near to the best as asked. */
async function measureIncremental(backend: Backend, n: number) {
  const rows = await backend.load(matrix(clusters(0, n), [n, D]));
  const start = await kMeansPlusPlus(model, rows);
  const long = await em(model, start, rows, { tol: 0, maxIter: 300 });
  const levels = [1e-3, 1e-4, 1e-5];
  const passes = async (eStep: EStepRule, perPass: number, maxIter: number) => {
    const reached = levels.map(() => Number.NaN);
    await em(model, start, rows, {
      eStep,
      tol: 0,
      maxIter,
      onIteration({ iteration, logLikelihood }) {
        levels.forEach((level, i) => {
          const below = (long.logLikelihood - logLikelihood) / n;
          if (below <= level && Number.isNaN(reached[i])) reached[i] = 1 + iteration / perPass;
        });
      },
    });
    return reached;
  };
  const table = [{ rule: 'batch', passes: await passes(exact, 1, 300) }];
  for (const blocks of [4, 16, 64]) {
    table.push({
      rule: `partial, ${blocks} blocks`,
      passes: await passes(partial({ blocks }), blocks, 250 * blocks),
    });
  }
  rows.dispose();
  console.log(
    `passes over N ${n.toExponential(0)}, D ${D}, K ${K} until the objective is below the best by, a row`,
  );
  const cells = table.map(row => [row.rule, ...row.passes.map(value => digits(value))]);
  console.log(`${formatTable([['', ...levels.map(level => `${level} nats`)], ...cells])}\n`);
  return { n, levels, table };
}

/** Online EM over a stream, its likelihood beside batch EM's on all rows, and the memory that each chunk leaves. */
async function measureOnline(backend: Backend, n: number, chunk: number) {
  const collect = (globalThis as { gc?: () => void }).gc;
  let online: OnlineEm<MixtureParameters> | undefined;
  const heap: number[] = [];
  for (let begin = 0; begin < n; begin += chunk) {
    const rows = await backend.load(matrix(clusters(begin, chunk), [chunk, D]));
    online ??= new OnlineEm(model, await kMeansPlusPlus(model, rows));
    await online.partialFit(rows);
    rows.dispose();
    collect?.();
    heap.push(process.memoryUsage().rss / MIB);
  }
  const all = await backend.load(matrix(clusters(0, n), [n, D]));
  const { parameters } = online as OnlineEm<MixtureParameters>;
  const own = await em(model, parameters, all, { maxIter: 0 });
  const batch = await em(model, await kMeansPlusPlus(model, all), all, { tol: 1e-6, maxIter: 200 });
  all.dispose();
  const result = {
    ...{ n, chunk },
    online: own.logLikelihood / n,
    batch: batch.logLikelihood / n,
    residentAfterTenth: heap[Math.floor(heap.length / 10)],
    residentAtEnd: heap[heap.length - 1],
  };
  console.log(`online EM over N ${n.toExponential(0)} in chunks of ${chunk.toExponential(0)}`);
  console.log(
    `${formatTable([
      ['', 'nats a row', 'resident memory, MiB'],
      [
        'online',
        digits(result.online, 6),
        `${digits(result.residentAfterTenth)} after a tenth, ${digits(result.residentAtEnd)} at the end`,
      ],
      [`batch, ${batch.nIter} iterations`, digits(result.batch, 6), ''],
      ['difference', percent(Math.abs(result.online / result.batch - 1)), ''],
    ])}\n`,
  );
  return result;
}

/** Distance of Monte Carlo EM's parameters from exact EM's after the same iterations, by the draws a row. */
async function measureMonteCarlo(backend: Backend) {
  const n = 5000;
  const rows = await backend.load(matrix(clusters(0, n), [n, D]));
  const start = await kMeansPlusPlus(model, rows);
  const stopping = { tol: 0, maxIter: 10 };
  const target = await em(model, start, rows, stopping);
  const points: [draws: number, error: number][] = [];
  for (const draws of [1, 4, 16, 64, 256]) {
    let squares = 0;
    const seeds = 12;
    for (let seed = 0; seed < seeds; seed++) {
      const { parameters } = await em(model, start, rows, { ...stopping, eStep: sampled({ draws, seed }) });
      squares +=
        parameters.means.reduce((sum, value, i) => sum + (value - target.parameters.means[i]) ** 2, 0) /
        seeds;
    }
    points.push([draws, Math.sqrt(squares)]);
  }
  rows.dispose();
  const slope = logLogSlope(points);
  console.log('Monte Carlo EM: distance of the means from exact EM’s after 10 iterations');
  console.log(
    `${formatTable([
      ['draws', ...points.map(([draws]) => `${draws}`)],
      ['error', ...points.map(([, error]) => digits(error))],
    ])}`,
  );
  console.log(`slope of log error against log draws: ${digits(slope)} (−0.5: 1/√draws)\n`);
  return { n, points, slope };
}

/** E-steps until the likelihood is within 1e-9 of the best of all, refused leaps counted. */
async function measureAcceleration(backend: Backend) {
  const days = [162, 267, 271, 185, 111, 61, 27, 8, 3, 1];
  const deaths = Float64Array.from(days.flatMap((count, value) => new Array<number>(count).fill(value)));
  const london = await backend.load(matrix(deaths, [deaths.length, 1]));
  const faithful = await backend.load(parseCsv(faithfulCsv).points);
  const three = mixture(gaussian({ covariance: tied, regCovar: 0 }), { nComponents: 3 });
  const cases: { name: string; count: (accelerate?: Accelerator) => Promise<EStepCount> }[] = [
    {
      name: 'London Times deaths, 2 Poissons',
      count: accelerate =>
        countESteps(mixture(poisson(), { nComponents: 2 }), london, accelerate, {
          weights: Float64Array.of(0.3, 0.7),
          rates: Float64Array.of(1, 2.5),
        }),
    },
  ];
  for (const seed of [1, 2, 3, 4]) {
    const start = await kMeansPlusPlus(three, faithful, { seed });
    cases.push({
      name: `Old Faithful, 3 tied, start ${seed}`,
      count: accelerate => countESteps(three, faithful, accelerate, start),
    });
  }
  const table = [];
  for (const { name, count } of cases) {
    const runs = { plain: await count(), squarem: await count(squarem), anderson: await count(anderson) };
    const best = Math.max(...Object.values(runs).map(run => run.best));
    table.push({
      name,
      logLikelihood: best,
      eSteps: Object.fromEntries(Object.entries(runs).map(([rule, run]) => [rule, run.to(best - 1e-9)])),
    });
  }
  london.dispose();
  faithful.dispose();
  console.log('E-steps until the log-likelihood is within 1e-9 of the best');
  const cells = table.map(({ name, logLikelihood, eSteps }) => [
    name,
    digits(logLikelihood, 10),
    ...Object.values(eSteps).map(value => (Number.isFinite(value) ? `${value}` : '–')),
  ]);
  console.log(formatTable([['', 'log-likelihood', 'plain', 'squarem', 'anderson'], ...cells]));
  return table;
}

interface EStepCount {
  readonly best: number;
  to(logLikelihood: number): number;
}

async function countESteps<P>(
  model: Model<P>,
  rows: Rows,
  accelerate: Accelerator | undefined,
  start: P,
): Promise<EStepCount> {
  let evaluated = 0;
  const counted = new Proxy(model, {
    get(target, name) {
      const member = target[name as keyof Model<P>] as unknown;
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        if (name === 'eStep') evaluated++;
        return member.apply(target, given);
      };
    },
  });
  const seen: [eSteps: number, logLikelihood: number][] = [];
  const fit: Fit<P> = await em(counted, start, rows, {
    tol: 0,
    maxIter: accelerate ? 800 : 8000,
    accelerate,
    onIteration: ({ logLikelihood }) => {
      seen.push([evaluated, logLikelihood]);
    },
  });
  return {
    best: fit.logLikelihood,
    to: level => seen.find(([, logLikelihood]) => logLikelihood >= level)?.[0] ?? Number.POSITIVE_INFINITY,
  };
}
