import { readFileSync } from 'node:fs';
import { type CovarianceName, type Matrix, matrix } from '../src/index.js';

/** A published fit: the optimum that mclust finds. */
export interface StartCase {
  readonly name: string;
  readonly points: Matrix;
  readonly k: number;
  readonly covariance: CovarianceName;
  /** Total, nats. */
  readonly optimum: number;
}

const caseOf = (data: string, k: number, covariance: CovarianceName, optimum: number): StartCase => ({
  ...{ name: `${data} ${k} ${covariance}`, points: read(data), k, covariance, optimum },
});

export const startCases = (): StartCase[] => [
  caseOf('faithful', 2, 'full', -1130.264),
  caseOf('faithful', 3, 'tied', -1126.326),
  caseOf('faithful', 3, 'full', -1127.199),
  caseOf('iris', 2, 'full', -214.355),
  caseOf('iris', 3, 'full', -180.186),
  caseOf('galaxies', 3, 'full', -778.523),
  caseOf('galaxies', 4, 'full', -765.694),
  caseOf('galaxies', 6, 'full', -764.577),
  caseOf('wine', 3, 'diag', -3294.27),
  caseOf('wine', 3, 'tied', -3171.229),
];

/** The columns of numbers. */
function read(name: string): Matrix {
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
