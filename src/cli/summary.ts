import type { StopReason } from '../em/convergence.js';
import type { RanOn, StartInfo } from '../estimators/fitting.js';
import { brief } from '../quote.js';
import { formatNumber, formatPairs, formatTable } from './table.js';

const MOST_FEATURES = 8;
/** Starts whose objectives differ by less, relatively, ended in one place. */
const SAME_END = 1e-4;
const MOST_ENDS = 4;
/** A file may say anything; adapters' own names are shorter. */
const MOST_OF_ADAPTER = 200;

export type NamedFit = readonly (readonly [string, string])[];

/** What all fits say of how they went. */
interface FitSummary extends RanOn {
  readonly nIter: number;
  readonly converged: boolean;
  readonly stopReason: StopReason;
  readonly starts?: readonly StartInfo[];
}

/** What was maximised (or minimised), how that ended, and where. */
export function fitPairs(
  { nIter, converged, stopReason, device, adapter, deviceReason, starts = [] }: FitSummary,
  objective: readonly [string, string],
  best: 'highest' | 'lowest' = 'highest',
): NamedFit {
  const ending = converged ? 'converged' : `not converged (${stopReason})`;
  return [
    objective,
    ['iterations', `${nIter}, ${ending}`],
    ...(starts.length > 1 ? ([['starts', formatStarts(starts, best)]] as const) : []),
    [
      'device',
      `${brief(device)} (${brief(adapter, MOST_OF_ADAPTER)})${deviceReason ? `: ${deviceReason}` : ''}`,
    ],
  ];
}

/** How many starts ended where, the best first: '20: 14 at -180.185, 5 at -183.373, 1 collapsed'. */
function formatStarts(starts: readonly StartInfo[], best: 'highest' | 'lowest'): string {
  const failed = starts.filter(({ stopReason }) => stopReason === 'failed').length;
  const collapsed = starts.filter(start => start.collapsed).length;
  const sign = best === 'highest' ? -1 : 1;
  const objectives = starts
    .filter(start => start.stopReason !== 'failed' && !start.collapsed)
    .map(({ objective }) => objective)
    .sort((a, b) => sign * (a - b));
  const ends: { at: number; count: number }[] = [];
  for (const objective of objectives) {
    const end = ends[ends.length - 1];
    if (end && Math.abs(objective - end.at) <= SAME_END * Math.abs(end.at)) end.count++;
    else ends.push({ at: objective, count: 1 });
  }
  const others = ends.slice(MOST_ENDS).reduce((sum, { count }) => sum + count, 0);
  const parts = [
    ...ends.slice(0, MOST_ENDS).map(({ at, count }) => `${count} at ${formatNumber(at, 7)}`),
    ...(others > 0 ? [`${others} elsewhere`] : []),
    ...(collapsed > 0 ? [`${collapsed} collapsed`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ];
  return `${starts.length}: ${parts.join(', ')}`;
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
