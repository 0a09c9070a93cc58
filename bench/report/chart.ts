import { EQUAL_WORK } from '../measure.js';
import { PEER_TITLES, type PeerName } from '../peers/names.js';
import { shapeName } from '../shapes.js';
import { digits, duration, times } from './format.js';
import type { Rated, RatedRow, Report } from './report.js';
import { line, rect, svg, text } from './svg.js';

const COLOURS: Record<PeerName, string> = {
  webgpu: '#2a6fdb',
  cpu: '#7fb0ee',
  sklearn: '#f0932b',
  'tfjs-webgpu': '#8e6bbf',
  'tfjs-wasm': '#c3afe0',
  npm: '#9aa5b1',
};
const [INK, GREY, FAINT] = ['#26313d', '#5b6876', '#e3e8ed'];
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

const WIDTH = 960;
const MARGIN = 24;
/** The axis lies between the peers' names and the labels of the longest bars. */
const [LEFT, RIGHT] = [216, WIDTH - 140];
const TOP = 78;
const BAR = 14;
const PITCH = 18;
const HEAD = 30;
const FOOT = 10;

/** What bars are ratios against: the first of these that was timed at every shape. */
const BASELINES: readonly PeerName[] = ['sklearn', 'cpu', 'webgpu'];

type Scale = (ratio: number) => number;

/** A shape with what can be drawn of it. */
interface Group {
  readonly row: RatedRow;
  readonly outcomes: RatedRow['outcomes'];
  /** Seconds an iteration of the baseline. */
  readonly unit: number;
}

/** The report as SVG: a bar a shape and peer, from the baseline's speed to its own on a logarithmic axis. */
export function formatChart(report: Report): string {
  const baseline = chooseBaseline(report.rows);
  const groups = report.rows.flatMap(row => toGroup(row, baseline));
  const [low, high] = decades(groups);
  const scale: Scale = ratio => LEFT + ((Math.log10(ratio) - low) / (high - low)) * (RIGHT - LEFT);

  let bottom = TOP;
  const drawn = groups.map(group => {
    const part = drawGroup(group, bottom, scale);
    bottom += HEAD + PITCH * group.outcomes.length + FOOT;
    return part;
  });
  const height = bottom + 58;
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return svg(WIDTH, height, FONT, [
    rect(0, 0, WIDTH, height, '#ffffff'),
    text(MARGIN, 34, 'EM for Gaussian mixtures: speed of an iteration', { size: 19, weight: 600, fill: INK }),
    text(MARGIN, 55, subtitle(report), { size: 12, fill: GREY }),
    ...ticks.map(ratio => line(scale(ratio), TOP, scale(ratio), bottom, ratio === 1 ? INK : FAINT)),
    ...drawn,
    ...ticks.map(ratio =>
      text(scale(ratio), bottom + 16, `${digits(ratio, 1)}×`, { size: 11, anchor: 'middle', fill: GREY }),
    ),
    text(
      (LEFT + RIGHT) / 2,
      bottom + 38,
      `times the speed of ${PEER_TITLES[baseline]}; whiskers: slowest and fastest run`,
      {
        size: 12,
        anchor: 'middle',
        fill: GREY,
      },
    ),
    text(MARGIN, bottom + 38, report.date.slice(0, 10), { size: 11, fill: GREY }),
  ]);
}

const timedOf = ({ outcomes }: RatedRow): Rated[] =>
  outcomes.filter((outcome): outcome is Rated => outcome.status === 'timed');

function chooseBaseline(rows: readonly RatedRow[]): PeerName {
  const everywhere = (name: PeerName) => rows.every(row => timedOf(row).some(({ peer }) => peer === name));
  return BASELINES.find(everywhere) ?? 'webgpu';
}

function toGroup(row: RatedRow, baseline: PeerName): Group[] {
  const unit = timedOf(row).find(({ peer }) => peer === baseline)?.time.median;
  return unit === undefined
    ? []
    : [{ row, unit, outcomes: row.outcomes.filter(({ status }) => status !== 'absent') }];
}

/** Exponents of 10 between which all bars and whiskers lie. */
function decades(groups: readonly Group[]): [low: number, high: number] {
  const ratios = groups.flatMap(({ row, unit }) =>
    timedOf(row).flatMap(({ time }) => [unit / time.max, unit / time.min]),
  );
  return [Math.floor(Math.log10(Math.min(0.5, ...ratios))), Math.ceil(Math.log10(Math.max(2, ...ratios)))];
}

function drawGroup({ row, outcomes, unit }: Group, top: number, scale: Scale): string {
  const bars = outcomes.map((outcome, i) => {
    const y = top + HEAD + i * PITCH;
    const name = text(LEFT - 12, y + 11, PEER_TITLES[outcome.peer], { size: 11, anchor: 'end', fill: GREY });
    if (outcome.status === 'timed') return name + drawBar(outcome, unit, row.shape.n, y, scale);
    return name + text(scale(1) + 8, y + 11, outcome.status, { size: 11, fill: GREY });
  });
  return [
    line(MARGIN, top, WIDTH - MARGIN, top, FAINT),
    text(MARGIN, top + 20, shapeName(row.shape), { size: 12, weight: 600, fill: INK }),
    ...bars,
  ].join('\n');
}

function drawBar(timed: Rated, unit: number, n: number, y: number, scale: Scale): string {
  const { peer, time } = timed;
  const ratio = unit / time.median;
  const [from, to] = [1, ratio].map(scale).sort((a, b) => a - b);
  const [slowest, fastest] = [scale(unit / time.max), scale(unit / time.min)];
  const label = Math.max(to, fastest) + 8;
  return [
    rect(from, y, Math.max(2, to - from), BAR, COLOURS[peer], 2),
    line(slowest, y + BAR / 2, fastest, y + BAR / 2, INK),
    text(label, y + 11, times(ratio), { size: 11, weight: 600, fill: INK }),
    text(label + 50, y + 11, [duration(time.median), ...marks(timed, n)].join(', '), {
      size: 11,
      fill: GREY,
    }),
  ].join('');
}

function marks({ rows, difference }: Rated, n: number): string[] {
  const differs = difference !== undefined && !(difference <= EQUAL_WORK);
  return [...(rows < n ? ['scaled'] : []), ...(differs ? ['other result'] : [])];
}

function subtitle({ machine, adapter }: Report): string {
  const cpu = `${machine.cpu}, ${machine.cores} cores`;
  return adapter ? `${adapter.name} · ${cpu}` : cpu;
}
