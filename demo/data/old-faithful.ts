import { parseCsv } from '../../src/index.js';
import type { DataSet } from './data-set.js';
import text from './faithful.csv?raw';

/** 272 eruptions of the geyser: how long each lasted and the wait until the next, in minutes. */
export function oldFaithful(): DataSet {
  return { name: 'Old Faithful', nComponents: 2, ...parseCsv(text) };
}
