import type { Backend, Rows } from '../backends/backend.js';
import { chooseBackend, type DeviceChoice } from '../backends/choose.js';
import { type StopReason, stoppingRule } from '../convergence.js';
import { type CheckedPoints, checkPoints, isResident, type Points, withRows } from '../data/points.js';
import { em } from '../em.js';
import { AbortedError, EmError, InvalidArgumentError } from '../errors.js';
import type { EmOptions, Fit, Progress } from '../fit.js';
import type { StartOptions } from '../init/start.js';
import type { Model, Note } from '../models/model.js';
import type { RunJson } from '../serialize.js';
import { checkStarts } from './options.js';

/** How a run of EM went, whatever it maximised. */
export interface RunInfo {
  /** history[i]: the objective, total, nats, before M-step i + 1 of the kept start. */
  readonly history: readonly number[];
  /** M-steps of the kept start. */
  readonly nIter: number;
  /** Its E-steps; files do not keep it. */
  readonly nESteps?: number;
  readonly converged: boolean;
  readonly stopReason: StopReason;
  /** Empty and collapsed components of the last M-step. */
  readonly notes: readonly Note[];
  readonly device: string;
  readonly adapter: string;
}

/** What all fits can be told, as `em` and the starts take it. */
export interface FitOptions<P> extends Omit<EmOptions<P>, 'onIteration'> {
  /** Of models that need as many rows. */
  nComponents?: number;
  nInit?: number;
  seed?: number;
  device?: DeviceChoice;
  onIteration?: (progress: Progress<P> & { readonly restart: number }) => unknown;
}

/** What an estimator fits once its rows are loaded. */
export interface Job<P, T> {
  readonly model: Model<P>;
  /** Whether another seed gives another start, so that restarts are worth their time. */
  readonly seeded: boolean;
  start(options: StartOptions): Promise<P>;
  /** What restarts are compared by. Default: the objective. */
  rank?(fit: Fit<P>): Promise<number>;
  /** The estimator that a fit makes. `device`: where to use it if nobody says otherwise. */
  finish(fit: Fit<P>, device: DeviceChoice): T | Promise<T>;
}

/**
 * The best of `nInit` fits: that of the highest objective.
 *
 * @throws InvalidArgumentError, InvalidDataError before anything is computed
 * @throws EmError with the last good estimator as `lastGood`
 */
export async function fitBest<P, T>(
  points: Points,
  { nComponents, nInit = 1, seed = 0, device, onIteration: report, ...options }: FitOptions<P>,
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
  return withRows(checked, backend, async rows => {
    const job = await prepare(rows);
    const finish = (fit: Fit<P>) => job.finish(fit, isResident(checked) ? backend : (device ?? 'auto'));
    const runOnce = async (restart: number) => {
      const first = await job.start({ seed, stream: restart, signal }).catch(withoutModel);
      const onIteration = report && ((progress: Progress<P>) => report({ restart, ...progress }));
      return em(job.model, first, rows, { ...options, onIteration });
    };
    try {
      const kept = await best(job.seeded ? nInit : 1, runOnce, signal, job.rank);
      return await keeping(kept, finish);
    } catch (error) {
      if (error instanceof EmError && error.lastGood) {
        error.lastGood = await finish(error.lastGood as Fit<P>);
      }
      throw error;
    }
  });
}

/** A fit without its parameters and objective, and where it ran. */
export function runInfo<P>(
  { history, nIter, nESteps, converged, stopReason, notes }: Fit<P>,
  { device, adapter }: Backend,
): RunInfo {
  return { history, nIter, nESteps, converged, stopReason, notes, device, adapter };
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

/** The fit of the highest objective. A start that fails is passed over while another succeeds. */
async function best<P>(
  nInit: number,
  runOnce: (restart: number) => Promise<Fit<P>>,
  signal: AbortSignal | undefined,
  rank = async (fit: Fit<P>) => fit.logLikelihood,
): Promise<Fit<P>> {
  let kept: Fit<P> | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  for (let restart = 0; restart < nInit; restart++) {
    if (signal?.aborted) break;
    try {
      const fit = await runOnce(restart);
      const height = nInit > 1 ? await keeping(fit, rank) : 0;
      if (!kept || height > highest) [kept, highest] = [fit, height];
    } catch (error) {
      if (!(error instanceof EmError)) throw error;
      failure ??= error;
    }
  }
  if (kept) return kept;
  throw failure ?? new AbortedError('Aborted before there was a model to hand back.');
}

/** What `work` makes of a fit, which is the last good one if that fails. */
async function keeping<P, T>(fit: Fit<P>, work: (fit: Fit<P>) => T | Promise<T>): Promise<T> {
  try {
    return await work(fit);
  } catch (error) {
    if (error instanceof EmError) error.lastGood ??= { ...fit, stopReason: 'failed' };
    throw error;
  }
}

/** What a start had when it failed is no model of the fit's. */
function withoutModel(error: unknown): never {
  if (error instanceof EmError) delete error.lastGood;
  throw error;
}
