import type { StopReason } from '../convergence.js';
import { brief } from '../quote.js';
import { formatNumber, formatPairs, formatTable } from './table.js';

const MOST_FEATURES = 8;

export type NamedFit = readonly (readonly [string, string])[];

/** What all fits say of how they went. */
interface FitSummary {
  readonly nIter: number;
  readonly converged: boolean;
  readonly stopReason: StopReason;
  readonly device: string;
  readonly adapter: string;
}

/** What was maximised, how that ended, and where. */
export function fitPairs(
  { nIter, converged, stopReason, device, adapter }: FitSummary,
  objective: readonly [string, string],
): NamedFit {
  const ending = converged ? 'converged' : `not converged (${stopReason})`;
  return [objective, ['iterations', `${nIter}, ${ending}`], ['device', `${device} (${adapter})`]];
}

/** A model for people: what it is and how it was fitted, then its parts. */
export const formatSummary = (pairs: NamedFit, parts: string): string => `${formatPairs(pairs)}\n\n${parts}`;

/** '1 feature', '2 features' */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * A line for each component or cluster; of many features the first few.
 *
 * @param numbers [K] by header
 * @param matrix [K, D] and what its columns are called
 */
export function partsTable(
  part: string,
  numbers: Record<string, ArrayLike<number>>,
  matrix: { name: string; values: Float64Array; columns?: readonly string[] },
  k = Object.values(numbers)[0].length,
): string {
  const d = matrix.values.length / k;
  const shown = Math.min(d, MOST_FEATURES);
  const more = d > shown ? ['…'] : [];
  const names = Array.from(
    { length: shown },
    (_, j) => `${matrix.name} ${brief(String(matrix.columns?.[j] ?? j))}`,
  );
  const lines = Array.from({ length: k }, (_, i) => [
    String(i),
    ...Object.values(numbers).map(values =>
      Number.isInteger(values[i]) ? String(values[i]) : formatNumber(values[i], 4),
    ),
    ...Array.from(matrix.values.subarray(i * d, i * d + shown), value => formatNumber(value)),
    ...more,
  ]);
  return formatTable([[part, ...Object.keys(numbers), ...names, ...more], ...lines]);
}
