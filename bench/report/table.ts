import { formatTable } from '../../src/cli/table.js';
import { EQUAL_WORK, type Untimed } from '../measure.js';
import { PEER_TITLES } from '../peers/names.js';
import { shapeName } from '../shapes.js';
import { digits, duration, percent, times } from './format.js';
import type { Rated, RatedRow, Report } from './report.js';

const HEADER = [
  '',
  'time',
  'min – max',
  'M rows/s',
  '× sklearn',
  'GFLOP/s',
  'of FMA',
  'of copy',
  'log-likelihood',
];

/** What was measured on what, and how. */
export function formatHeading({ machine, adapter, ceilings, peers, missing, effort }: Report): string {
  const { cpu, cores, memoryGiB, runtime } = machine;
  const memory = memoryGiB === undefined ? [] : [`${memoryGiB} GiB`];
  const lines = [[cpu, `${cores} cores`, ...memory, runtime].join(', ')];
  if (adapter) lines.push(`WebGPU adapter: ${adapter.name}${adapter.isFallback ? ' (software)' : ''}`);
  if (ceilings) {
    const { gflops, gigabytesPerSecond } = ceilings;
    lines.push(`its ceilings: ${digits(gflops)} GFLOP/s of FMA, ${digits(gigabytesPerSecond)} GB/s of copy`);
  }
  for (const [name, info] of Object.entries(peers)) {
    const facts = Object.entries(info)
      .filter(([, value]) => typeof value !== 'object')
      .map(([fact, value]) => `${fact} ${value}`);
    if (facts.length > 0) lines.push(`${PEER_TITLES[name as keyof typeof PEER_TITLES]}: ${facts.join(', ')}`);
  }
  for (const { peer, status, reason } of missing) lines.push(`${PEER_TITLES[peer]}: ${status} (${reason})`);
  const { iterations, repeats } = effort;
  lines.push(`time per EM iteration: median of ${repeats} interleaved runs of ${iterations} iterations each`);
  return `${lines.join('\n')}\n`;
}

/** One shape, for printing as soon as it is there. */
export function formatRow({ shape, outcomes }: RatedRow): string {
  const lines = outcomes.map(outcome =>
    outcome.status === 'timed' ? timedCells(outcome, shape.n) : [PEER_TITLES[outcome.peer], outcome.status],
  );
  const table = formatTable([HEADER, ...lines]).replace(/^/gm, '  ');
  const reasons = outcomes
    .filter((outcome): outcome is Untimed => outcome.status !== 'timed')
    .map(({ peer, reason }) => `  ${PEER_TITLES[peer]}: ${reason}`);
  return [shapeName(shape), table, ...reasons, ''].join('\n');
}

function timedCells(timed: Rated, n: number): string[] {
  const { time, rows, gflops, ofFlops, ofBandwidth, againstSklearn } = timed;
  const show = (value: number | undefined, format: (value: number) => string) =>
    value === undefined ? '–' : format(value);
  return [
    PEER_TITLES[timed.peer] + (rows < n ? ' *' : ''),
    duration(time.median),
    `${duration(time.min)} – ${duration(time.max)}`,
    digits(timed.rowsPerSecond / 1e6),
    show(againstSklearn, times),
    digits(gflops),
    show(ofFlops, percent),
    show(ofBandwidth, percent),
    equality(timed),
  ];
}

function equality({ difference }: Rated): string {
  if (difference === undefined) return 'unchecked';
  if (!(difference <= EQUAL_WORK)) return `DIFFERS by ${difference.toExponential(1)}`;
  return difference === 0 ? 'equal' : `equal to ${difference.toExponential(0)}`;
}

/** What the marks and columns mean. */
export function formatFooting({ rows }: Report): string {
  const scaled = rows.some(({ shape, outcomes }) =>
    outcomes.some(outcome => outcome.status === 'timed' && outcome.rows < shape.n),
  );
  const lines = [
    'GFLOP/s and shares: useful operations, and rows read once, by the counts of docs/formulas.md.',
  ];
  if (scaled) lines.push('* measured on its first rows and scaled; its log-likelihood is checked on these.');
  return lines.join('\n');
}
