/**
 * How often one start with the default options reaches published optima, at what cost, and how near it ends to the
 * optimum that it went to.
 *
 * node dist/bench/starts.js [--seeds 50] [--json FILE]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import { type CovarianceName, GaussianMixture, type Matrix, matrix } from '../src/index.js';
import { MixtureProblem } from '../src/models/mixture-problem.js';
import { nodeMachine } from './machine.js';
import { readOptions, script } from './script.js';

/** The optimum that mclust finds, and how many of 50 seeds of scikit-learn 1.2.1 reach it. */
interface Case {
  readonly data: 'faithful' | 'iris' | 'galaxies' | 'wine';
  readonly k: number;
  readonly covariance: CovarianceName;
  readonly optimum: number;
  readonly sklearn: number;
}

const CASES: readonly Case[] = [
  { data: 'faithful', k: 2, covariance: 'full', optimum: -1130.264, sklearn: 50 },
  { data: 'faithful', k: 3, covariance: 'tied', optimum: -1126.326, sklearn: 5 },
  { data: 'faithful', k: 3, covariance: 'full', optimum: -1127.199, sklearn: 50 },
  { data: 'iris', k: 2, covariance: 'full', optimum: -214.355, sklearn: 50 },
  { data: 'iris', k: 3, covariance: 'full', optimum: -180.186, sklearn: 49 },
  { data: 'galaxies', k: 3, covariance: 'full', optimum: -778.523, sklearn: 50 },
  { data: 'galaxies', k: 4, covariance: 'full', optimum: -765.694, sklearn: 0 },
  { data: 'galaxies', k: 6, covariance: 'full', optimum: -764.577, sklearn: 49 },
  { data: 'wine', k: 3, covariance: 'diag', optimum: -3294.27, sklearn: 34 },
  { data: 'wine', k: 3, covariance: 'tied', optimum: -3171.229, sklearn: 0 },
];
const SKLEARN_SEEDS = 50;
/** Nats within which a fit has reached an optimum. */
const REACHED = 0.5;
/** Plain EM from where a fit ended, to the optimum that it went to. */
const ONWARD = { tol: 1e-11, maxIter: 20_000, accelerate: 'none' } as const;

/** Short runs take their statistics so, once an E-step; the fit itself does not. */
let shortESteps = 0;
const { accumulate } = MixtureProblem.prototype;
MixtureProblem.prototype.accumulate = function (...given) {
  shortESteps++;
  return accumulate.apply(this, given);
};

await script(async () => {
  const options = readOptions({ seeds: '50' });
  const seeds = Number(options.seeds);
  const measured: Awaited<ReturnType<typeof measure>>[] = [];
  for (const one of CASES) measured.push(await measure(one, seeds));

  const header = [
    '',
    'optimum',
    'reached',
    `scikit-learn, of ${SKLEARN_SEEDS}`,
    'collapsed',
    'E-steps',
    'and of short runs',
    'short by',
    'at most',
  ];
  const lines = measured.map(
    ({ data, k, covariance, optimum, reached, sklearn, collapsed, eSteps, inStarts, short }) => [
      `${data} ${k} ${covariance}`,
      optimum.toFixed(3),
      `${reached}`,
      `${sklearn}`,
      `${collapsed}`,
      eSteps.toFixed(1),
      inStarts.toFixed(1),
      short.mean.toFixed(4),
      short.most.toFixed(4),
    ],
  );
  const sum = (of: (one: (typeof measured)[number]) => number) =>
    `${measured.reduce((total, one) => total + of(one), 0)}`;
  lines.push([
    'sum',
    '',
    sum(one => one.reached),
    sum(one => one.sklearn),
    sum(one => one.collapsed),
    '',
    '',
    '',
  ]);
  console.log(`One start, default options, ${seeds} seeds, float64\n${formatTable([header, ...lines])}`);
  if (options.json === undefined) return;
  const report = { date: new Date().toISOString(), machine: nodeMachine(), seeds, measured };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});

async function measure(one: Case, seeds: number) {
  const points = read(one.data);
  const settings = { nComponents: one.k, covarianceType: one.covariance, device: 'cpu' } as const;
  let [reached, collapsed, eSteps, inStarts] = [0, 0, 0, 0];
  const shorts: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    shortESteps = 0;
    const fit = await GaussianMixture.fit(points, { ...settings, seed });
    const { logLikelihood, notes, nESteps = 0 } = fit.fitInfo;
    eSteps += nESteps;
    inStarts += shortESteps;
    if (notes.some(({ kind }) => kind === 'collapsed-component')) {
      collapsed++;
      continue;
    }
    if (logLikelihood >= one.optimum - REACHED) reached++;
    const onward = await GaussianMixture.fit(points, { ...settings, ...ONWARD, init: fit });
    shorts.push(onward.fitInfo.logLikelihood - logLikelihood);
  }
  const mean = shorts.reduce((sum, value) => sum + value, 0) / shorts.length;
  return {
    ...one,
    reached,
    collapsed,
    eSteps: eSteps / seeds,
    inStarts: inStarts / seeds,
    short: { mean, most: Math.max(...shorts) },
  };
}

/** The columns of numbers. */
function read(name: Case['data']): Matrix {
  const [, ...lines] = readFileSync(new URL(`../../test/reference/${name}.csv`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map(line =>
    line
      .split(',')
      .map(Number)
      .filter(value => !Number.isNaN(value)),
  );
  return matrix(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
}
