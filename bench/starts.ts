/**
 * How often one start with the default options reaches published optima, at what cost, and how near it ends to the
 * optimum that it went to; the same of scikit-learn, and of other starts and stops than the default.
 *
 * node dist/bench/starts.js [--seeds 50] [--peer on] [--python python3] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { CpuRows } from '../src/backends/cpu/table.js';
import { formatTable } from '../src/cli/table.js';
import { covarianceType } from '../src/families/covariance/index.js';
import {
  cpu,
  GaussianMixture,
  type GaussianMixtureOptions,
  gaussian,
  type Init,
  mixture,
} from '../src/index.js';
import { hasCollapsed } from '../src/models/model.js';
import { nodeMachine } from './machine.js';
import { AbsentError } from './peers/peer.js';
import { type SklearnFit, sklearnFits } from './peers/sklearn-starts.js';
import { readOptions, script } from './script.js';
import { type StartCase, startCases } from './start-cases.js';
import { STARTS, STOPS, type Way } from './start-ways.js';

/** Nats within which a fit has reached an optimum. */
const REACHED = 0.5;
/** Plain EM from where a fit ended, to the optimum that it went to. */
const ONWARD = { tol: 1e-11, maxIter: 20_000, accelerate: 'none' } as const;

/** Where one fit ended, and what it cost. */
interface Ended {
  readonly logLikelihood: number;
  readonly collapsed: boolean;
  /** Passes over the rows: of the fit, and of its start. */
  readonly eSteps: number;
  readonly inStart: number;
  /** Nats up to the optimum that it went to; of one that has collapsed there is none. */
  readonly short?: number;
}

interface Tally {
  readonly reached: number;
  readonly collapsed: number;
  /** Means of all fits. */
  readonly eSteps: number;
  readonly inStart: number;
  readonly short: { readonly mean: number; readonly most: number };
}

/** All passes over rows on the CPU. */
let passes = 0;
const { eStep } = CpuRows.prototype;
CpuRows.prototype.eStep = function (...given) {
  passes++;
  return eStep.apply(this, given);
};

const described = ({ name, optimum }: StartCase) => ({ name, optimum });

async function tallies(
  cases: readonly StartCase[],
  seeds: number,
  fitOne: (one: StartCase, seed: number) => Promise<Ended>,
): Promise<Tally[]> {
  const found: Tally[] = [];
  for (const one of cases) {
    const fits: Ended[] = [];
    for (let seed = 0; seed < seeds; seed++) fits.push(await fitOne(one, seed));
    found.push(tally(one, fits));
  }
  return found;
}

function tally({ optimum }: StartCase, fits: readonly Ended[]): Tally {
  const whole = fits.filter(({ collapsed }) => !collapsed);
  const shorts = whole.map(({ short = Number.NaN }) => short);
  return {
    reached: whole.filter(({ logLikelihood }) => logLikelihood >= optimum - REACHED).length,
    collapsed: fits.length - whole.length,
    eSteps: mean(fits.map(one => one.eSteps)),
    inStart: mean(fits.map(one => one.inStart)),
    short: { mean: mean(shorts), most: Math.max(...shorts) },
  };
}

async function compare(ways: readonly Way[], cases: readonly StartCase[], seeds: number) {
  const found: { name: string; tallies: Tally[] }[] = [];
  for (const way of ways) {
    const { name } = way;
    found.push({ name, tallies: await tallies(cases, seeds, (one, seed) => fit(way, one, seed)) });
  }
  return found;
}

/** The default but for what the way says. */
async function fit({ start, options }: Way, one: StartCase, seed: number): Promise<Ended> {
  passes = 0;
  const init = start && (await start(modelOf(one), await cpu().load(one.points), { seed }));
  const model = await fitted(one, { ...(init && { init }), ...options, seed });
  const { logLikelihood, nESteps = 0 } = model.fitInfo;
  const cost = { eSteps: nESteps, inStart: passes - nESteps };
  const collapsed = hasCollapsed(model.fitInfo.notes);
  return { logLikelihood, collapsed, ...cost, short: await shortfall(one, model, logLikelihood, collapsed) };
}

/** What scikit-learn found, by the likelihood and the notes that ours are judged by. */
async function judged(one: StartCase, { eSteps, inStart, ...init }: SklearnFit): Promise<Ended> {
  const { fitInfo } = await fitted(one, { init, tol: 0, maxIter: 1 });
  const [logLikelihood] = fitInfo.history;
  const collapsed = hasCollapsed(fitInfo.notes);
  return {
    ...{ logLikelihood, collapsed, eSteps, inStart },
    short: await shortfall(one, init, logLikelihood, collapsed),
  };
}

async function shortfall(one: StartCase, init: Init, logLikelihood: number, collapsed: boolean) {
  if (collapsed) return undefined;
  const { fitInfo } = await fitted(one, { ...ONWARD, init });
  return fitInfo.logLikelihood - logLikelihood;
}

async function peerTallies(python: string, cases: readonly StartCase[], seeds: number) {
  try {
    const { version, fits } = sklearnFits(python, cases, seeds);
    return {
      version,
      tallies: await tallies(cases, seeds, (one, seed) => judged(one, fits[cases.indexOf(one)][seed])),
    };
  } catch (error) {
    if (error instanceof AbsentError) return error.message;
    throw error;
  }
}

const modelOf = ({ k, covariance }: StartCase) =>
  mixture(gaussian({ covariance: covarianceType(covariance) }), { nComponents: k });

const fitted = ({ points, k, covariance }: StartCase, options: Partial<GaussianMixtureOptions>) =>
  GaussianMixture.fit(points, { nComponents: k, covarianceType: covariance, device: 'cpu', ...options });

function besidePeer(
  cases: readonly StartCase[],
  ours: readonly Tally[],
  peer: Awaited<ReturnType<typeof peerTallies>>,
) {
  const [theirs, title] =
    typeof peer === 'string'
      ? [undefined, `scikit-learn: ${peer}`]
      : [peer.tallies, `scikit-learn ${peer.version}`];
  const names = ['reached', 'collapsed', 'E-steps', 'short by', 'at most'];
  const lines = cases.map(({ name, optimum }, i) => [
    name,
    optimum.toFixed(3),
    ...cells(ours[i]),
    ...(theirs ? cells(theirs[i]) : []),
  ]);
  const sums = ['sum', '', ...sumCells(ours), ...(theirs ? sumCells(theirs) : [])];
  const above = ['', '', 'webgpu-em', '', '', '', '', title];
  return formatTable([above, ['', 'optimum', ...names, ...(theirs ? names : [])], ...lines, sums]);
}

/** E-steps of the fit and of its start, in which Lloyd's iterations count as one each. */
const cells = ({ reached, collapsed, eSteps, inStart, short }: Tally) => [
  `${reached}`,
  `${collapsed}`,
  `${eSteps.toFixed(1)} + ${inStart.toFixed(1)}`,
  short.mean.toFixed(4),
  short.most.toFixed(4),
];

const sumCells = (found: readonly Tally[]) => [
  `${sum(found.map(one => one.reached))}`,
  `${sum(found.map(one => one.collapsed))}`,
  `${mean(found.map(one => one.eSteps)).toFixed(1)} + ${mean(found.map(one => one.inStart)).toFixed(1)}`,
  mean(found.map(one => one.short.mean)).toFixed(4),
  Math.max(...found.map(one => one.short.most)).toFixed(4),
];

function comparison(
  cases: readonly StartCase[],
  found: readonly { name: string; tallies: readonly Tally[] }[],
) {
  const header = ['', ...cases.map(({ name }) => name), 'sum', 'collapsed', 'E-steps', 'short by', 'at most'];
  const lines = found.map(({ name, tallies }) => [
    name,
    ...tallies.map(({ reached }) => `${reached}`),
    ...sumCells(tallies),
  ]);
  return formatTable([header, ...lines]);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

await script(async () => {
  const options = readOptions({ seeds: '50', peer: 'off', python: 'python3' });
  const seeds = Number(options.seeds);
  const cases = startCases();

  const ours = await tallies(cases, seeds, (one, seed) => fit({ name: 'default' }, one, seed));
  const peer = options.peer === 'on' ? await peerTallies(options.python, cases, seeds) : 'not asked for';
  console.log(`One start, default options, ${seeds} seeds, float64\n${besidePeer(cases, ours, peer)}\n`);

  const starts = await compare(STARTS, cases, seeds);
  console.log(`Seeds that reach it, by start, with the default stop\n${comparison(cases, starts)}\n`);
  const stops = await compare(STOPS, cases, seeds);
  console.log(`And by stop, from the default start\n${comparison(cases, stops)}`);

  if (options.json === undefined) return;
  const named = (found: readonly Tally[]) => found.map((tally, i) => ({ ...described(cases[i]), ...tally }));
  const report = {
    date: new Date().toISOString(),
    machine: nodeMachine(),
    seeds,
    default: named(ours),
    'scikit-learn':
      typeof peer === 'string' ? { absent: peer } : { version: peer.version, cases: named(peer.tallies) },
    starts: starts.map(({ name, tallies }) => ({ name, cases: named(tallies) })),
    stops: stops.map(({ name, tallies }) => ({ name, cases: named(tallies) })),
  };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});
