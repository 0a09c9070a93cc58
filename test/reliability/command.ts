/**
 * Device losses and refused allocations at random moments of every kind of work.
 *
 * npm run reliability -- [--cases 300] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { acquireDevice } from '../../src/backends/webgpu/device/device.js';
import { createRng } from '../../src/numerics/rng.js';
import { Trial } from './trial.js';
import { WORKS } from './works.js';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '300' }, seed: { type: 'string', default: '1' } },
});
const rng = createRng(Number(values.seed));
const wrong: string[] = [];
const moments = new Map<string, number>();
for (const work of WORKS) {
  const trial = await Trial.begin(work, await acquireDevice());
  await trial.run(0, 'lost');
  moments.set(work.name, trial.device.moments);
  trial.backend.dispose();
}
for (let index = 0; index < Number(values.cases); index++) {
  const work = WORKS[index % WORKS.length];
  const fault = rng.uniform() < 0.5 ? 'lost' : 'refused';
  const at = 1 + Math.floor((moments.get(work.name) as number) * rng.uniform());
  const trial = await Trial.begin(work, await acquireDevice());
  try {
    await trial.run(at, fault);
    if (fault === 'refused') await trial.run(0, fault);
  } catch (error) {
    wrong.push((error as Error).message);
    console.log((error as Error).stack, (error as Error).cause);
  }
  trial.device.device.destroy();
}
console.log(
  `${values.cases} faults in ${WORKS.length} kinds of work, ${wrong.length} of them not as they should be`,
);
process.exit(wrong.length > 0 ? 1 : 0);
