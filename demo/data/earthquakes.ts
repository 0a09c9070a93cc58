import { parseCsv } from '../../src/index.js';
import type { DataSet } from './data-set.js';
import text from './earthquakes.csv?raw';

/** Earthquakes of magnitude 7 and above, the world over, in each year from 1900 to 2006. */
export function earthquakes(): DataSet {
  const { points } = parseCsv(text);
  return {
    name: 'Earthquakes',
    points,
    columns: ['earthquakes'],
    nComponents: 2,
    note: 'Magnitude 7 or more, a year, 1900–2006.',
    time: { unit: 'year', first: 1900 },
  };
}
