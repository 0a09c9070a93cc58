/**
 * How many of 50 seeds, with one start and default options, reach the published optimum of small data sets.
 *
 * node dist/bench/starts.js [--seeds 50] [--json FILE]
 *
 * Optima are mclust's. scikit-learn's counts are those of version 1.2.1 with its default start, one start a seed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import { type CovarianceName, cpu, GaussianMixture, parseCsv } from '../src/index.js';
import { nodeMachine } from './machine.js';
import { readOptions, script } from './script.js';

interface Problem {
  /** In test/reference. */
  readonly file: string;
  /** Columns that are read; default: all. */
  readonly columns?: readonly string[];
  readonly nComponents: number;
  readonly covarianceType: CovarianceName;
  readonly optimum: number;
  /** Of 50 seeds. */
  readonly sklearn: number;
}

const IRIS = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];

const PROBLEMS: readonly Problem[] = [
  { file: 'faithful', nComponents: 2, covarianceType: 'full', optimum: -1130.264, sklearn: 50 },
  { file: 'faithful', nComponents: 3, covarianceType: 'tied', optimum: -1126.326, sklearn: 5 },
  { file: 'faithful', nComponents: 3, covarianceType: 'full', optimum: -1127.199, sklearn: 50 },
  { file: 'iris', columns: IRIS, nComponents: 2, covarianceType: 'full', optimum: -214.355, sklearn: 50 },
  { file: 'iris', columns: IRIS, nComponents: 3, covarianceType: 'full', optimum: -180.186, sklearn: 49 },
  { file: 'galaxies', nComponents: 3, covarianceType: 'full', optimum: -778.523, sklearn: 50 },
  { file: 'galaxies', nComponents: 4, covarianceType: 'full', optimum: -765.694, sklearn: 0 },
  { file: 'galaxies', nComponents: 6, covarianceType: 'full', optimum: -764.577, sklearn: 49 },
  { file: 'wine', nComponents: 3, covarianceType: 'diag', optimum: -3294.27, sklearn: 34 },
  { file: 'wine', nComponents: 3, covarianceType: 'tied', optimum: -3171.229, sklearn: 0 },
];

const NEAR = 0.5;

async function measure(
  { file, columns, nComponents, covarianceType, optimum, sklearn }: Problem,
  seeds: number,
) {
  const text = readFileSync(`test/reference/${file}.csv`, 'utf8');
  const { points } = parseCsv(text, columns && { columns: [...columns] });
  const ends: number[] = [];
  let [reached, eSteps] = [0, 0];
  for (let seed = 0; seed < seeds; seed++) {
    const { fitInfo } = await GaussianMixture.fit(points, {
      nComponents,
      covarianceType,
      seed,
      device: cpu(),
    });
    eSteps += (fitInfo.nESteps ?? 0) / seeds;
    if (fitInfo.notes.some(({ kind }) => kind === 'collapsed-component')) continue;
    ends.push(fitInfo.logLikelihood);
    if (fitInfo.logLikelihood > optimum - NEAR) reached++;
  }
  const name = `${file}, ${nComponents}, ${covarianceType}`;
  return { name, optimum, reached, sklearn, best: Math.max(...ends), worst: Math.min(...ends), eSteps };
}

await script(async () => {
  const options = readOptions({ seeds: '50' });
  const rows = [];
  for (const problem of PROBLEMS) rows.push(await measure(problem, Number(options.seeds)));
  const table = rows.map(({ name, optimum, reached, sklearn, best, worst, eSteps }) => [
    name,
    `${optimum}`,
    `${reached}`,
    `${sklearn}`,
    best.toFixed(3),
    worst.toFixed(3),
    eSteps.toFixed(1),
  ]);
  const head = ['data, K, covariance', 'optimum', 'reached', 'scikit-learn', 'best', 'worst', 'E-steps'];
  process.stdout.write(`${formatTable([head, ...table])}\n`);
  if (options.json)
    writeFileSync(options.json, `${JSON.stringify({ machine: nodeMachine(), rows }, null, 2)}\n`);
});
