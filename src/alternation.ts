import type { Loaded } from './backends/backend.js';
import { type StopReason, stoppingRule } from './convergence.js';
import { averageOf } from './e-step/average.js';
import { exact } from './e-step/exact.js';
import { ledgerOf } from './e-step/ledger.js';
import { EmError } from './errors.js';
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

/** A point, and the statistics that led to it. */
interface Stage<P> {
  readonly point: Point<P>;
  readonly previous?: Statistics;
}

/** How far a fit has come. */
export class Trail<P> {
  /** The objectives so far. */
  readonly history: number[] = [];
  /** The last parameters, of rules that average them. */
  readonly recent: P[] = [];
  readonly notes = new Map<Note['kind'], Note>();
  nESteps = 0;
  /** The last iteration that the caller was told of. */
  reported = -1;
  /** The last stage whose objective is known. */
  reached: Stage<P> | undefined;

  private constructor(readonly begin: Stage<P>) {}

  static from<P>(start: P): Trail<P> {
    return new Trail({ point: { parameters: start } });
  }

  /** One that goes on from the last stage, whose objective is to be found again; undefined where there is none. */
  again(): Trail<P> | undefined {
    if (!this.reached) return undefined;
    const trail = new Trail(this.reached);
    trail.history.push(...this.history.slice(0, -1));
    trail.recent.push(...this.recent.slice(0, -1));
    for (const [kind, note] of this.notes) trail.notes.set(kind, note);
    trail.nESteps = this.nESteps;
    trail.reported = this.reported;
    return trail;
  }

  fit({ parameters, step }: Point<P>, stopReason: StopReason): Fit<P> {
    const { history, nESteps } = this;
    return {
      parameters,
      logLikelihood: history[history.length - 1],
      history,
      nIter: history.length - 1,
      nESteps,
      converged: stopReason === 'tolerance',
      stopReason,
      notes: [...(step?.notes ?? []), ...this.notes.values()],
    };
  }

  /** Have an error that ends the fit carry the last good one. */
  end(error: unknown): void {
    if (!(error instanceof EmError && this.reached)) return;
    error.lastGood ??= this.fit(this.reached.point, 'failed');
    error.message += ` (after ${this.history.length - 1} M-steps)`;
  }
}

/**
 * Alternate E- and M-steps from where the trail begins until told to stop.
 *
 * @throws EmError with the last good fit as `lastGood`
 */
export async function alternate<P, T extends Loaded>(
  model: Model<P, T>,
  trail: Trail<P>,
  table: T,
  options: EmOptions<P>,
): Promise<Fit<P>> {
  const { eStep: rule = exact, mStep: mStepRule = maximumLikelihood(), accelerate, onIteration } = options;
  const { history, recent } = trail;
  const stop = stoppingRule(options, { ...rule, leaps: accelerate !== undefined });
  const problem = model.on(table);
  const eStep = await rule.begin(problem);
  const mStep = mStepRule.begin(problem);
  const acceleration = accelerate?.begin(model);

  const evaluate = async ({ parameters }: Point<P>) => {
    trail.nESteps++;
    const statistics = await eStep(parameters, history.length);
    for (const note of statistics.notes ?? []) trail.notes.set(note.kind, note);
    return { statistics, objective: statistics.logLikelihood + (mStep.logPrior?.(parameters) ?? 0) };
  };
  const finish = async (point: Point<P>, stopReason: StopReason) => {
    if (recent.length < 2) return trail.fit(point, stopReason);
    const averaged = { ...point, parameters: averageOf(recent) };
    history[history.length - 1] = (await evaluate(averaged)).objective;
    return trail.fit(averaged, stopReason);
  };

  let { point: current, previous } = trail.begin;
  let safe: Point<P> | undefined;
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
        const magnitude = Math.max(Math.abs(last), previous.magnitude ?? 0, statistics.magnitude ?? 0);
        const change = { before: last, after: objective, magnitude };
        checkMonotone(problem, previous, change, parameters, history.length, rule.slack);
      }
      trail.reached = { point: current, previous };
      history.push(objective);
      if (rule.average) recent.splice(0, recent.push(parameters) - rule.average);
      const iteration = history.length - 1;
      if (iteration > trail.reported) {
        trail.reported = iteration;
        const ledger = () => ledgerOf(problem, rule, statistics, parameters, iteration);
        await onIteration?.({ iteration, logLikelihood: objective, parameters, ledger });
      }
      const isSettled = rule.isPartition && previous && problem.isSettled?.(previous, statistics);
      const stopReason = isSettled ? 'tolerance' : stop(history, statistics.mass);
      const settles = stopReason === 'tolerance' && safe !== undefined; // a fit ends with an M-step, not with a leap
      if (stopReason && !settles) return await finish(current, stopReason);
      const step = mStep.maximise(statistics, parameters);
      const leap = settles ? undefined : acceleration?.leap(parameters, step.parameters);
      safe = leap && { parameters: step.parameters, step };
      current = { parameters: leap ?? step.parameters, step };
      previous = statistics;
    }
  } catch (error) {
    trail.end(error);
    throw error;
  } finally {
    eStep.dispose?.();
    problem.dispose?.();
  }
}
