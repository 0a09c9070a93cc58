import { type Statistics, scale } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import type { Model } from '../models/model.js';
import { blend, type StepSize, stepSizes } from './e-step/stepwise.js';
import { maximumLikelihood } from './m-step/maximum-likelihood.js';
import type { MStep, MStepRule } from './m-step/rule.js';

export interface OnlineOptions extends StepSize {
  /** Which θ. Default: maximum likelihood. */
  mStep?: MStepRule;
}

/** What one chunk did. */
export interface OnlineProgress<P> {
  /** The parameters after it. */
  readonly parameters: P;
  /** Chunks and rows seen so far. */
  readonly chunks: number;
  readonly nRows: number;
  /** log p(chunk) at the parameters before it: total, nats. Of rows never seen before, an honest score. */
  readonly logLikelihood: number;
}

/**
 * Online EM (Cappé & Moulines 2009) for rows that never fit: each chunk's statistics a row are blended into running
 * ones, s ← (1 − γ_t) s + γ_t s̄ with γ_t = (t + delay)^(−exponent), and the M-step follows at once. Nothing grows with
 * the number of chunks. A chunk weighs as much as its γ says, whatever its size: let chunks be about equally long.
 *
 * @throws InvalidArgumentError for an exponent outside of (0.5, 1] or a delay below 1
 */
export class OnlineEm<P> {
  readonly #gamma: (t: number) => number;
  readonly #rule: MStepRule;
  #mStep: MStep<P> | undefined;
  #parameters: P;
  #running: Statistics | undefined;
  #chunks = 0;
  #nRows = 0;

  constructor(
    private readonly model: Model<P>,
    start: P,
    { mStep = maximumLikelihood(), ...stepSize }: OnlineOptions = {},
  ) {
    this.#gamma = stepSizes(stepSize);
    this.#rule = mStep;
    this.#parameters = start;
  }

  get parameters(): P {
    return this.#parameters;
  }

  /** Learn from one chunk of rows. @throws InvalidArgumentError, DegenerateCovarianceError; nothing has changed then */
  async partialFit(rows: Rows): Promise<OnlineProgress<P>> {
    const { model } = this;
    const problem = model.on(rows);
    const fresh = await problem.eStep(this.#parameters);
    const running = this.#running
      ? blend(this.#running, fresh, this.#gamma(this.#chunks - 1))
      : scale(fresh, 1 / fresh.mass);
    // In rows, so that what counts as empty, and priors, weigh as they do elsewhere.
    const nRows = this.#nRows + fresh.mass;
    this.#mStep ??= this.#rule.begin(problem); // a prior's defaults are the first chunk's
    const { parameters } = this.#mStep.maximise(scale(running, nRows), this.#parameters);
    this.#parameters = parameters;
    this.#running = running;
    this.#nRows = nRows;
    this.#chunks++;
    return { parameters, chunks: this.#chunks, nRows, logLikelihood: fresh.logLikelihood };
  }
}
