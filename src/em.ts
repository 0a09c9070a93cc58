import type { Accelerator } from './acceleration/accelerator.js';
import type { Rows } from './backends/backend.js';
import { type StoppingOptions, type StopReason, stoppingRule } from './convergence.js';
import { averageOf } from './e-step/average.js';
import { exact } from './e-step/exact.js';
import { type Ledger, ledgerOf } from './e-step/ledger.js';
import type { EStepRule } from './e-step/rule.js';
import { AbortedError, EmError, InvalidArgumentError } from './errors.js';
import { maximumLikelihood } from './m-step/maximum-likelihood.js';
import type { MStepRule } from './m-step/rule.js';
import type { Model, Note } from './models/model.js';
import { checkMonotone } from './monotonicity.js';
import type { Statistics } from './statistics.js';

/** What em() found: the parameters and their own objective. */
export interface Fit<P> {
  readonly parameters: P;
  /**
   * The objective at `parameters`, total, nats: Σ_i log p(x_i | θ) under the exact rule, F(q, θ) under others, plus
   * log p(θ) where the M-step has a prior.
   */
  readonly logLikelihood: number;
  /** history[i]: the objective before M-step i + 1; the last entry is `logLikelihood`. */
  readonly history: readonly number[];
  /** M-steps taken. */
  readonly nIter: number;
  /** E-steps taken: more than nIter + 1 where an accelerator's leaps were refused. */
  readonly nESteps: number;
  /** True only if the tolerance was met; running out of iterations is not converging. */
  readonly converged: boolean;
  readonly stopReason: StopReason;
  /** What the last M-step had to report: empty and collapsed components. */
  readonly notes: readonly Note[];
}

export interface Progress<P> {
  /** M-steps taken so far */
  readonly iteration: number;
  /** The objective; see `Fit`. */
  readonly logLikelihood: number;
  readonly parameters: P;
  /** Where this E-step stands; costs an exact E-step under other rules. Valid until the callback has returned. */
  ledger(): Promise<Ledger>;
}

export interface EmOptions<P> extends StoppingOptions {
  /** Which q. Default: the exact posterior. */
  eStep?: EStepRule;
  /** Which θ. Default: maximum likelihood. */
  mStep?: MStepRule;
  /** Default: none. */
  accelerate?: Accelerator;
  /** Called, and awaited, after every E-step; `parameters` are those of `logLikelihood`. */
  onIteration?: (progress: Progress<P>) => unknown;
}

interface Point<P> {
  readonly parameters: P;
  readonly notes: readonly Note[];
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
  options: EmOptions<P> = {},
): Promise<Fit<P>> {
  const { eStep: rule = exact, mStep: mStepRule = maximumLikelihood(), accelerate, onIteration } = options;
  const stop = stoppingRule(options, rule);
  if (accelerate && (!rule.monotone || rule.stride)) {
    throw new InvalidArgumentError(
      `accelerate needs an E-step rule of all rows whose objective never falls, got ${rule.name}.`,
    );
  }
  if (options.signal?.aborted) {
    throw new AbortedError('Aborted before the first E-step: there is no model to hand back yet.');
  }
  const eStep = await rule.begin(model, rows);
  const mStep = mStepRule.begin(model, rows);
  const acceleration = accelerate?.begin(model);
  const history: number[] = [];
  const recent: P[] = [];
  let nESteps = 0;

  const evaluate = async ({ parameters }: Point<P>) => {
    nESteps++;
    const statistics = await eStep(parameters, history.length);
    return { statistics, objective: statistics.logLikelihood + (mStep.logPrior?.(parameters) ?? 0) };
  };
  const outcome = ({ parameters, notes }: Point<P>, stopReason: StopReason): Fit<P> => ({
    parameters,
    logLikelihood: history[history.length - 1],
    history,
    nIter: history.length - 1,
    nESteps,
    converged: stopReason === 'tolerance',
    stopReason,
    notes,
  });
  const finish = async (point: Point<P>, stopReason: StopReason) => {
    if (recent.length < 2) return outcome(point, stopReason);
    const averaged = { ...point, parameters: averageOf(recent) };
    history[history.length - 1] = (await evaluate(averaged)).objective;
    return outcome(averaged, stopReason);
  };

  let current: Point<P> = { parameters: start, notes: [] };
  let safe: Point<P> | undefined;
  let evaluated: Point<P> | undefined;
  let previous: Statistics | undefined;
  try {
    for (;;) {
      const lowest = history[history.length - 1];
      const found = await evaluate(current).catch(error => {
        if (safe && error instanceof EmError) return undefined;
        throw error;
      });
      if (safe && !(found && found.objective >= lowest)) {
        acceleration?.rejected();
        current = safe;
        safe = undefined;
        continue;
      }
      const { statistics, objective } = found as NonNullable<typeof found>;
      const { parameters } = current;
      if (previous && rule.monotone) {
        const change = { before: lowest, after: objective };
        checkMonotone(model, previous, change, parameters, rows, history.length, rule.slack);
      }
      evaluated = current;
      history.push(objective);
      if (rule.average) recent.splice(0, recent.push(parameters) - rule.average);
      await onIteration?.({
        iteration: history.length - 1,
        logLikelihood: objective,
        parameters,
        ledger: () => ledgerOf(model, rows, rule, statistics, parameters, history.length - 1),
      });
      const stopReason = stop(history, statistics.nRows);
      if (stopReason) return await finish(current, stopReason);
      const { parameters: maximised, notes = [] } = mStep.maximise(statistics, parameters);
      const leap = acceleration?.leap(parameters, maximised);
      safe = leap && { parameters: maximised, notes };
      current = { parameters: leap ?? maximised, notes };
      previous = statistics;
    }
  } catch (error) {
    if (error instanceof EmError && evaluated) {
      error.lastGood ??= outcome(evaluated, 'failed');
      error.message += ` (after ${history.length - 1} M-steps)`;
    }
    throw error;
  }
}
