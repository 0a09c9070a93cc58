import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import source from './ghmm.c?raw';
import { AbsentError } from './peer.js';

/** Debian's libghmm-dev: C, scaled forward and backward passes, float64, one thread. */
export const GHMM = 'GHMM (Debian libghmm-dev)';

/** One number a row, and where Baum–Welch begins. */
export interface HmmProblem {
  readonly nStates: number;
  readonly nSequences: number;
  readonly length: number;
  readonly data: Float64Array;
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly initial: Float64Array;
  readonly transitions: Float64Array;
}

export interface HmmRun {
  /** [iterations] */
  readonly seconds: readonly number[];
  /** Σ log p(sequence) before the first M-step, and after the last */
  readonly start: number;
  readonly logLikelihood: number;
}

export interface Ghmm {
  readonly version: string;
  run(problem: HmmProblem, iterations: number): HmmRun;
}

/** Compile the peer in `folder`. @throws AbsentError where there is no compiler or library */
export function openGhmm(folder: string): Ghmm {
  const [file, program] = [join(folder, 'ghmm.c'), join(folder, 'ghmm')];
  writeFileSync(file, source);
  const { status, stderr } = spawnSync('cc', ['-O2', '-rdynamic', file, '-o', program, '-lghmm', '-lm'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new AbsentError(`libghmm-dev or cc is missing: ${stderr?.split('\n')[0] ?? ''}`);
  const version = spawnSync('dpkg-query', ['-W', '-f=${Version}', 'libghmm-dev'], {
    encoding: 'utf8',
  }).stdout;
  return {
    version: version || 'unknown',
    run: (problem, iterations) => run(program, folder, problem, iterations),
  };
}

function run(program: string, folder: string, problem: HmmProblem, iterations: number): HmmRun {
  const path = join(folder, 'problem');
  const { nStates, nSequences, length, data, means, variances, initial, transitions } = problem;
  writeFileSync(path, Buffer.concat([means, variances, initial, transitions, data].map(bytes)));
  const sizes = [nStates, nSequences, length, iterations].map(String);
  const { status, signal, stdout, stderr } = spawnSync(program, [path, ...sizes], { encoding: 'utf8' });
  rmSync(path);
  if (status !== 0) throw new Error(`GHMM ended (${signal ?? `exit code ${status}`}): ${stderr.trim()}`);
  const { seconds, start, logLikelihood } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
  return { seconds, start, logLikelihood };
}

const bytes = ({ buffer, byteOffset, byteLength }: Float64Array) =>
  Buffer.from(buffer, byteOffset, byteLength);
