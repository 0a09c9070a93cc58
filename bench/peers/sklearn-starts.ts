import { spawnSync } from 'node:child_process';
import type { CovarianceName, Matrix } from '../../src/index.js';
import { AbsentError } from './peer.js';
import source from './sklearn-starts.py?raw';

export interface StartProblem {
  readonly points: Matrix;
  readonly k: number;
  readonly covariance: CovarianceName;
}

/** What scikit-learn found with its default options. */
export interface SklearnFit {
  readonly weights: number[];
  readonly means: number[];
  readonly covariances: number[];
  /** Of the fit. */
  readonly eSteps: number;
  /** Lloyd's iterations of its start. */
  readonly inStart: number;
}

/** For each problem a fit for each seed. @throws AbsentError where Python or scikit-learn is not installed */
export function sklearnFits(
  python: string,
  problems: readonly StartProblem[],
  seeds: number,
): { version: string; fits: SklearnFit[][] } {
  const cases = problems.map(({ points: { data, shape }, k, covariance }) => ({
    ...{ data: Array.from(data), shape, k, covariance },
  }));
  const { error, status, stdout, stderr } = spawnSync(python, ['-c', source], {
    input: JSON.stringify({ seeds, cases }),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (error) throw new AbsentError(`${python} is not installed`);
  const said = stderr.trim().split('\n').at(-1);
  if (said?.startsWith('ModuleNotFoundError')) throw new AbsentError(said);
  if (status !== 0) throw new Error(`scikit-learn ended (exit code ${status}): ${said}`);
  return JSON.parse(stdout);
}
