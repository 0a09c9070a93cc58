import type { EStepRule, Rows } from '../backends/backend.js';
import type { Statistics } from '../statistics.js';

/** Something worth telling the user that is no error. */
export interface Note {
  readonly kind: 'empty-component' | 'collapsed-component';
  readonly component: number;
  readonly message: string;
}

/** How hidden variables join families; θ is a plain value P. */
export interface Model<P> {
  /** Expected sufficient statistics of all rows at θ. */
  eStep(parameters: P, rows: Rows, rule?: EStepRule): Promise<Statistics>;
  /** argmax_θ Q(θ), in closed form, in float64. Pure. */
  mStep(statistics: Statistics, previous: P): { parameters: P; notes: Note[] };
  /**
   * How much of Q the M-step that gave `parameters` fell short of the maximum (nats, total; may be Infinity), by
   * regularisation and by statistics of relative rounding `epsilon`: the likelihood may fall by this. Asked only
   * after a fall.
   */
  mStepShortfall(statistics: Statistics, parameters: P, epsilon: number): number;
}
