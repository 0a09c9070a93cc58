import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/cli/files.js';
import { parseCsv } from '../../src/data/csv.js';
import { decompressed } from '../../src/data/text.js';
import { EmError } from '../../src/errors.js';
import { list, quote } from '../../src/quote.js';

/** Files that are made to fill memory, or to write on a terminal, end in one typed error that may be shown. */

const failure = async (work: () => unknown): Promise<EmError> => {
  const error = await Promise.resolve()
    .then(work)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EmError);
  return error as EmError;
};

describe('gzip', () => {
  test('a file of 128 KiB that holds 128 MiB is refused before they are there', async () => {
    const bomb = gzipSync(new Uint8Array(2 ** 27));
    const { message } = await failure(() => decompressed(bomb));
    expect(message).toContain('holds more than 64 MiB, far more than tables do. Try to decompress it first');
  });

  test('a table of zeros is none', async () => {
    const text = '0,0,0\n'.repeat(1e6);
    expect((await decompressed(gzipSync(text))).length).toBe(text.length);
  });
});

describe('text from files in messages', () => {
  test('JSON that is none is shown without what a terminal obeys', async () => {
    const { message } = await failure(() => parseJson('\u001b[31mred\u202e'));
    expect(message).toContain('\\u001b[31m');
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('is cut, however long its letters are when they are written out', () => {
    expect(quote('\u001b'.repeat(1000)).length).toBeLessThan(64);
    expect(list(new Array(1000).fill('\u202e'.repeat(1000))).length).toBeLessThan(1300);
  });
});

test.each([
  ['delimiter', 5],
  ['columns', [1]],
  ['columns', '0'],
  ['sequenceColumn', 1],
])('an option that is no text: %s = %j', async (name, value) => {
  const { message } = await failure(() => parseCsv('"1",2\n3,4\n', { [name]: value }));
  expect(message).toMatch(new RegExp(`^${name} must be`));
});
