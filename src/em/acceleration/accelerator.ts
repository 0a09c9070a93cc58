import type { Problem } from '../../models/model.js';

/** Where to go from an M-step's result: a value that is passed to `em` and to the estimators. */
export interface Accelerator {
  readonly kind: 'accelerator';
  readonly name: string;
  begin<P>(model: Problem<P>['model']): Acceleration<P>;
}

/** A leap, where there is one to try, and what the accelerator remembers from here on, as plain data. */
export interface Beyond<P> {
  readonly leap?: P;
  readonly memory: unknown;
}

export interface Acceleration<P> {
  /**
   * θ and what the M-step made of it → a leap beyond. A leap is kept only where the objective is no lower than at θ;
   * else the M-step's result takes its place, and `rejected` is told.
   *
   * @param memory of the step before; undefined at the first
   */
  leap(previous: P, maximised: P, memory: unknown): Beyond<P>;
  /** What is remembered once a leap was refused. */
  rejected(memory: unknown): unknown;
}
