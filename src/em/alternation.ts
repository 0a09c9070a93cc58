import type { Statistics } from '../contract/statistics.js';
import type { Loaded } from '../contract/table.js';
import { EmError } from '../errors.js';
import type { Model, Note } from '../models/model.js';
import { type StopReason, stoppingRule } from './convergence.js';
import { averageOf } from './e-step/average.js';
import { exact } from './e-step/exact.js';
import { ledgerOf } from './e-step/ledger.js';
import type { EmOptions, Fit, Standing } from './fit.js';
import { maximumLikelihood } from './m-step/maximum-likelihood.js';
import { checkMonotone } from './monotonicity.js';

/** Parameters, and what the M-step that led to them had to report. */
interface Point<P> {
  readonly parameters: P;
  readonly notes?: readonly Note[];
  readonly isLeap?: boolean;
}

/** How far a fit has come. */
export class Trail<P> {
  /** The objectives so far. */
  readonly history: number[] = [];
  readonly notes = new Map<Note['kind'], Note>();
  nESteps = 0;
  /** The last iteration that the caller was told of. */
  reported = -1;
  /** Where the last objective was found, and the one before it; absent before there are any. */
  standing: Standing<P> | undefined;
  before: Standing<P> | undefined;

  private constructor(
    readonly begin: Point<P>,
    /** M-steps of earlier calls of em(). */
    readonly earlier = 0,
  ) {}

  /** One that begins, or goes on from where a fit stopped. */
  static from<P>(from: P | Fit<P>): Trail<P> {
    if (!isFit(from)) return new Trail({ parameters: from });
    const { standing } = from;
    const trail = new Trail<P>(standing ?? { parameters: from.parameters }, from.nIter);
    trail.#follow(
      from,
      from.notes.filter(note => !standing?.notes?.includes(note)),
    );
    if (standing) trail.history.push(standing.objective);
    trail.standing = standing;
    trail.reported = from.history.length - 1;
    return trail;
  }

  /** One that finds the objective of the last point again, and goes on from there; undefined where there is none. */
  again(): Trail<P> | undefined {
    if (!this.standing) return undefined;
    const trail = new Trail<P>(this.standing, this.earlier);
    trail.#follow(this, [...this.notes.values()]);
    trail.before = this.before && { ...this.before, memory: this.standing.memory };
    trail.reported = this.reported;
    return trail;
  }

  #follow({ history, nESteps }: Pick<Fit<P>, 'history' | 'nESteps'>, notes: readonly Note[]): void {
    this.history.push(...history.slice(0, -1));
    this.nESteps = nESteps;
    for (const note of notes) this.notes.set(note.kind, note);
  }

  /** @param parameters default: those of the last objective */
  fit(standing: Standing<P>, stopReason: StopReason, parameters = standing.parameters): Fit<P> {
    const { history, nESteps } = this;
    return {
      parameters,
      logLikelihood: history[history.length - 1],
      history,
      nIter: history.length - 1,
      nESteps,
      converged: stopReason === 'tolerance',
      stopReason,
      notes: [...(standing.notes ?? []), ...this.notes.values()],
      standing,
    };
  }

  /** Have an error that ends the fit carry the last good one. */
  end(error: unknown): void {
    if (!(error instanceof EmError && this.standing)) return;
    error.lastGood ??= this.fit(this.standing, 'failed');
    error.message += ` (after ${this.history.length - 1} M-steps)`;
  }
}

const lostNote = (times: number): Note => ({
  kind: 'device-lost',
  message: `The GPU device was lost ${times === 1 ? 'once' : `${times} times`} during the fit; the rows were loaded again on another, and the fit went on from there.`,
});

const isFit = <P>(from: P | Fit<P>): from is Fit<P> =>
  typeof from === 'object' && from !== null && 'parameters' in from && 'stopReason' in from;

/**
 * Alternate E- and M-steps from where the trail stands until told to stop.
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
  const { history } = trail;
  const stop = stoppingRule(options, { ...rule, leaps: accelerate !== undefined });
  const problem = model.on(table);
  const eStep = await rule.begin(problem);
  const mStep = mStepRule.begin(problem);
  const acceleration = accelerate?.begin(model);

  const evaluate = async (parameters: P, from?: Standing<P>) => {
    trail.nESteps++;
    const statistics = await eStep(parameters, history.length, from?.statistics.state);
    for (const note of statistics.notes ?? []) trail.notes.set(note.kind, note);
    return { statistics, objective: statistics.logLikelihood + (mStep.logPrior?.(parameters) ?? 0) };
  };

  /** The objective at a point is known from now on. */
  const land = async (
    point: Point<P>,
    found: { statistics: Statistics; objective: number },
    from?: Standing<P>,
  ) => {
    const { parameters } = point;
    const { statistics, objective } = found;
    if (from && rule.monotone) {
      const sizes = [from.objective, from.statistics.magnitude ?? 0, statistics.magnitude ?? 0];
      const change = {
        before: from.objective,
        after: objective,
        magnitude: Math.max(...sizes.map(Math.abs)),
      };
      checkMonotone(problem, from.statistics, change, parameters, history.length, rule.slack);
    }
    const recent = [...(from?.recent ?? []), parameters].slice(-(rule.average ?? 1));
    const isSettled = rule.isPartition && from && problem.isSettled?.(from.statistics, statistics);
    const standing: Standing<P> = {
      ...point,
      statistics,
      objective,
      recent,
      isSettled,
      memory: from?.memory,
    };
    trail.before = from;
    trail.standing = standing;
    history.push(objective);
    const iteration = history.length - 1;
    if (iteration > trail.reported) {
      trail.reported = iteration;
      const ledger = () => ledgerOf(problem, rule, statistics, parameters, iteration);
      await onIteration?.({ iteration, logLikelihood: objective, parameters, ledger });
    }
    return standing;
  };

  /** The M-step, or a leap beyond it where the objective there is no lower. */
  const move = async (from: Standing<P>, leaps: boolean): Promise<Standing<P>> => {
    const { parameters, notes } = mStep.maximise(from.statistics, from.parameters);
    const beyond = leaps ? acceleration?.leap(from.parameters, parameters, from.memory) : undefined;
    let memory = beyond ? beyond.memory : from.memory;
    if (beyond?.leap !== undefined) {
      const found = await evaluate(beyond.leap, from).catch(error => {
        if (error instanceof EmError) return undefined;
        throw error;
      });
      if (found && found.objective >= from.objective)
        return land({ parameters: beyond.leap, notes, isLeap: true }, found, { ...from, memory });
      memory = acceleration?.rejected(memory);
    }
    return land({ parameters, notes }, await evaluate(parameters, from), { ...from, memory });
  };

  const losses = () => table.losses ?? 0;
  const before = losses();
  /** What happened to the table meanwhile. */
  const look = () => {
    if (losses() > before) trail.notes.set('device-lost', lostNote(losses() - before));
  };

  const finish = async (standing: Standing<P>, stopReason: StopReason) => {
    if (options.resumable !== false && problem.remember)
      standing = { ...standing, remembered: await problem.remember() };
    look();
    if (standing.recent.length < 2) return trail.fit(standing, stopReason);
    const averaged = averageOf(standing.recent);
    history[history.length - 1] = (await evaluate(averaged, standing)).objective;
    return trail.fit(standing, stopReason, averaged);
  };

  try {
    if (trail.standing?.remembered !== undefined) problem.recall?.(trail.standing.remembered);
    let goesOn = trail.standing !== undefined;
    let here =
      trail.standing ?? (await land(trail.begin, await evaluate(trail.begin.parameters), trail.before));
    for (;;) {
      const stopReason = here.isSettled ? 'tolerance' : stop(history, here.statistics.mass, trail.earlier);
      const isThere = stopReason === 'tolerance';
      // A fit ends with an M-step, not with a leap; one that goes on takes at least one.
      if (stopReason && !(isThere && (here.isLeap || goesOn))) return await finish(here, stopReason);
      here = await move(here, !isThere || goesOn);
      goesOn = false;
    }
  } catch (error) {
    look();
    trail.end(error);
    throw error;
  } finally {
    eStep.dispose?.();
    problem.dispose?.();
  }
}
