import { expect, test } from 'vitest';
import { parseCsv } from '../../src/index.js';

/**
 * In a file of its own: V8 optimises the reader for what it has seen, and may then move a search for quotes in the rest of
 * the text, which the code makes once, into every line. That would take minutes here.
 */
test('many rows before a long line are read in linear time, also when the reader is optimised', () => {
  const text = `${'1,2\n'.repeat(200_000)}#${'x'.repeat(5e7)}`;
  for (let i = 0; i < 3; i++) expect(parseCsv(text).points.shape).toEqual([200_000, 2]);
}, 30_000);
