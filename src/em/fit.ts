import { hasCollapsed, type Note } from '../models/model.js';
import type { Accelerator } from './acceleration/accelerator.js';
import type { StoppingOptions, StopReason } from './convergence.js';
import type { Ledger } from './e-step/ledger.js';
import type { EStepRule, EStepStatistics } from './e-step/rule.js';
import type { MStepRule } from './m-step/rule.js';

/**
 * Where a fit stands: all that going on from there takes, as plain data. Its members are em()'s own business; they hold
 * the statistics of the last E-step, which are as large as the model.
 */
export interface Standing<P> {
  readonly parameters: P;
  /** What the M-step that led there had to report. */
  readonly notes?: readonly Note[];
  readonly objective: number;
  readonly statistics: EStepStatistics;
  /** The last parameters, of rules that average them. */
  readonly recent: readonly P[];
  /** Whether an accelerator's leap led there. */
  readonly isLeap?: boolean;
  /** Whether the last E-step divided the rows as the one before. */
  readonly isSettled?: boolean;
  /** The accelerator's. */
  readonly memory?: unknown;
  /** The problem's. */
  readonly remembered?: unknown;
}

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
  /** What em() goes on from; absent of fits that were made by hand or read from files. */
  readonly standing?: Standing<P>;
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
  /**
   * Whether the fit may be gone on with to the same bits. Only topics of documents take more memory for it: [n, K]
   * numbers, read back at the end. Default true.
   */
  resumable?: boolean;
  /** Called, and awaited, after every E-step; `parameters` are those of `logLikelihood`. */
  onIteration?: (progress: Progress<P>) => unknown;
}

/** How fits of one model from different starts compare. */
export interface Rank {
  readonly objective: number;
  /** Whether a component has collapsed: the objective then has no bound but regCovar's. */
  readonly collapsed: boolean;
}

export const rankOf = <P>({ logLikelihood, notes }: Fit<P>): Rank => ({
  objective: logLikelihood,
  collapsed: hasCollapsed(notes),
});

/** A fit without a collapsed component comes first, then the higher objective. */
export const outranks = (a: Rank, b: Rank): boolean =>
  a.collapsed === b.collapsed ? a.objective > b.objective : b.collapsed;
