import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FileError } from '../../src/cli/files.js';
import { openTuning } from '../../src/cli/tuning.js';

const folder = mkdtempSync(join(tmpdir(), 'tuning-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

test('whether, and in which file', async () => {
  expect(await openTuning('off', undefined)).toEqual({ tuning: 'off' });
  await expect(openTuning('auto', join(folder, 'none', 'cache.json'))).rejects.toBeInstanceOf(FileError);
});

test('what one session writes the next one reads', async () => {
  const { tuningStore: first } = await openTuning('auto', file('cache.json'));
  expect(first?.getItem('a')).toBeNull();
  first?.setItem('a', '1');
  first?.setItem('b', '2');
  const { tuningStore: second } = await openTuning('auto', file('cache.json'));
  expect([second?.getItem('a'), second?.getItem('b'), second?.getItem('c')]).toEqual(['1', '2', null]);
});

test.each(['x,y\n1,2\n', '[1]', '7', '{"weights":[1]}', ''])(
  'a file that holds %j is left alone',
  async text => {
    writeFileSync(file('other'), text);
    const { tuningStore } = await openTuning('auto', file('other'));
    expect(() => tuningStore?.getItem('a')).toThrow();
    expect(() => tuningStore?.setItem('a', '1')).toThrow();
    expect(readFileSync(file('other'), 'utf8')).toBe(text);
  },
);
