import type { Moments } from '../../../contract/statistics.js';
import { mixtureMoments } from './moments.js';
import { mixtureScatter } from './scatter.js';
import { mixtureSums } from './sums.js';

/** Rows of a block: enough to amortise its calls, few enough for its posteriors to stay in cache. */
export const BLOCK_ROWS = 128;

/** Add statistics of a block of rows under given responsibilities, by what the family needs. */
export const ACCUMULATE: Record<Moments, typeof mixtureScatter> = {
  full: mixtureScatter,
  diag: mixtureMoments,
  first: mixtureSums,
};
