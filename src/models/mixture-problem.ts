import { adjust } from '../contract/densities.js';
import { blockRange, type EStepOptions, type SumOptions } from '../contract/e-step.js';
import type { Posterior, ResponsibilitySource } from '../contract/posterior.js';
import type { Statistics } from '../contract/statistics.js';
import type { Rows } from '../contract/table.js';
import type { Arrays, Family } from '../families/family.js';
import { type Doubts, determined } from './determined.js';
import { expectedLogJoint, magnitude } from './expected-log-joint.js';
import type { MixtureModel, MixtureParameters } from './mixture.js';
import { checkConcentration, type MixturePrior } from './mixture-prior.js';
import type { Problem } from './model.js';

/** A mixture bound to rows. */
export class MixtureProblem<P extends Arrays, F extends Family<P>>
  implements Problem<MixtureParameters<P>, Rows>
{
  constructor(
    readonly model: MixtureModel<P, F>,
    readonly table: Rows,
  ) {}

  async eStep(parameters: MixtureParameters<P>, options: EStepOptions = {}): Promise<Statistics> {
    const { model, table } = this;
    const densities = adjust(model.densities(parameters, table), options);
    const { assignment, beta = 1, block } = options;
    const ask = (sums: SumOptions) => table.eStep(densities, { assignment, block, ...sums });
    const statistics = await determined(ask, this.#doubts(parameters));
    const baseline = await this.model.baselines.of(this.table);
    const [begin, end] = blockRange(table.shape[0], block);
    const common = baseline ? total(baseline, table.weights, begin, end) : 0;
    const own = statistics.logLikelihood / beta;
    const size = Math.abs(own) + Math.abs(common);
    return { ...statistics, logLikelihood: own + common, baseline: common, magnitude: size };
  }

  async accumulate(parameters: MixtureParameters<P>, source: ResponsibilitySource): Promise<Statistics> {
    const { model, table } = this;
    const densities = model.densities(parameters, table);
    const ask = (sums: SumOptions) => table.accumulate(densities, source, sums);
    return determined(ask, this.#doubts(parameters));
  }

  #doubts(parameters: P): Doubts<Statistics> {
    const { family } = this.model;
    return {
      doubtful: found => family.doubtful?.(found, parameters) ?? [],
      leapt: found => family.leapt?.(found, parameters) ?? [],
    };
  }

  async *posterior(
    parameters: MixtureParameters<P>,
    options?: { responsibilities?: boolean },
  ): AsyncIterable<Posterior> {
    const baseline = await this.model.baselines.of(this.table);
    const densities = this.model.densities(parameters, this.table);
    for await (const posterior of this.table.posterior(densities, options)) {
      const { begin, logDensities } = posterior;
      if (baseline) for (let i = 0; i < logDensities.length; i++) logDensities[i] += baseline[begin + i];
      yield posterior;
    }
  }

  expectedLogJoint(statistics: Statistics, parameters: MixtureParameters<P>): number {
    const densities = this.model.densities(parameters, this.table);
    return expectedLogJoint(statistics, densities) + (statistics.baseline ?? 0);
  }

  magnitude(statistics: Statistics, parameters: MixtureParameters<P>): number {
    const densities = this.model.densities(parameters, this.table);
    return magnitude(statistics, densities) + Math.abs(statistics.baseline ?? 0);
  }

  resolvePrior({ weights = 1, components }: Partial<MixturePrior>): MixturePrior {
    const { family, nComponents } = this.model;
    return {
      weights: checkConcentration(weights),
      components: components && family.prior(components, this.table, nComponents),
    };
  }
}

/** Σ of values [begin, end), each as often as its row counts. */
function total(values: Float64Array, weights: Float64Array | undefined, begin: number, end: number): number {
  let sum = 0;
  for (let i = begin; i < end; i++) sum += (weights?.[i] ?? 1) * values[i];
  return sum;
}
