import { expect, it } from 'vitest';
import { onCpu, put, run } from './harness.js';

/** A constant column between two that vary, with its name and without. */
const rows = Array.from({ length: 40 }, (_, i) => [(i % 2) * 10 + Math.sin(i), 5, Math.cos(7 * i)].join(','));
const named = () => put('constant.csv', ['x,site,z', ...rows, ''].join('\n'));
const unnamed = () => put('constant-unnamed.csv', [...rows, ''].join('\n'));

const fit = ['fit', '--components', '2'];
const hmm = ['hmm', 'fit', '--states', '2'];
const bayes = ['bayes', '--components', '2', '--covariance', 'spherical'];

it.each([
  ['fit', fit],
  ['hmm', hmm],
  ['bayes', bayes],
])('%s names a constant column once', async (_, command) => {
  const [, ...said] = (await run([...command, named(), ...onCpu])).stderr.split('site');
  expect(said).toHaveLength(1);
  const { code, stderr } = await run([...command, unnamed(), ...onCpu]);
  expect(code).toBe(0);
  expect(stderr.match(/note: Column 1 has one value in all rows/g)).toHaveLength(1);
  expect(stderr).not.toMatch(/regCovar|[Cc]omponent [01]/);
});

it.each([
  ['fit', [...fit, '--reg-covar', '0']],
  ['hmm', [...hmm, '--reg-covar', '0']],
  ['bayes', ['bayes', '--components', '2']],
])('%s fails on a constant column by its name where nothing gives it a variance', async (_, command) => {
  const { code, stderr } = await run([...command, named(), ...onCpu]);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(
    /^error: Column "site" has one value in all rows, and no variance\. Try leaving it out/m,
  );
});
