import type { Statistics } from '../../contract/statistics.js';
import type { Note, Problem } from '../../models/model.js';

/** How an M-step moves θ: a value that is passed to `em` and to the estimators. */
export interface MStepRule {
  readonly kind: 'm-step';
  readonly name: string;
  /** The M-steps of one fit. @throws InvalidArgumentError for settings that do not fit the model */
  begin<P>(problem: Problem<P>): MStep<P>;
}

export interface MStep<P> {
  maximise(statistics: Statistics, previous: P): { parameters: P; notes?: readonly Note[] };
  /** What is added to the objective: a prior's log density, up to a constant. */
  logPrior?(parameters: P): number;
}

export interface MStepOptions {
  /** Parameters that stay as they are, by name: 'weights', 'means', … */
  fixed?: readonly string[];
}
