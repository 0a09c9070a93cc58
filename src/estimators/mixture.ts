import { codesOf } from '../data/one-hot.js';
import { flatten, givenParameters, type Numbers } from '../init/given-parameters.js';
import { MixtureModel, type MixtureParameters } from '../models/mixture.js';
import type { SampledPoints } from '../models/sample.js';
import { checkOptionNames } from '../option-names.js';
import { modelHeader, nest } from '../serialize.js';
import {
  type CountParameters,
  complete,
  encode,
  type FamilyName,
  type FamilySettings,
  familyOf,
} from './count-family.js';
import { type FitInfo, FittedMixture, fitJson, type Provenance } from './fitted-mixture.js';
import { fitBest, runInfo } from './fitting.js';
import { MIXTURE, type MixtureJson, readMixture } from './mixture-json.js';
import { COMMON_OPTIONS, type CommonOptions, type FitProgress } from './options.js';
import { rowOf } from './parts.js';
import type { Points } from './points.js';
import { defaultInit, logLikelihoodOf, RULE_OPTIONS, type RuleOptions, rulesOf } from './rules.js';
import { startOf } from './starts.js';
import { checkColumns, checkLevelNames, type LevelNames, levelNamesJson } from './table-names.js';

export interface MixtureOptions extends CommonOptions, RuleOptions {
  /** What the components are; for Gaussians see `GaussianMixture`. */
  family: FamilyName;
  /** Trials of a binomial; of a multinomial, the total of drawn rows (default 1). */
  trials?: number;
  /** Codes of each categorical column. Default: as many as the points have. */
  levels?: readonly number[];
  /** What the codes of each categorical column stand for, by column; kept in the model. */
  levelNames?: LevelNames;
  /** Called, and awaited, after every E-step. */
  onIteration?: (progress: FitProgress<CountParameters>) => unknown;
}

const OPTIONS: ReadonlySet<string> = new Set([
  ...COMMON_OPTIONS,
  ...RULE_OPTIONS,
  'family',
  'trials',
  'levels',
  'levelNames',
  'onIteration',
] satisfies (keyof MixtureOptions)[]);

/** A mixture whose fit is known. */
export type FittedCounts = Mixture & { readonly fitInfo: FitInfo };

/** A mixture of counts: a value. Its arrays are shared, not copied, and are to be read only. */
export class Mixture extends FittedMixture<CountParameters> {
  readonly family: FamilyName;
  readonly trials: number | undefined;
  readonly levels: readonly number[] | undefined;
  /** What the codes of each categorical column stand for, where the fit was told. */
  readonly levelNames: LevelNames | undefined;
  /** [K, D] of a Poisson mixture */
  readonly rates: Float64Array | undefined;
  /** [K, D] of all others; of categorical columns D is the number of all their codes */
  readonly probabilities: Float64Array | undefined;

  private constructor(
    settings: FamilySettings,
    model: MixtureModel<CountParameters>,
    parameters: MixtureParameters<CountParameters>,
    { levelNames, ...provenance }: Provenance & { readonly levelNames?: LevelNames },
  ) {
    super(model, parameters, provenance);
    ({ family: this.family, trials: this.trials, levels: this.levels } = settings);
    ({ rates: this.rates, probabilities: this.probabilities } = parameters);
    this.levelNames = levelNames;
    Object.freeze(this);
  }

  /**
   * Fit by EM, the best of `nInit` starts; exact maximum likelihood unless rules say otherwise. Stopping, and what is
   * thrown, are `GaussianMixture.fit`'s.
   *
   * @throws InvalidDataError for rows outside of the family's support
   */
  static async fit(points: Points, options: MixtureOptions): Promise<FittedCounts> {
    checkOptionNames(options, OPTIONS);
    const { family: name, trials, levels, init, eStep, mStep, fixed, ...others } = options;
    const { columns: names, levelNames: named, ...rest } = others;
    const settings = complete({ family: name, trials, levels }, points, named);
    const family = familyOf(settings);
    const model = new MixtureModel<CountParameters>(family, options.nComponents);
    const rules = rulesOf({ eStep, mStep, fixed, accelerate: rest.accelerate, tol: rest.tol });
    const { start, seeded } = startOf(init ?? defaultInit(rules));
    return fitBest(encode(points, settings), { ...rest, ...rules }, rows => {
      const columns = checkColumns(names, settings.levels?.length ?? rows.shape[1]);
      const levelNames = checkLevelNames(named, settings.levels ?? []);
      return {
        model,
        seeded,
        start: (on, given) => start(model, on, given),
        measure: (fit, on) => logLikelihoodOf(rules, model.on(on), fit),
        comparesMeasures: !rules.eStep.monotone,
        finish(fit, device) {
          const fitInfo = { ...runInfo(fit), logLikelihood: fit.measured };
          const provenance = { device, fitInfo, columns, levelNames };
          return new Mixture(settings, model, fit.parameters, provenance) as FittedCounts;
        },
      };
    });
  }

  /**
   * A mixture of given parameters, flat or nested; as many components as weights.
   *
   * @throws InvalidArgumentError
   */
  static fromParameters(
    given: { weights: Numbers } & ({ rates: Numbers } | { probabilities: Numbers }),
    settings: FamilySettings,
  ): Mixture {
    const nComponents = given.weights.length;
    const family = familyOf(settings);
    const values = (given as Record<string, Numbers | undefined>)[family.definition.parameter];
    const model = new MixtureModel<CountParameters>(family, nComponents);
    const d = values ? flatten(values).length / nComponents : 0;
    return new Mixture(settings, model, givenParameters(model, d, given), { device: 'auto' });
  }

  /** Component k by itself: its weight, and its row of `rates` or `probabilities`. @throws InvalidArgumentError */
  component(k: number): {
    readonly weight: number;
    readonly rates?: number[];
    readonly probabilities?: number[];
  } {
    const { weights, rates, probabilities } = this;
    const own = rowOf((rates ?? probabilities) as Float64Array, k, weights.length);
    return { weight: weights[k], ...(rates ? { rates: own } : { probabilities: own }) };
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): Mixture {
    const { settings, model, parameters, ...known } = readMixture(json);
    return new Mixture(settings, model, parameters, { device: 'auto', ...known });
  }

  toJSON(): MixtureJson {
    const [k, d] = [this.nComponents, this.nFeatures];
    const { family, trials, levels, levelNames, rates, probabilities, fitInfo } = this;
    return {
      ...modelHeader(MIXTURE, this.columns),
      family,
      ...(trials !== undefined && { trials }),
      ...(levels && { levels: [...levels] }),
      ...(levelNames && { levelNames: levelNamesJson(levelNames) }),
      nComponents: k,
      nFeatures: d,
      weights: nest(this.weights, [k]),
      ...(rates && { rates: nest(rates, [k, d]) }),
      ...(probabilities && { probabilities: nest(probabilities, [k, d]) }),
      ...(fitInfo && { fit: fitJson(fitInfo) }),
    };
  }

  /** Draw n rows, with the component each came from; codes where the columns are categorical. */
  override sample(n: number, options?: { seed?: number }): SampledPoints {
    const drawn = super.sample(n, options);
    return this.levels ? { ...drawn, ...codesOf(drawn, this.levels) } : drawn;
  }

  protected override encode(points: Points): Points {
    return encode(points, this);
  }
}
