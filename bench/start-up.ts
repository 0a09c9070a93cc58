/**
 * How long a first fit takes, from the import on, with nothing cached; and how long each kernel takes to compile.
 *
 * node dist/bench/start-up.js [--repeats 3] [--json FILE]
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import { describeAdapter, provideGpu } from './gpu.js';
import { nodeMachine } from './machine.js';
import { duration } from './report/format.js';
import { readOptions, script } from './script.js';
import { shapeName } from './shapes.js';
import type { CompileTimes, StartUp } from './start-up-child.js';
import { type Spread, spread } from './timing.js';

/** The caches that drivers keep on disk: Mesa's and NVIDIA's. SwiftShader has none. */
const COLD = { MESA_SHADER_CACHE_DISABLE: 'true', __GL_SHADER_DISK_CACHE: '0' };

await script(async () => {
  const options = readOptions({ repeats: '3' });
  const adapter = await describeAdapter(await provideGpu());
  console.log(`${adapter.name}\n`);
  const startUp = measureStartUp(Number(options.repeats));
  const compile = measureCompilation();
  if (options.json === undefined) return;
  const report = { date: new Date().toISOString(), machine: nodeMachine(), adapter, startUp, compile };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});

function measureStartUp(repeats: number) {
  const runs = Array.from({ length: repeats }, () => inChild<StartUp>('start-up'));
  const { shape } = runs[0];
  const stages = Object.keys(runs[0].seconds);
  const total = (counted: readonly string[]) =>
    spread(runs.map(({ seconds }) => counted.reduce((sum, stage) => sum + seconds[stage], 0)));
  const times = Object.fromEntries([
    ...stages.map(stage => [stage, total([stage])]),
    ['in all', total(stages)],
    ['from a given start', total(stages.filter(stage => stage !== 'k-means++'))],
  ]) as Record<string, Spread>;

  const lines = Object.entries(times).map(([stage, { median, min, max }]) => [
    stage,
    duration(median),
    `${duration(min)} – ${duration(max)}`,
  ]);
  console.log(`from import to the first finished iteration at ${shapeName(shape)}, caches cold`);
  console.log(`${formatTable([['', 'median', 'min – max'], ...lines])}\n`);
  return { shape, times };
}

function measureCompilation(): CompileTimes[] {
  const compile = inChild<CompileTimes[]>('compile');
  const lines = compile.flatMap(({ shape, kernels }) =>
    kernels.map(({ label, creation, firstRun }) => [
      `${shapeName(shape)}: ${label}`,
      duration(creation),
      duration(firstRun),
      duration(creation + firstRun),
    ]),
  );
  console.log('compilation of each kernel: drivers do it when the pipeline is created, or at its first run');
  console.log(formatTable([['', 'creation', 'first run', 'in all'], ...lines]));
  return compile;
}

/** A process of its own: nothing is imported or compiled there yet. */
function inChild<T>(what: 'start-up' | 'compile'): T {
  const script = new URL('start-up-child.js', import.meta.url).pathname;
  const child = spawnSync(process.execPath, [script, what], {
    env: { ...process.env, ...COLD },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const last = child.stdout.trim().split('\n').at(-1);
  if (!last)
    throw new Error(`The process for ${what} said nothing (exit code ${child.status}, ${child.signal}).`);
  return JSON.parse(last);
}
