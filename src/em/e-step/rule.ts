import type { Statistics } from '../../contract/statistics.js';
import type { Problem } from '../../models/model.js';

/** Which q an E-step takes: a value that is passed to `em` and to the estimators. */
export interface EStepRule {
  readonly kind: 'e-step';
  readonly name: string;
  /** Whether q is the posterior of all rows, so that the objective is log p(x | θ). Default false. */
  readonly exact?: boolean;
  /** Whether the objective is F(q, θ) of this q (with H / β), so that a ledger can be drawn up. Default true. */
  readonly isFreeEnergy?: boolean;
  /** Whether the objective never falls, given an M-step that does not lower Q. */
  readonly monotone: boolean;
  /** Whether q puts each row in one component, so that it has settled once it repeats. Default false. */
  readonly isPartition?: boolean;
  /** Nats per row by which the objective may fall all the same, where q is found by iterating. Default 0. */
  readonly slack?: number;
  /** M-steps between the objectives that convergence compares: those of one pass over the rows. Default 1. */
  readonly stride?: number;
  /** M-steps during which the rule still changes, so that nothing converges. Default 0. */
  readonly leadIn?: number;
  /** Last iterations whose parameters are averaged into the result. Default 1. */
  readonly average?: number;
  /** β_t, where the objective is E_q[log p] + H(q) / β. Default 1. */
  beta?(iteration: number): number;
  /** The E-steps of one fit. @throws InvalidArgumentError for settings that these rows cannot meet */
  begin<P>(problem: Problem<P>): EStep<P> | Promise<EStep<P>>;
}

/** Statistics under q; `logLikelihood` is the rule's objective. */
export interface EStepStatistics extends Statistics {
  /** What the rule keeps from E-step to E-step, as plain data. */
  readonly state?: unknown;
}

/** (θ, M-steps so far, state of the E-step before) → statistics under q. Nothing else is remembered. */
export interface EStep<P> {
  (parameters: P, iteration: number, state?: unknown): Promise<EStepStatistics>;
  /** Called once the fit has ended, well or not. */
  dispose?(): void;
}
