/**
 * What default fits of a large table take, and how far they end from their optimum, under three defaults.
 *
 * node dist/bench/stopping.js [--shapes '1e6,2,8 2e5,8,8'] [--seeds 3] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import { type Backend, GaussianMixture, type GaussianMixtureOptions, matrix } from '../src/index.js';
import { openBackends } from './backends.js';
import { nodeMachine } from './machine.js';
import { createProblem } from './problem.js';
import { duration } from './report/format.js';
import { readOptions, script } from './script.js';
import { parseShape, type Shape, shapeName } from './shapes.js';
import { seconds, spread } from './timing.js';

type Stopping = Pick<GaussianMixtureOptions, 'tol' | 'maxIter' | 'accelerate' | 'init'>;

/** In turns on the same rows. */
const DEFAULTS: Record<string, Stopping> = {
  'plain EM from k-means++, tol 1e-3': { init: 'k-means++', tol: 1e-3 },
  'short runs, SQUAREM, tol 1e-5': { tol: 1e-5, accelerate: 'squarem' },
  'short runs, SQUAREM, tol 1e-4': { tol: 1e-4, accelerate: 'squarem' },
  'the default': {},
};
/** From where a fit ended, to the optimum that it went to. */
const ONWARD: Stopping = { tol: 1e-8, maxIter: 300, accelerate: 'squarem' };

await script(async () => {
  const options = readOptions({ shapes: '1e6,2,8 2e5,8,8', seeds: '3' });
  const { adapter, backends } = await openBackends();
  if (adapter) console.log(`${adapter.name}\n`);
  const measured = [];
  for (const shape of options.shapes.split(' ').map(parseShape)) {
    for (const backend of backends) measured.push(await measure(shape, backend, Number(options.seeds)));
  }
  if (options.json === undefined) return;
  const report = { date: new Date().toISOString(), machine: nodeMachine(), adapter, measured };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});

async function measure(shape: Shape, backend: Backend, seeds: number) {
  const { n, d, k: nComponents, covariance: covarianceType } = shape;
  const rows = await backend.load(matrix(createProblem(shape).data, [n, d]));
  const common = { nComponents, covarianceType };
  await GaussianMixture.fit(rows, { ...common, maxIter: 2 }); // compiles
  const found = Object.entries(DEFAULTS).map(([name, stopping]) => ({
    name,
    stopping,
    times: [] as number[],
    eSteps: [] as number[],
    short: [] as number[],
  }));
  for (let seed = 0; seed < seeds; seed++) {
    for (const { stopping, times, eSteps, short } of found) {
      const begin = seconds();
      const fit = await GaussianMixture.fit(rows, { ...common, ...stopping, seed });
      times.push(seconds() - begin);
      eSteps.push(fit.fitInfo.nESteps ?? 0);
      const onward = await GaussianMixture.fit(rows, { ...common, ...ONWARD, init: fit });
      short.push((onward.fitInfo.logLikelihood - fit.fitInfo.logLikelihood) / n);
    }
  }
  rows.dispose();
  const header = ['', 'a fit', 'E-steps', 'short by, nats a row'];
  const lines = found.map(({ name, times, eSteps, short }) => [
    name,
    duration(spread(times).median),
    `${spread(eSteps).median}`,
    spread(short).median.toExponential(1),
  ]);
  console.log(`${shapeName(shape)}, ${backend.device}, medians of ${seeds} seeds`);
  console.log(`${formatTable([header, ...lines])}\n`);
  return { shape, device: backend.device, seeds, found };
}
