import type { Rows } from '../contract/table.js';
import { DegenerateCovarianceError, EmError, InvalidArgumentError } from '../errors.js';
import { type Gaussian, gaussian } from '../families/gaussian.js';
import { flat, type Numbers } from '../init/given-parameters.js';
import type { BayesianMixturePriors } from '../models/bayesian-mixture.js';
import { MixtureModel } from '../models/mixture.js';
import { type WeightPrior, type WeightPriorName, weightPrior } from '../models/weight-prior.js';
import { checkNumber, checkPositive } from '../numbers.js';

/** The priors of a Bayesian Gaussian mixture: Λ_k ~ Wishart(ν₀, V₀⁻¹), μ_k | Λ_k ~ N(m₀, (κ₀ Λ_k)⁻¹). */
export interface PriorOptions {
  /** Of the weights: a Dirichlet process cut off at K sticks, or a Dirichlet. Default 'dirichlet-process'. */
  weightConcentrationPriorType?: WeightPriorName;
  /** γ > 0; the smaller, the fewer components are used. Default 1 / K. */
  weightConcentrationPrior?: number;
  /** κ₀ > 0. Default 1. */
  meanPrecisionPrior?: number;
  /** m₀ [D]. Default: the mean of the rows. */
  meanPrior?: Numbers;
  /** ν₀ > D − 1. Default D. */
  degreesOfFreedomPrior?: number;
  /** V₀: full and tied [D, D], diag [D], spherical one number. Default: the covariance of the rows (over N − 1). */
  covariancePrior?: Numbers | number;
}

export const PRIOR_OPTIONS = [
  'weightConcentrationPriorType',
  'weightConcentrationPrior',
  'meanPrecisionPrior',
  'meanPrior',
  'degreesOfFreedomPrior',
  'covariancePrior',
] as const satisfies (keyof PriorOptions)[];

/** @throws InvalidArgumentError for what is wrong whatever the rows are */
export function checkPriors(options: PriorOptions): WeightPrior {
  for (const name of ['weightConcentrationPrior', 'meanPrecisionPrior'] as const) {
    const value = options[name];
    if (value !== undefined) checkPositive(name, value);
  }
  return weightPrior(options.weightConcentrationPriorType ?? 'dirichlet-process');
}

/**
 * Checked priors of given dimensions, with only the covariance left to fill in.
 *
 * @throws InvalidArgumentError naming what is out of range, what was expected and what was got
 */
function givenPriors(options: PriorOptions, family: Gaussian, k: number, d: number) {
  const weights = checkPriors(options);
  const { degreesOfFreedomPrior: degreesOfFreedom = d, meanPrior, covariancePrior } = options;
  checkNumber(
    'degreesOfFreedomPrior',
    degreesOfFreedom,
    `a finite number > D − 1 = ${d - 1}`,
    value => value > d - 1 && Number.isFinite(value),
  );
  return {
    weights,
    weightConcentration: options.weightConcentrationPrior ?? 1 / k,
    meanPrecision: options.meanPrecisionPrior ?? 1,
    degreesOfFreedom,
    mean: meanPrior === undefined ? undefined : flat('meanPrior', meanPrior, [d]),
    covariance: covariancePrior === undefined ? undefined : checkScale(covariancePrior, family, d),
  };
}

/** The same with defaults from the rows. */
export async function priorsFor(
  options: PriorOptions,
  family: Gaussian,
  k: number,
  rows: Rows,
): Promise<BayesianMixturePriors> {
  const { weights, weightConcentration, ...rest } = givenPriors(options, family, k, rows.shape[1]);
  const mean = rest.mean ?? Float64Array.from(rows.center);
  const covariance = rest.covariance ?? (await sampleCovariance(family, rows));
  return { weights, weightConcentration, components: { ...rest, mean, covariance } };
}

/** The same where nothing is left to defaults: of a model's file. */
export function completePriors(
  options: Required<PriorOptions>,
  family: Gaussian,
  k: number,
  d: number,
): BayesianMixturePriors {
  const { weights, weightConcentration, ...rest } = givenPriors(options, family, k, d);
  const [mean, covariance] = [rest.mean as Float64Array, rest.covariance as Float64Array];
  return { weights, weightConcentration, components: { ...rest, mean, covariance } };
}

/** Shape of V₀: that of one component's covariance. */
export function scaleShape({ covariance }: Gaussian, d: number): number[] {
  const shape = covariance.shape(1, d);
  return covariance.componentLength(d) > 0 && shape.length > 1 ? shape.slice(1) : shape;
}

function checkScale(given: Numbers | number, family: Gaussian, d: number): Float64Array {
  const scale = flat('covariancePrior', typeof given === 'number' ? [given] : given, scaleShape(family, d));
  try {
    family.check({ means: new Float64Array(d), covariances: scale }, 1, d);
  } catch (cause) {
    if (!(cause instanceof EmError)) throw cause;
    const [reason] = cause.message.split('. Try'); // that advice is for fits
    throw new InvalidArgumentError(
      `covariancePrior must be symmetric and positive definite; taken as a covariance: ${reason.replace(/\.$/, '')}.`,
      { cause },
    );
  }
  return scale;
}

/** The rows' own covariance in the family's shape, unbiased. */
async function sampleCovariance({ covariance }: Gaussian, rows: Rows): Promise<Float64Array> {
  const family = gaussian({ covariance, regCovar: 0 });
  const one = new MixtureModel(family, 1);
  const { mass } = rows;
  const d = rows.shape[1];
  const whole = { weights: Float64Array.of(1), ...family.around(Float64Array.from(rows.center), 1, rows) };
  const { covariances } = one.mStep(await one.on(rows).eStep(whole), whole).parameters;
  const unbiased = covariances.map(value => (value * mass) / (mass - 1));
  try {
    covariance.whiten(unbiased, 1, d);
  } catch (cause) {
    throw new DegenerateCovarianceError(
      "The covariance of the rows, which covariancePrior defaults to, is not positive definite. Try passing covariancePrior, dropping constant and linearly dependent columns, or (columns nearly dependent) device: 'cpu'.",
      (cause as DegenerateCovarianceError).column,
      { cause },
    );
  }
  return unbiased;
}
