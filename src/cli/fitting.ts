import type { Backend } from '../backends/backend.js';
import type { TuningOptions } from '../backends/webgpu/tuner.js';
import type { StopReason } from '../convergence.js';
import { EmError } from '../errors.js';
import { onDevice } from './device.js';
import { EXIT, note } from './exit.js';
import { checkWritable } from './files.js';
import type { Device } from './options.js';
import { fileOf, print, printJson, writeJson } from './output.js';
import { fitProgress, type Step } from './progress.js';
import { openTuning } from './tuning.js';

/** What all fitting commands are told. */
export interface RunOptions {
  maxIter: number;
  /** Absent where a fit has one start only. */
  restarts?: number;
  seed: number;
  device: Device;
  tuning?: TuningOptions['tuning'];
  tuningCache?: string;
  out?: string;
  json?: boolean;
}

/** What came of a fit. */
export interface Outcome {
  readonly fitInfo: {
    readonly nIter: number;
    readonly stopReason: StopReason;
    readonly notes?: readonly { readonly message: string }[];
  };
  /** Whether it could not have converged: it was to run all its iterations. */
  readonly runsAll?: boolean;
  /** What `--out` writes. */
  readonly file: object;
  /** What `--json` prints, if that is more. */
  readonly json?: object;
  /** What is printed else. */
  readonly text: string;
}

export interface Job {
  /** What the fit climbs, or descends, as the bar calls it. */
  readonly objective: string;
  fit(device: Backend, signal: AbortSignal, report: (step: Step) => unknown): Promise<Outcome>;
}

/**
 * Fit, save, print. What can be checked before data are read is checked before `prepare` reads them.
 */
export async function runFit(options: RunOptions, prepare: () => Promise<Job>): Promise<void> {
  if (options.out !== undefined) await checkWritable(options.out);
  const tuning = options.tuning && (await openTuning(options.tuning, options.tuningCache));
  const { objective, fit } = await prepare();
  const outcome = await onDevice(
    options.device,
    async (device, signal) => {
      const progress = fitProgress(options.restarts ?? 1, options.maxIter, objective);
      try {
        return await fit(device, signal, progress.update);
      } finally {
        progress.stop();
      }
    },
    tuning,
  ).catch(error => keepLastGood(error, fileOf(options)));
  noteEnding(outcome, options.maxIter);
  const { file, json = file, text } = outcome;
  const path = fileOf(options);
  if (path !== undefined) await writeJson(path, file);
  await (options.json ? printJson(json) : options.out === '-' ? printJson(file) : print(text));
  if (path !== undefined) note(`model written to ${path}`);
}

function noteEnding({ fitInfo: { nIter, stopReason, notes = [] }, runsAll }: Outcome, maxIter: number): void {
  for (const { message } of notes) note(message);
  if (stopReason === 'maxIter' && maxIter > 0 && !runsAll) {
    note(`not converged after ${nIter} iterations; try a larger --max-iter.`);
  }
  if (stopReason === 'aborted') {
    note(`interrupted after ${nIter} iterations; this is the last good model.`);
    process.exitCode = EXIT.interrupted;
  }
}

/** Save what a failed fit had reached, and fail. */
async function keepLastGood(error: unknown, out: string | undefined): Promise<never> {
  if (out !== undefined && error instanceof EmError && isModel(error.lastGood)) {
    await writeJson(out, error.lastGood);
    note(`the last good model is written to ${out}`);
  }
  throw error;
}

const isModel = (value: unknown): value is { toJSON(): object } =>
  typeof value === 'object' && value !== null && 'toJSON' in value;
