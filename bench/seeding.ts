/**
 * What a start costs beside EM iterations, and how good its seeds are beside k-means++ over all rows.
 *
 * node dist/bench/seeding.js [--shapes '1e6,2,64 1e6,8,64'] [--repeats 3] [--rows 2e5] [--seeds 10] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import { type Backend, em, hard, kMeansPlusPlus, matrix, type Rows } from '../src/index.js';
import { kMeansPlusPlusSeeds } from '../src/init/k-means-plus-plus.js';
import { plusPlus } from '../src/init/plus-plus.js';
import { columnUnits } from '../src/init/start.js';
import { KMeansModel } from '../src/models/k-means.js';
import type { MixtureModel } from '../src/models/mixture.js';
import { createRng, sampleIndices } from '../src/numerics/rng.js';
import { openBackends } from './backends.js';
import { CLUSTERS, type Clusters } from './clusters.js';
import { nodeMachine } from './machine.js';
import { modelOf, timeEm } from './peers/em.js';
import { createProblem } from './problem.js';
import { digits, duration, percent, times } from './report/format.js';
import { readOptions, script } from './script.js';
import { parseShape, type Shape, shapeName } from './shapes.js';
import { type Spread, seconds, spread } from './timing.js';

/** A start may cost as much as so many iterations. */
const ITERATIONS = 10;
const LLOYD_ITERATIONS = 10;

interface Seeding {
  readonly model: MixtureModel;
  readonly rows: Rows;
  /** [n, D] in units of the columns */
  readonly scaled: Float64Array;
}

/** Ways to choose K rows as seeds. */
const METHODS: Record<string, (seeding: Seeding, seed: number) => Promise<Float64Array>> = {
  'k-means++ over all rows': plain,
  'this library': ({ model, rows }, seed) => kMeansPlusPlusSeeds(model, rows, { seed }),
  'uniform sample, greedy': sampled,
  'uniform seeds': ({ model, rows }, seed) =>
    rows.take(sampleIndices(rows.shape[0], model.nComponents, createRng(seed, 3))),
};
const REFERENCE = 'k-means++ over all rows';

await script(async () => {
  const options = readOptions({ shapes: '1e6,2,64 1e6,8,64', repeats: '3', rows: '2e5', seeds: '10' });
  const { adapter, backends } = await openBackends();
  if (adapter) console.log(`${adapter.name}\n`);

  const shapes = options.shapes.split(' ').filter(Boolean).map(parseShape);
  const cost = [];
  for (const shape of shapes) cost.push(await measureCost(shape, backends, Number(options.repeats)));
  const quality = [];
  for (const clusters of Number(options.seeds) > 0 ? CLUSTERS : []) {
    quality.push(await measureQuality(clusters, backends[0], Number(options.rows), Number(options.seeds)));
  }
  if (options.json === undefined) return;
  const report = { date: new Date().toISOString(), machine: nodeMachine(), adapter, cost, quality };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});

/** Starts and iterations on the same rows, in turns. */
async function measureCost(shape: Shape, backends: readonly Backend[], repeats: number) {
  const problem = createProblem(shape);
  const model = modelOf(shape);
  const measured = [];
  for (const backend of backends) {
    const rows = await backend.load(matrix(problem.data, [shape.n, shape.d]));
    await kMeansPlusPlus(model, rows, { seed: repeats }); // compiles
    await timeEm(problem, rows, 1);
    const starts: number[] = [];
    const iterations: number[] = [];
    for (let seed = 0; seed < repeats; seed++) {
      const begin = seconds();
      await kMeansPlusPlus(model, rows, { seed });
      starts.push(seconds() - begin);
      iterations.push(...(await timeEm(problem, rows, 2)).seconds);
    }
    rows.dispose();
    measured.push({ device: backend.device, start: spread(starts), iteration: spread(iterations) });
  }
  const lines = measured.map(({ device, start, iteration }) => [
    device,
    ...withRange(start, duration),
    ...withRange(iteration, duration),
    digits(start.median / iteration.median),
    percent(start.median / iteration.median / ITERATIONS),
  ]);
  console.log(`k-means++ at ${shapeName(shape)}`);
  console.log(
    `${formatTable([['', 'start', '', 'iteration', '', 'in iterations', 'of the 10 allowed'], ...lines])}\n`,
  );
  return { shape, measured };
}

async function plain({ model, rows, scaled }: Seeding, seed: number): Promise<Float64Array> {
  const weights = new Float64Array(rows.shape[0]).fill(1);
  const { chosen } = await plusPlus(scaled, weights, model.nComponents, createRng(seed, 4), { trials: 1 });
  return rows.take(chosen);
}

/** Greedy k-means++ on a uniform sample of the size that the library draws, which does without a pass over all rows. */
async function sampled({ model, rows, scaled }: Seeding, seed: number): Promise<Float64Array> {
  const [n, d] = rows.shape;
  const rng = createRng(seed, 5);
  const indices = sampleIndices(n, Math.max(4096, 32 * model.nComponents), rng);
  const x = Float64Array.from(
    { length: indices.length * d },
    (_, t) => scaled[indices[Math.floor(t / d)] * d + (t % d)],
  );
  const { chosen } = await plusPlus(x, new Float64Array(indices.length).fill(1), model.nComponents, rng);
  return rows.take(chosen.map(row => indices[row]));
}

/** Σ_i min_a |x_i − x_a|² of seeds, and after Lloyd's iterations from them. */
async function potentials({ model, rows }: Seeding, seeds: Float64Array): Promise<[number, number]> {
  const clusters = new KMeansModel(model.nComponents, columnUnits(model, rows));
  const { history, logLikelihood } = await em(clusters, { centers: seeds }, rows, {
    eStep: hard,
    tol: 0,
    maxIter: LLOYD_ITERATIONS,
  });
  return [-2 * history[0], -2 * logLikelihood];
}

async function measureQuality(clusters: Clusters, backend: Backend, n: number, seeds: number) {
  const { name, k, d } = clusters;
  const data = clusters.draw(n, 0);
  const rows = await backend.load(matrix(data, [n, d]));
  const model = modelOf({ n, d, k, covariance: 'diag' });
  const units = columnUnits(model, rows);
  const seeding = { model, rows, scaled: Float64Array.from(data, (value, i) => value / units[i % d]) };
  const found = Object.keys(METHODS).map(method => ({
    method,
    before: [] as number[],
    after: [] as number[],
  }));
  for (let seed = 0; seed < seeds; seed++) {
    for (const { method, before, after } of found) {
      const [start, end] = await potentials(seeding, await METHODS[method](seeding, seed));
      before.push(start);
      after.push(end);
    }
  }
  rows.dispose();
  const [reference] = found.filter(({ method }) => method === REFERENCE);
  const relative = (values: readonly number[], by: Spread) => spread(values.map(value => value / by.median));
  const [byBefore, byAfter] = [spread(reference.before), spread(reference.after)];
  const methods = found.map(({ method, before, after }) => ({
    method,
    before: relative(before, byBefore),
    after: relative(after, byAfter),
  }));
  console.log(name);
  const header = ['', 'potential', 'min – max', `after ${LLOYD_ITERATIONS} iterations`, 'min – max'];
  const lines = methods.map(({ method, before, after }) => [
    method,
    ...withRange(before, times),
    ...withRange(after, times),
  ]);
  console.log(`${formatTable([header, ...lines])}\n`);
  return { name, n, seeds, methods };
}

function withRange({ median, min, max }: Spread, format: (value: number) => string): [string, string] {
  return [format(median), `${format(min)} – ${format(max)}`];
}
