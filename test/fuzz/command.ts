/**
 * Broken inputs of every kind: each must end in a result or a typed error, within 2 s and 256 MiB.
 *
 * npm run fuzz -- [--kind 'model …'] [--cases N] [--seed S] [--from I]
 * npm run fuzz -- --kind model --seed S --case I
 *
 * Cases run in a process of their own, so that one that ends or hangs it is found. Exit code 1 where a case failed.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inChild } from '../support/in-child.js';
import { type CaseResult, inputOf, runCase } from './cases.js';
import { KINDS } from './kinds.js';

/** A case that says nothing for so long hangs. */
const PATIENCE = 30_000;
/** Cases a process, so that what one leaves behind does not hide what the next takes. */
const SLICE = 5000;

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: KINDS.map(({ name }) => name).join(' ') },
    cases: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    case: { type: 'string' },
    slice: { type: 'boolean', default: false },
  },
});
const kinds = values.kind.split(/[\s,]+/).map(name => {
  const kind = KINDS.find(known => known.name === name);
  if (!kind) throw new Error(`no kind ${name}; there are ${KINDS.map(known => known.name).join(', ')}`);
  return kind;
});
const [seed, from, cases] = [Number(values.seed), Number(values.from), Number(values.cases)];

/** In a child: cases of one kind, a line of JSON each. */
async function runSlice(): Promise<void> {
  const [kind] = kinds;
  const seeds = await kind.seeds();
  await runCase(kind, seeds, seed, from); // what loading and compiling take is nobody's
  for (let index = from; index < from + cases; index++) {
    process.stdout.write(`${JSON.stringify(await runCase(kind, seeds, seed, index))}\n`);
  }
}

async function show(index: number): Promise<void> {
  for (const kind of kinds) {
    const seeds = await kind.seeds();
    console.log(kind.show(inputOf(kind, seeds, seed, index)).slice(0, 20_000));
    console.log(await runCase(kind, seeds, seed, index));
  }
}

async function runAll(): Promise<boolean> {
  let failed = 0;
  for (const { name } of kinds) {
    const tally: Record<string, number> = {};
    let [slowest, largest] = [0, 0];
    for (let next = from; next < from + cases; ) {
      const end = Math.min(next + SLICE, from + cases);
      next = await slice(name, next, end, ({ index, seconds, bytes, refused = 'taken', failure }) => {
        [slowest, largest] = [Math.max(slowest, seconds), Math.max(largest, bytes)];
        const outcome = failure === undefined ? refused : 'failed';
        tally[outcome] = (tally[outcome] ?? 0) + 1;
        if (failure === undefined) return;
        failed++;
        console.log(`npm run fuzz -- --kind ${name} --seed ${seed} --case ${index}\n  ${failure}`);
      });
    }
    const most = `slowest ${slowest.toFixed(2)} s, most memory ${Math.round(largest / 2 ** 20)} MiB`;
    console.log(`${name}: ${cases} cases, ${most}`, tally);
  }
  return failed > 0;
}

/** Run cases [begin, end) in a child; a case that ends or hangs it has failed. @returns the next case */
async function slice(kind: string, begin: number, end: number, each: (result: CaseResult) => void) {
  const own = [
    '--slice',
    '--kind',
    kind,
    '--seed',
    `${seed}`,
    '--from',
    `${begin}`,
    '--cases',
    `${end - begin}`,
  ];
  const { lines, ending } = await inChild(fileURLToPath(import.meta.url), own, PATIENCE, each);
  const next = begin + lines;
  if (next >= end) return next;
  each({ index: next, seconds: 0, bytes: 0, failure: `the process ended or hung (${ending})` });
  return next + 1;
}

if (values.slice) await runSlice();
else if (values.case !== undefined) await show(Number(values.case));
else process.exitCode = (await runAll()) ? 1 : 0;
