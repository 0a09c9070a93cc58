/**
 * Where the time of one iteration goes on WebGPU: by kernel on the device's clock, and on the host.
 *
 * node dist/bench/profile.js [--shapes '1e6,2,8 2e5,16,16,diag 2e5,16,64,k-means'] [--iterations 3] [--json FILE]
 *
 * Each dispatch is timed in a pass of its own. What the host took and the device did not is read-backs, the submission
 * of work, and sums in JavaScript. A column's share is that of the E-step's wall time.
 */
import { writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import { type Backend, type Matrix, matrix, type Rows, type Statistics, webgpu } from '../src/index.js';
import { KMeansModel, type KMeansParameters } from '../src/models/k-means.js';
import { describeAdapter, provideGpu } from './gpu.js';
import { nodeMachine } from './machine.js';
import { modelOf, startParameters } from './peers/em.js';
import { createProblem } from './problem.js';
import { duration, percent } from './report/format.js';
import { readOptions, script } from './script.js';
import { parseShape, SHAPES, shapeName } from './shapes.js';
import { type Clock, clockNextDevice } from './timestamps.js';
import { seconds, spread } from './timing.js';

/** One iteration of a model, its parameters kept inside. */
interface Work {
  readonly name: string;
  readonly x: Matrix;
  /** The E-step of the parameters at hand. */
  eStep(rows: Rows): Promise<Statistics>;
  mStep(statistics: Statistics): void;
}

const K_MEANS = ',k-means';

function workOf(text: string): Work {
  const isKMeans = text.endsWith(K_MEANS);
  const shape = parseShape(isKMeans ? `${text.slice(0, -K_MEANS.length)},diag` : text);
  const { data, start } = createProblem(shape);
  const x = matrix(data, [shape.n, shape.d]);
  if (isKMeans) {
    const model = new KMeansModel(shape.k);
    let parameters: KMeansParameters = { centers: Float64Array.from(start.means) };
    return {
      name: shapeName(shape).replace('diag', 'k-means'),
      x,
      eStep: rows => model.on(rows).eStep(parameters, { assignment: 'hard' }),
      mStep: statistics => {
        parameters = model.mStep(statistics, parameters).parameters;
      },
    };
  }
  const model = modelOf(shape);
  let parameters = startParameters(model, start);
  return {
    name: shapeName(shape),
    x,
    eStep: rows => model.on(rows).eStep(parameters),
    mStep: statistics => {
      parameters = model.mStep(statistics, parameters).parameters;
    },
  };
}

/** Cards raise their clocks as they are used, and engines compile what runs often. */
const WARM_UP_SECONDS = 0.5;

/** One iteration of `work`, medians over `iterations`, after a first one that compiles and some that warm up. */
async function measure(work: Work, backend: Backend, clock: Clock, iterations: number) {
  const [rows, load] = await timed(() => backend.load(work.x));
  const [, first] = await timed(async () => work.mStep(await work.eStep(rows)));
  for (const end = seconds() + WARM_UP_SECONDS; seconds() < end; ) await work.eStep(rows);
  await clock.read();
  const [eSteps, mSteps, cpu]: number[][] = [[], [], []];
  for (let i = 0; i < iterations; i++) {
    const before = process.cpuUsage();
    const [statistics, e] = await timed(() => work.eStep(rows));
    const used = process.cpuUsage(before);
    const [, m] = await timed(async () => work.mStep(statistics));
    eSteps.push(e);
    mSteps.push(m);
    cpu.push((used.user + used.system) / 1e6);
  }
  const { kernels, isCut } = await clock.read();
  rows.dispose();
  const each = [...kernels].map(([kernel, { seconds: took, dispatches }]) => ({
    kernel,
    seconds: took / iterations,
    dispatches: dispatches / iterations,
  }));
  const [e, m] = [spread(eSteps).median, spread(mSteps).median];
  return { name: work.name, load, first, e, m, cpu: spread(cpu).median, kernels: each, isCut };
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const begin = seconds();
  const result = await work();
  return [result, seconds() - begin];
}

function format({
  name,
  load,
  first,
  e,
  m,
  cpu,
  kernels,
  isCut,
}: Awaited<ReturnType<typeof measure>>): string {
  const device = kernels.reduce((sum, { seconds: took }) => sum + took, 0);
  const heading =
    `${name}: E-step ${duration(e)} (first ${duration(first)}, load ${duration(load)}), on the device ` +
    `${duration(device)}, CPU time ${duration(cpu)}, M-step ${duration(m)}`;
  const rows = kernels.map(({ kernel, seconds: took, dispatches }) => [
    kernel,
    duration(took),
    String(Math.round(dispatches)),
    percent(took / e),
  ]);
  const table = formatTable([['kernel', 'time', 'dispatches', 'of the E-step'], ...rows]);
  return [heading, ...(isCut ? ['dispatches beyond the first 2048 were not timed'] : []), table].join('\n');
}

await script(async () => {
  const shapes = SHAPES.map(({ n, d, k, covariance }) => [n, d, k, covariance].join(',')).join(' ');
  const options = readOptions({ shapes, iterations: '3' });
  const gpu = await provideGpu(['disable-dawn-features=timestamp_quantization']);
  const adapter = await describeAdapter(gpu);
  console.log(`${adapter.name}\n`);
  const clock = clockNextDevice(gpu);
  const backend = await webgpu();
  const results: Awaited<ReturnType<typeof measure>>[] = [];
  for (const text of options.shapes.split(' ')) {
    const result = await measure(workOf(text), backend, clock, Number(options.iterations));
    results.push(result);
    console.log(`${format(result)}\n`);
  }
  backend.dispose();
  if (options.json === undefined) return;
  const report = { date: new Date().toISOString(), machine: nodeMachine(), adapter, results };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});
