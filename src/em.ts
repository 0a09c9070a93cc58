import type { EStepRule, Rows } from './backends/backend.js';
import { type StoppingOptions, type StopReason, stoppingRule } from './convergence.js';
import { AbortedError, EmError } from './errors.js';
import type { Model, Note } from './models/model.js';
import { checkMonotone } from './monotonicity.js';
import type { Statistics } from './statistics.js';

/** What em() found: the parameters and their own log-likelihood. */
export interface Fit<P> {
  readonly parameters: P;
  /** Σ_i log p(x_i | parameters): total, nats. */
  readonly logLikelihood: number;
  /** history[i]: total log-likelihood before M-step i + 1; the last entry is `logLikelihood`. */
  readonly history: readonly number[];
  /** M-steps taken. */
  readonly nIter: number;
  /** True only if the tolerance was met; running out of iterations is not converging. */
  readonly converged: boolean;
  readonly stopReason: StopReason;
  /** What the last M-step had to report: empty and collapsed components. */
  readonly notes: readonly Note[];
}

export interface Progress<P> {
  /** M-steps taken so far */
  readonly iteration: number;
  readonly logLikelihood: number;
  readonly parameters: P;
}

export interface EmOptions<P> extends StoppingOptions {
  eStep?: EStepRule;
  /** Called, and awaited, after every E-step; `parameters` are those of `logLikelihood`. */
  onIteration?: (progress: Progress<P>) => unknown;
}

/**
 * Alternate E- and M-steps until told to stop.
 *
 * An error thrown on the way carries the last good fit as `lastGood`.
 * @throws LikelihoodDecreasedError, DegenerateCovarianceError, AbortedError (before the first E-step only)
 */
export async function em<P>(
  model: Model<P>,
  start: P,
  rows: Rows,
  { eStep, onIteration, ...stopping }: EmOptions<P> = {},
): Promise<Fit<P>> {
  const stop = stoppingRule(stopping);
  if (stopping.signal?.aborted) {
    throw new AbortedError('Aborted before the first E-step: there is no model to hand back yet.');
  }
  const history: number[] = [];
  const outcome = (parameters: P, notes: Note[], stopReason: StopReason): Fit<P> => ({
    parameters,
    logLikelihood: history[history.length - 1],
    history,
    nIter: history.length - 1,
    converged: stopReason === 'tolerance',
    stopReason,
    notes,
  });

  let current = { parameters: start, notes: [] as Note[] };
  let evaluated: typeof current | undefined;
  let previous: Statistics | undefined;
  try {
    for (;;) {
      const { parameters, notes } = current;
      const statistics = await model.eStep(parameters, rows, eStep);
      if (previous) checkMonotone(model, previous, statistics, parameters, rows, history.length);
      evaluated = current;
      history.push(statistics.logLikelihood);
      await onIteration?.({
        iteration: history.length - 1,
        logLikelihood: statistics.logLikelihood,
        parameters,
      });
      const stopReason = stop(history, statistics.nRows);
      if (stopReason) return outcome(parameters, notes, stopReason);
      current = model.mStep(statistics, parameters);
      previous = statistics;
    }
  } catch (error) {
    if (error instanceof EmError && evaluated) {
      error.lastGood ??= outcome(evaluated.parameters, evaluated.notes, 'failed');
      error.message += ` (after ${history.length - 1} M-steps)`;
    }
    throw error;
  }
}
