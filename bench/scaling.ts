/**
 * How the time of an iteration grows with N, and how much device memory EM takes beyond its rows.
 *
 * node dist/bench/scaling.js [--max 1e8] [--iterations 3] [--memory N,D,K,covariance] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { formatPairs, formatTable } from '../src/cli/table.js';
import { type Backend, matrix, webgpu } from '../src/index.js';
import { describeAdapter, provideGpu } from './gpu.js';
import { instrument } from './instrument.js';
import { nodeMachine } from './machine.js';
import { timeEm } from './peers/em.js';
import { createProblem } from './problem.js';
import { digits, duration } from './report/format.js';
import { readOptions, script } from './script.js';
import { parseShape, type Shape, shapeName } from './shapes.js';
import { logLogSlope, type Spread, spread } from './timing.js';

const MIB = 2 ** 20;
const [SMALLEST, D, K] = [1e5, 2, 8];

type Measured = Awaited<ReturnType<typeof openBackend>>;

await script(async () => {
  const options = readOptions({ max: '1e8', iterations: '3', memory: '1e7,8,256,full' });
  const iterations = Number(options.iterations);
  const shape = parseShape(options.memory);

  const measured = await openBackend();
  const { adapter } = measured;
  console.log(`${adapter.name}\n`);
  const points = await measureGrowth(measured, Number(options.max), iterations);
  const slope = logLogSlope(points.map(({ n, time }) => [n, time.median]));
  console.log(`slope of log time against log N: ${digits(slope)} (1: in proportion)\n`);
  const memory = await measureMemory(measured, shape);

  if (options.json === undefined) return;
  const growth = { d: D, k: K, covariance: 'full', iterations, points, slope };
  const report = { date: new Date().toISOString(), machine: nodeMachine(), adapter, growth, memory };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});

/** A backend whose buffers are counted. */
async function openBackend() {
  const gpu = await provideGpu();
  const bytes = { now: 0, peak: 0 };
  instrument(gpu, {
    memory(change) {
      bytes.now += change;
      bytes.peak = Math.max(bytes.peak, bytes.now);
    },
  });
  return { adapter: await describeAdapter(gpu), backend: await webgpu(), bytes };
}

async function measureGrowth({ backend }: Measured, largest: number, iterations: number) {
  const points: { n: number; time: Spread }[] = [];
  for (let n = SMALLEST; n <= largest; n *= 10) {
    const run = await runOnce(backend, { n, d: D, k: K, covariance: 'full' }, iterations);
    points.push({ n, time: spread(run.seconds) });
  }
  const cells = points.map(({ n, time }) => [
    n.toExponential(0),
    duration(time.median),
    `${duration(time.min)} – ${duration(time.max)}`,
    duration(time.median / n),
  ]);
  console.log(`an iteration at D ${D}, K ${K}, full`);
  console.log(formatTable([['N', 'time', 'min – max', 'per row'], ...cells]));
  return points;
}

async function measureMemory({ backend, bytes }: Measured, shape: Shape) {
  const before = bytes.now;
  bytes.peak = before;
  await runOnce(backend, shape, 1);
  const rows = 4 * shape.n * shape.d;
  const peak = bytes.peak - before;
  console.log(`device memory at ${shapeName(shape)}`);
  console.log(
    formatPairs([
      ['rows', `${digits(rows / MIB)} MiB`],
      ['peak beyond them', `${digits((peak - rows) / MIB)} MiB`],
    ]),
  );
  return { shape, rows, peak, beyondRows: peak - rows };
}

/** Loads, warms up, times and gives everything back. */
async function runOnce(backend: Backend, shape: Shape, iterations: number) {
  const problem = createProblem(shape);
  const rows = await backend.load(matrix(problem.data, [shape.n, shape.d]));
  await timeEm(problem, rows, 1);
  const run = await timeEm(problem, rows, iterations);
  rows.dispose();
  return run;
}
