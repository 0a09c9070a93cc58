import type { DeviceChoice } from '../backends/choose.js';
import { isMatrix, type Matrix } from '../data/matrix.js';
import { codesOf, levelsOf, oneHot } from '../data/one-hot.js';
import { checkPoints, type Points } from '../data/points.js';
import { InvalidArgumentError, InvalidDataError } from '../errors.js';
import { bernoulli, binomial } from '../families/binomial.js';
import type { Linear } from '../families/linear.js';
import { multinomial } from '../families/multinomial.js';
import { poisson } from '../families/poisson.js';
import { flatten, givenParameters, type Numbers } from '../init/given-parameters.js';
import { MixtureModel, type MixtureParameters } from '../models/mixture.js';
import type { SampledPoints } from '../models/sample.js';
import { checkOptionNames } from '../option-names.js';
import { FORMAT, type MixtureJson, nest, readMixture, VERSION } from '../serialize.js';
import { type FitInfo, FittedMixture } from './fitted-mixture.js';
import { fitBest, runInfo, runSummary } from './fitting.js';
import { COMMON_OPTIONS, type CommonOptions, type FitProgress } from './options.js';
import { logLikelihoodOf, RULE_OPTIONS, type RuleOptions, rulesOf } from './rules.js';
import { startOf } from './starts.js';

/** Families of counts, by name. 'categorical' takes columns of codes 0, 1, 2, …; see `docs/rules.md`. */
export const FAMILIES = ['poisson', 'bernoulli', 'binomial', 'multinomial', 'categorical'] as const;
export type FamilyName = (typeof FAMILIES)[number];

type Name = 'rates' | 'probabilities';
type CountParameters = { readonly [name in Name]: Float64Array };

export interface MixtureOptions extends CommonOptions, RuleOptions {
  /** What the components are; for Gaussians see `GaussianMixture`. */
  family: FamilyName;
  /** Trials of a binomial; of a multinomial, the total of drawn rows (default 1). */
  trials?: number;
  /** Codes of each categorical column. Default: as many as the points have. */
  levels?: readonly number[];
  /** Called, and awaited, after every E-step. */
  onIteration?: (progress: FitProgress<CountParameters>) => unknown;
}

const OPTIONS: ReadonlySet<string> = new Set([
  ...COMMON_OPTIONS,
  ...RULE_OPTIONS,
  'family',
  'trials',
  'levels',
  'onIteration',
] satisfies (keyof MixtureOptions)[]);

/** What tells families of one name apart. */
export interface FamilySettings {
  readonly family: FamilyName;
  readonly trials?: number;
  readonly levels?: readonly number[];
}

/** A mixture whose fit is known. */
export type FittedCounts = Mixture & { readonly fitInfo: FitInfo };

/** A mixture of counts: a value. Its arrays are shared, not copied, and are to be read only. */
export class Mixture extends FittedMixture<CountParameters> {
  readonly family: FamilyName;
  readonly trials: number | undefined;
  readonly levels: readonly number[] | undefined;
  /** [K, D] of a Poisson mixture */
  readonly rates: Float64Array | undefined;
  /** [K, D] of all others; of categorical columns D is the number of all their codes */
  readonly probabilities: Float64Array | undefined;

  private constructor(
    settings: FamilySettings,
    model: MixtureModel<CountParameters>,
    parameters: MixtureParameters<CountParameters>,
    device: DeviceChoice,
    fitInfo?: FitInfo,
  ) {
    super(model, parameters, device, fitInfo);
    ({ family: this.family, trials: this.trials, levels: this.levels } = settings);
    ({ rates: this.rates, probabilities: this.probabilities } = parameters);
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
    const { family: name, trials, levels, init = 'k-means++', eStep, mStep, fixed, ...rest } = options;
    const settings = complete({ family: name, trials, levels }, points);
    const family = familyOf(settings);
    const model = new MixtureModel<CountParameters>(family, options.nComponents);
    const { start, seeded } = startOf(init);
    const rules = rulesOf({ eStep, mStep, fixed, accelerate: rest.accelerate });
    return fitBest(encode(points, settings), { ...rest, ...rules }, rows => ({
      model,
      seeded,
      start: given => start(model, rows, given),
      rank: fit =>
        rules.eStep.monotone ? Promise.resolve(fit.logLikelihood) : logLikelihoodOf(rules, model, rows, fit),
      async finish(fit, device) {
        const logLikelihood = await logLikelihoodOf(rules, model, rows, fit);
        const info = { ...runInfo(fit, rows.backend), logLikelihood };
        return new Mixture(settings, model, fit.parameters, device, info) as FittedCounts;
      },
    }));
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
    return new Mixture(settings, model, givenParameters(model, d, given), 'auto');
  }

  /** The model that `toJSON` wrote. @throws ModelFormatError */
  static fromJSON(json: unknown): Mixture {
    return readMixture(json, (settings, given, fit) => {
      const { weights } = given;
      const family = familyOf(settings);
      const model = new MixtureModel<CountParameters>(family, weights.length);
      const parameters = givenParameters(model, given.nFeatures, given);
      return new Mixture(
        settings,
        model,
        parameters,
        'auto',
        fit && { ...fit, history: [fit.logLikelihood], notes: [] },
      );
    });
  }

  toJSON(): MixtureJson {
    const [k, d] = [this.nComponents, this.nFeatures];
    const { family, trials, levels, rates, probabilities, fitInfo } = this;
    return {
      format: FORMAT,
      version: VERSION,
      model: 'mixture',
      family,
      ...(trials !== undefined && { trials }),
      ...(levels && { levels: [...levels] }),
      nComponents: k,
      nFeatures: d,
      weights: nest(this.weights, [k]),
      ...(rates && { rates: nest(rates, [k, d]) }),
      ...(probabilities && { probabilities: nest(probabilities, [k, d]) }),
      ...(fitInfo && { fit: { logLikelihood: fitInfo.logLikelihood, ...runSummary(fitInfo) } }),
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

/** @throws InvalidArgumentError for an unknown family, or settings that it lacks or does not have */
function familyOf({ family, trials, levels }: FamilySettings): Linear<Name> {
  const families: Record<FamilyName, () => Linear<'rates'> | Linear<'probabilities'>> = {
    poisson,
    bernoulli,
    binomial: () => binomial({ trials: trials as number }),
    multinomial: () => multinomial({ trials }),
    categorical: () => multinomial({ levels }),
  };
  if (!Object.hasOwn(families, family)) {
    throw new InvalidArgumentError(
      `family must be one of ${FAMILIES.join(', ')}, got ${JSON.stringify(family)}.`,
    );
  }
  if (trials !== undefined && family !== 'binomial' && family !== 'multinomial') {
    throw new InvalidArgumentError(
      `trials are the binomial and multinomial families', not the ${family} family's.`,
    );
  }
  if (!levels && family === 'categorical') {
    throw new InvalidArgumentError('The categorical family needs levels: how many codes each column has.');
  }
  if (levels && family !== 'categorical') {
    throw new InvalidArgumentError(`levels are the categorical family's, not the ${family} family's.`);
  }
  return families[family]() as Linear<Name>;
}

/** Categorical columns say themselves how many codes they have, if nobody else does. */
function complete(settings: FamilySettings, points: Points): FamilySettings {
  if (settings.family !== 'categorical' || settings.levels) return settings;
  return { ...settings, levels: levelsOf(codes(points)) };
}

function encode(points: Points, { family, levels }: FamilySettings): Points {
  if (family !== 'categorical') return points;
  const own = codes(points);
  if (own.shape[1] !== levels?.length) {
    throw new InvalidDataError(`Expected ${levels?.length} categorical columns, got ${own.shape[1]}.`);
  }
  return oneHot(own, levels);
}

function codes(points: Points): Matrix {
  const checked = checkPoints(points);
  if (isMatrix(checked)) return checked;
  throw new InvalidDataError(
    'Categorical columns are encoded on the host: pass a matrix or an array of rows, not resident rows.',
  );
}
