import { chooseBackend, type DeviceChoice, whyChosen } from '../backends/choose.js';
import type { Backend, Loaded, Rows } from '../contract/table.js';
import { type StopReason, stoppingRule } from '../em/convergence.js';
import { emFrom } from '../em/em.js';
import { type EmOptions, type Fit, outranks, type Progress, type Rank, rankOf } from '../em/fit.js';
import { orInFloat64 } from '../em/in-float64.js';
import { AbortedError, EmError, InvalidArgumentError } from '../errors.js';
import type { StartOptions } from '../init/start.js';
import type { Model, Note } from '../models/model.js';
import type { RunJson } from '../serialize.js';
import { blamingConstantColumns, type Varying, withConstantColumns } from './constant-columns.js';
import { checkStarts } from './options.js';
import { type CheckedPoints, checkPoints, isResident, type Points, withRows } from './points.js';

/** How one of the starts ended. */
export interface StartInfo extends Rank {
  readonly stopReason: StopReason;
}

/** Where a fit ran: what its numbers were computed by in the end. */
export interface RanOn {
  readonly device: string;
  readonly adapter: string;
  /** Why there, for people: why 'auto' chose it, or that float32 was too coarse. Absent where it was asked for. Files do not keep it. */
  readonly deviceReason?: string;
}

/** How a run of EM went, whatever it maximised. */
export interface RunInfo extends RanOn {
  /** history[i]: the objective, total, nats, before M-step i + 1 of the kept start. */
  readonly history: readonly number[];
  /** M-steps of the kept start. */
  readonly nIter: number;
  /** Its E-steps; files do not keep it. */
  readonly nESteps?: number;
  readonly converged: boolean;
  readonly stopReason: StopReason;
  /** Empty and collapsed components of the last M-step, and starts that failed. */
  readonly notes: readonly Note[];
  /**
   * How each start ended, by what they are compared by: one with a collapsed component is kept only where no other is
   * without. The objective of one that failed is NaN. Files do not keep it.
   */
  readonly starts?: readonly StartInfo[];
}

/** What all fits can be told, as `em` and the starts take it. */
export interface FitOptions<P> extends Omit<EmOptions<P>, 'onIteration'> {
  /** Of models that need as many rows. */
  nComponents?: number;
  nInit?: number;
  seed?: number;
  device?: DeviceChoice;
  onIteration?: (progress: Progress<P> & { readonly restart: number }) => unknown;
  /** Of models that take the variances of columns: what is said of those that have none. */
  varying?: Varying;
}

/** What an estimator fits once its rows are loaded. */
export interface Job<P, T> {
  readonly model: Model<P>;
  /** What it is fitted to; default: the rows as they are. */
  readonly table?: Rows;
  /** Whether another seed gives another start, so that restarts are worth their time. */
  readonly seeded: boolean;
  start(table: Rows, options: StartOptions): Promise<P>;
  /** What a fit is worth to its user where that is not its objective. Asked while the device is there. */
  measure?(fit: Fit<P>, table: Rows): Promise<number>;
  /** Whether restarts are compared by that instead of the objective. */
  readonly comparesMeasures?: boolean;
  /** The estimator that a fit makes. `device`: where to use it if nobody says otherwise. */
  finish(fit: Kept<P>, device: DeviceChoice): T;
}

/** The best of several starts, or the last good fit of the one that failed. */
export interface Kept<P> extends Fit<P> {
  /** `measure` of it; its objective where there is none, or where the device failed. */
  readonly measured: number;
  readonly starts: readonly StartInfo[];
  readonly ranOn: RanOn;
}

/**
 * The best of `nInit` fits: that of the highest objective.
 *
 * @throws InvalidArgumentError, InvalidDataError before anything is computed
 * @throws EmError with the last good estimator as `lastGood`
 */
export async function fitBest<P, T>(
  points: Points,
  { nComponents, nInit = 1, seed = 0, device, onIteration: report, varying, ...options }: FitOptions<P>,
  prepare: (rows: Rows) => Job<P, T> | Promise<Job<P, T>>,
): Promise<T> {
  checkStarts(nInit, seed);
  stoppingRule(options);
  const checked = checkPoints(points);
  const n = checked.shape[0];
  if (nComponents !== undefined && nComponents > n) {
    throw new InvalidArgumentError(
      `nComponents must be at most the number of rows, ${n}, got ${nComponents}.`,
    );
  }
  const { signal } = options;
  if (signal?.aborted)
    throw new AbortedError('Aborted before the fit began: there is no model to hand back.');

  const { backend } = await backendFor(checked, device);
  const usual = isResident(checked) ? backend : (device ?? 'auto');
  const fitRows = async (rows: Rows) => {
    const job = await orInFloat64(rows, prepare);
    const finish = ({ notes, ...fit }: Kept<P>) =>
      job.finish({ ...fit, notes: varying ? withConstantColumns(notes, rows, varying) : notes }, usual);
    const runOnce = async (restart: number) => {
      const start = (on: Rows) => startOf(job, on, { seed, stream: restart, signal });
      const onIteration = report && ((progress: Progress<P>) => report({ restart, ...progress }));
      const { fit, table } = await emFrom(job.model, start, job.table ?? rows, {
        ...options,
        onIteration,
        resumable: false,
      });
      const measured = await measureOf(job, fit, table);
      const rank = { ...rankOf(fit), ...(job.comparesMeasures && { objective: measured }) };
      return { fit, measured, rank, ranOn: ranOn(backend, table) };
    };
    const fail = (fit: Unplaced<P>) => finish({ ...fit, ranOn: ranOn(backend) });
    return finish(await best(job.seeded ? nInit : 1, runOnce, fail, signal));
  };
  return withRows(checked, backend, rows =>
    fitRows(rows).catch(error => {
      throw varying ? blamingConstantColumns(error, rows, varying) : error;
    }),
  );
}

/** @throws EmError with the fit as `lastGood` */
async function measureOf<P, T>({ measure }: Job<P, T>, fit: Fit<P>, table: Rows): Promise<number> {
  try {
    return measure ? await orInFloat64(table, on => measure(fit, on)) : fit.logLikelihood;
  } catch (error) {
    if (error instanceof EmError) error.lastGood ??= fit;
    throw error;
  }
}

/** @throws EmError without `lastGood`: a start may run EM of its own, whose fits are of another model */
async function startOf<P, T>(job: Job<P, T>, table: Rows, options: StartOptions): Promise<P> {
  try {
    return await job.start(table, options);
  } catch (error) {
    if (error instanceof EmError) error.lastGood = undefined;
    throw error;
  }
}

/** Where a fit ended that began on a backend. */
export function ranOn(began: Backend, { backend }: Pick<Loaded, 'backend'> = { backend: began }): RanOn {
  const { device, adapter } = backend;
  const moved = device !== began.device && `float32 was too coarse on ${began.device} (${began.adapter})`;
  return { device, adapter, deviceReason: moved || whyChosen(backend) };
}

/** A fit without its parameters and objective, and where it ran. */
export function runInfo<P>({
  history,
  nIter,
  nESteps,
  converged,
  stopReason,
  notes,
  starts,
  ranOn,
}: Kept<P>): RunInfo {
  return { history, nIter, nESteps, converged, stopReason, notes, starts, ...ranOn };
}

/** What model files keep of it. */
export function runSummary({ nIter, converged, stopReason, device, adapter }: RunJson): RunJson {
  return { nIter, converged, stopReason, device, adapter };
}

/**
 * Resident rows are on a backend already; everything else goes to the one asked for.
 *
 * @throws InvalidArgumentError for resident rows and another device
 */
export async function backendFor(
  points: CheckedPoints,
  asked: DeviceChoice | undefined,
  otherwise: DeviceChoice = 'auto',
): Promise<{ backend: Backend }> {
  if (!isResident(points)) return chooseBackend(asked ?? otherwise);
  const { backend } = points;
  if (asked === undefined || asked === 'auto' || asked === backend || asked === backend.device)
    return { backend };
  const { backend: other } = await chooseBackend(asked);
  if (other === backend) return { backend };
  throw new InvalidArgumentError(
    `These rows are resident on device '${backend.device}'; device '${other.device}' cannot use them. Try passing the points themselves.`,
  );
}

interface Run<P> {
  readonly fit: Fit<P>;
  readonly measured: number;
  readonly rank: Rank;
  readonly ranOn: RanOn;
}

type Unplaced<P> = Omit<Kept<P>, 'ranOn'>;

/** The run that outranks the others. A start that fails is passed over while another succeeds, and a note says so. */
async function best<P>(
  nInit: number,
  runOnce: (restart: number) => Promise<Run<P>>,
  finish: (fit: Unplaced<P>) => unknown,
  signal: AbortSignal | undefined,
): Promise<Kept<P>> {
  let kept: Run<P> | undefined;
  let failure: EmError | undefined;
  const starts: StartInfo[] = [];
  for (let restart = 0; restart < nInit && !signal?.aborted; restart++) {
    try {
      const run = await runOnce(restart);
      starts.push({ ...run.rank, stopReason: run.fit.stopReason });
      if (!kept || outranks(run.rank, kept.rank)) kept = run;
    } catch (error) {
      if (!(error instanceof EmError)) throw error;
      if (kept && error instanceof AbortedError) break;
      failure ??= error;
      starts.push({ objective: Number.NaN, collapsed: false, stopReason: 'failed' });
    }
  }
  if (kept) {
    const { fit, measured, ranOn } = kept;
    return { ...fit, measured, starts, ranOn, notes: [...fit.notes, ...failedNote(starts, failure)] };
  }
  if (failure?.lastGood) {
    const fit = failure.lastGood as Fit<P>;
    failure.lastGood = finish({ ...fit, measured: fit.logLikelihood, starts });
  }
  throw failure ?? new AbortedError('Aborted before there was a model to hand back.');
}

function failedNote(starts: readonly StartInfo[], failure: EmError | undefined): Note[] {
  if (!failure) return [];
  const failed = starts.filter(({ stopReason }) => stopReason === 'failed').length;
  const message = `${failed} of ${starts.length} starts failed; the fit is the best of the others. What failed: ${failure.message}`;
  return [{ kind: 'failed-start', message }];
}
