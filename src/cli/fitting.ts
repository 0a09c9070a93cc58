import type { TuningOptions } from '../backends/webgpu/mixture/tuner.js';
import type { Backend } from '../contract/table.js';
import { EmError } from '../errors.js';
import type { RunInfo } from '../estimators/fitting.js';
import { onDevice } from './device.js';
import { describe, note } from './exit.js';
import { checkWritable, isStdout } from './files.js';
import { interruptible } from './interruption.js';
import type { Device } from './options.js';
import { fileOf, jsonFile, print, printJson, save } from './output.js';
import { fitProgress, type Size, type Step } from './progress.js';
import { openTuning } from './tuning.js';

/** Of hundreds of components that all say the same, a few are enough. */
const MOST_NOTES = 8;

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
  readonly fitInfo: Pick<RunInfo, 'nIter' | 'stopReason' | 'starts' | 'deviceReason'> &
    Partial<Pick<RunInfo, 'notes'>>;
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
  /** What an iteration goes through: so many rows, or documents. */
  readonly size: Size;
  fit(device: Backend, signal: AbortSignal, report: (step: Step) => unknown): Promise<Outcome>;
}

/**
 * Fit, save, print. What can be checked before data are read is checked before `prepare` reads them.
 */
export async function runFit(options: RunOptions, prepare: () => Promise<Job>): Promise<void> {
  if (options.out !== undefined) await checkWritable(options.out);
  const tuning = options.tuning && (await openTuning(options.tuning, options.tuningCache));
  const job = await prepare();
  const path = fileOf(options);
  // Whoever interrupts a program that is saving gets it saved.
  const outcome = await interruptible(async () => {
    const outcome = await fitOnDevice(job, options, tuning).catch(error => keepLastGood(error, path));
    noteEnding(outcome, options.maxIter);
    if (path !== undefined) await save(path, jsonFile(outcome.file), () => showModel(outcome, options));
    return outcome;
  });
  const isModelAsked = options.json || (options.out !== undefined && isStdout(options.out));
  await (isModelAsked ? showModel(outcome, options) : print(outcome.text));
  if (path !== undefined) note(`model written to ${path}`);
}

const fitOnDevice = (
  { objective, fit, size }: Job,
  { device: choice, restarts = 1, maxIter }: RunOptions,
  tuning: TuningOptions | undefined,
): Promise<Outcome> =>
  onDevice(
    choice,
    async (device, signal) => {
      const progress = fitProgress({ restarts, maxIter, objective, size });
      try {
        return await fit(device, signal, progress.update);
      } finally {
        progress.stop();
      }
    },
    tuning,
  );

/** The model; for machines also what files do not keep: how each start ended, and why the fit ran where it did. */
const showModel = ({ file, json = file, fitInfo: { starts, deviceReason } }: Outcome, options: RunOptions) =>
  printJson(options.json ? { ...(isModel(json) ? json.toJSON() : json), starts, deviceReason } : file);

function noteEnding({ fitInfo: { nIter, stopReason, notes = [] }, runsAll }: Outcome, maxIter: number): void {
  for (const { message } of notes.slice(0, MOST_NOTES)) note(message);
  if (notes.length > MOST_NOTES) note(`… and ${notes.length - MOST_NOTES} notes more.`);
  if (stopReason === 'maxIter' && maxIter > 0 && !runsAll) {
    note(`not converged after ${nIter} iterations; try a larger --max-iter.`);
  }
  if (stopReason === 'aborted') {
    note(`interrupted after ${nIter} iterations; this is the last good model.`);
  }
}

/** Save what a failed fit had reached, and fail. */
async function keepLastGood(error: unknown, out: string | undefined): Promise<never> {
  if (out !== undefined && error instanceof EmError && isModel(error.lastGood)) {
    const { lastGood } = error;
    await save(out, jsonFile(lastGood), () => printJson(lastGood)).then(
      () => note(`the last good model is written to ${out}`),
      failure => note(describe(failure)),
    );
  }
  throw error;
}

const isModel = (value: unknown): value is { toJSON(): object } =>
  typeof value === 'object' && value !== null && 'toJSON' in value;
