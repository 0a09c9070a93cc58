/**
 * What has to hold of every model on everyone's data, on generated data.
 *
 * npm run properties -- [--cases N] [--models gaussian,…] [--backend webgpu|cpu] [--size test|long] [--seed S] [--from I]
 * npm run properties -- --models gaussian --seed S --case I [--shrink on]
 *
 * A case is made of its model, size, seed and number alone; `--case` prints what it is, `--shrink on` the smallest that
 * fails alike. With `--backend webgpu` it runs on the CPU and on WebGPU, which has to agree. Cases run in a process of
 * their own, so that one that ends or hangs it is found. Exit code 1 where a case failed.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cpu, webgpu } from '../../src/index.js';
import { inChild } from '../support/in-child.js';
import { provideVulkan } from '../support/vulkan.js';
import { type CaseOptions, type CaseResult, recipeOf, runCase, shrunk } from './cases.js';
import { MODELS } from './kinds.js';
import type { Size } from './property.js';
import { Tally } from './tally.js';

/** A case that says nothing for so long hangs, ms. */
const PATIENCE = 120_000;
/** Cases a process. */
const SLICE = 500;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100' },
    models: { type: 'string', default: MODELS.map(({ name }) => name).join(',') },
    backend: { type: 'string', default: 'webgpu' },
    size: { type: 'string', default: 'long' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    case: { type: 'string' },
    shrink: { type: 'string', default: 'off' },
    slice: { type: 'boolean', default: false },
  },
});
const oneOf = (option: 'backend' | 'size' | 'shrink', ...known: string[]) => {
  if (!known.includes(values[option])) throw new Error(`--${option} is one of ${known.join(', ')}`);
};
oneOf('backend', 'webgpu', 'cpu');
oneOf('size', 'test', 'long');
oneOf('shrink', 'on', 'off');
const models = values.models.split(',').map(name => {
  const model = MODELS.find(known => known.name === name);
  if (!model) throw new Error(`no model ${name}; there are ${MODELS.map(known => known.name).join(', ')}`);
  return model;
});
const [seed, from, cases] = [Number(values.seed), Number(values.from), Number(values.cases)];
const same = ['--backend', values.backend, '--size', values.size, '--seed', `${seed}`];

const optionsOf = async (): Promise<CaseOptions> => {
  const backends = { cpu: cpu(), ...(values.backend === 'webgpu' && { gpu: await webgpu() }) };
  return { size: values.size as Size, seed, backends };
};

/** In a child: cases of one model, a line of JSON each. */
async function runSlice(): Promise<void> {
  const options = await optionsOf();
  for (let index = from; index < from + cases; index++) {
    process.stdout.write(`${JSON.stringify(await runCase(models[0], options, index))}\n`);
  }
}

async function show(index: number): Promise<boolean> {
  const options = await optionsOf();
  let failed = false;
  for (const model of models) {
    console.log(JSON.stringify(recipeOf(model, options, index)));
    const result = await runCase(model, options, index);
    console.log(result);
    failed ||= Object.keys(result.failures).length > 0;
    if (values.shrink === 'on') console.log('shrunk:', JSON.stringify(await shrunk(model, options, index)));
  }
  return failed;
}

async function runAll(): Promise<boolean> {
  let failed = 0;
  for (const { name } of models) {
    const tally = new Tally();
    for (let next = from; next < from + cases; ) {
      const end = Math.min(next + SLICE, from + cases);
      next = await slice(name, next, end, result => {
        tally.add(result);
        for (const [kind, figures] of Object.entries(result.failures)) {
          const again = ['--models', name, ...same, '--case', `${result.index}`].join(' ');
          console.log(`${name} ${result.index}: ${kind}: ${figures}\n  npm run properties -- ${again}`);
        }
      });
    }
    console.log(`${name} on ${values.backend}: ${tally.summary()}`);
    failed += tally.failed;
  }
  return failed > 0;
}

/** Run cases [begin, end) in a child; a case that ends or hangs it has failed. @returns the next case */
async function slice(model: string, begin: number, end: number, each: (result: CaseResult) => void) {
  const own = ['--slice', '--models', model, ...same, '--from', `${begin}`, '--cases', `${end - begin}`];
  const { lines, ending } = await inChild(fileURLToPath(import.meta.url), own, PATIENCE, each);
  const next = begin + lines;
  if (next >= end) return next;
  const failures = { 'ends or hangs': `the process ended or hung (${ending})` };
  each({ index: next, seconds: 0, failures, excuses: {}, seen: [] });
  return next + 1;
}

if (values.backend === 'webgpu' && !values.slice) console.log(`WebGPU: ${provideVulkan()}`);
if (values.slice) await runSlice();
else {
  const hasFailed = await (values.case !== undefined ? show(Number(values.case)) : runAll());
  process.exit(hasFailed ? 1 : 0);
}
process.exit(0);
