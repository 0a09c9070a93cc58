import type { Loaded } from './backends/backend.js';
import { type StopReason, stoppingRule } from './convergence.js';
import { averageOf } from './e-step/average.js';
import { exact } from './e-step/exact.js';
import { ledgerOf } from './e-step/ledger.js';
import { AbortedError, EmError, InvalidArgumentError } from './errors.js';
import type { EmOptions, Fit } from './fit.js';
import { maximumLikelihood } from './m-step/maximum-likelihood.js';
import type { Model, Note } from './models/model.js';
import { checkMonotone } from './monotonicity.js';
import type { Statistics } from './statistics.js';

interface Point<P> {
  readonly parameters: P;
  /** The M-step that led here. */
  readonly step?: { readonly notes?: readonly Note[] };
}

/**
 * Alternate E- and M-steps until told to stop.
 *
 * An error thrown on the way carries the last good fit as `lastGood`.
 * @throws LikelihoodDecreasedError, DegenerateCovarianceError, AbortedError (before the first E-step only)
 */
export async function em<P, T extends Loaded>(
  model: Model<P, T>,
  start: P,
  table: T,
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
  const problem = model.on(table);
  const eStep = await rule.begin(problem);
  const mStep = mStepRule.begin(problem);
  const acceleration = accelerate?.begin(model);
  const history: number[] = [];
  const recent: P[] = [];
  let nESteps = 0;
  const told = new Map<string, Note>();

  const evaluate = async ({ parameters }: Point<P>) => {
    nESteps++;
    const statistics = await eStep(parameters, history.length);
    for (const note of statistics.notes ?? []) told.set(note.kind, note);
    return { statistics, objective: statistics.logLikelihood + (mStep.logPrior?.(parameters) ?? 0) };
  };
  const outcome = ({ parameters, step }: Point<P>, stopReason: StopReason): Fit<P> => ({
    parameters,
    logLikelihood: history[history.length - 1],
    history,
    nIter: history.length - 1,
    nESteps,
    converged: stopReason === 'tolerance',
    stopReason,
    notes: [...(step?.notes ?? []), ...told.values()],
  });
  const finish = async (point: Point<P>, stopReason: StopReason) => {
    if (recent.length < 2) return outcome(point, stopReason);
    const averaged = { ...point, parameters: averageOf(recent) };
    history[history.length - 1] = (await evaluate(averaged)).objective;
    return outcome(averaged, stopReason);
  };

  let current: Point<P> = { parameters: start };
  let safe: Point<P> | undefined;
  let evaluated: Point<P> | undefined;
  let previous: Statistics | undefined;
  try {
    for (;;) {
      const last = history[history.length - 1];
      const found = await evaluate(current).catch(error => {
        if (safe && error instanceof EmError) return undefined;
        throw error;
      });
      if (safe && !(found && found.objective >= last)) {
        acceleration?.rejected();
        current = safe;
        safe = undefined;
        continue;
      }
      const { statistics, objective } = found as NonNullable<typeof found>;
      const { parameters } = current;
      if (previous && rule.monotone) {
        const change = { before: last, after: objective };
        checkMonotone(problem, previous, change, parameters, history.length, rule.slack);
      }
      evaluated = current;
      history.push(objective);
      if (rule.average) recent.splice(0, recent.push(parameters) - rule.average);
      await onIteration?.({
        iteration: history.length - 1,
        logLikelihood: objective,
        parameters,
        ledger: () => ledgerOf(problem, rule, statistics, parameters, history.length - 1),
      });
      const isSettled = rule.isPartition && previous && problem.isSettled?.(previous, statistics);
      const stopReason = isSettled ? 'tolerance' : stop(history, statistics.nRows);
      const settles = stopReason === 'tolerance' && safe !== undefined; // a fit ends with an M-step, not with a leap
      if (stopReason && !settles) return await finish(current, stopReason);
      const step = mStep.maximise(statistics, parameters);
      const leap = settles ? undefined : acceleration?.leap(parameters, step.parameters);
      safe = leap && { parameters: step.parameters, step };
      current = { parameters: leap ?? step.parameters, step };
      previous = statistics;
    }
  } catch (error) {
    if (error instanceof EmError && evaluated) {
      error.lastGood ??= outcome(evaluated, 'failed');
      error.message += ` (after ${history.length - 1} M-steps)`;
    }
    throw error;
  } finally {
    eStep.dispose?.();
    problem.dispose?.();
  }
}
