import type { Problem } from '../models/model.js';

/** Where to go from an M-step's result: a value that is passed to `em` and to the estimators. */
export interface Accelerator {
  readonly kind: 'accelerator';
  readonly name: string;
  begin<P>(model: Problem<P>['model']): Acceleration<P>;
}

export interface Acceleration<P> {
  /**
   * θ and what the M-step made of it → a leap beyond, if there is one to try. A leap is kept only where the objective
   * is no lower than at θ; else the M-step's result takes its place, and `rejected` is told.
   */
  leap(previous: P, maximised: P): P | undefined;
  rejected(): void;
}
