import { isMatrix, MAX_FEATURES, type Matrix } from '../data/matrix.js';
import { levelsOf, oneHot } from '../data/one-hot.js';
import { InvalidArgumentError, InvalidDataError } from '../errors.js';
import { bernoulli } from '../families/binomial.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import { covarianceType } from '../families/covariance/index.js';
import type { Family } from '../families/family.js';
import { Gaussian, gaussian } from '../families/gaussian.js';
import { multinomial } from '../families/multinomial.js';
import { poisson } from '../families/poisson.js';
import type { GivenChain } from '../init/chain-starts.js';
import { flatten, type Numbers } from '../init/given-parameters.js';
import { checkInteger, inWords } from '../numbers.js';
import { checkStandardize } from './options.js';
import type { CheckedPoints } from './points.js';

/** Families by name. */
export const EMISSIONS = ['gaussian', 'categorical', 'poisson', 'bernoulli', 'multinomial'] as const;
export type EmissionName = (typeof EMISSIONS)[number];

/** What states emit, and how rows are turned into what the family takes. */
export interface Emission {
  /** One of `EMISSIONS`, or the name of a family of the caller's. */
  readonly name: string;
  readonly family: Family;
  readonly covarianceType?: CovarianceName;
  /** of 'categorical' */
  readonly nSymbols?: number;
}

export interface EmissionOptions {
  emission?: EmissionName | Family;
  covarianceType?: CovarianceName;
  regCovar?: number;
  nSymbols?: number;
}

/**
 * @param symbolsOf how many symbols there are where `nSymbols` does not say so
 * @throws InvalidArgumentError for an unknown family, or an option that it does not have
 */
export function emissionOf(
  { emission = 'gaussian', covarianceType: type, regCovar, nSymbols }: EmissionOptions,
  symbolsOf: () => number,
): Emission {
  const isGaussian = emission === 'gaussian';
  if (!isGaussian && (type !== undefined || regCovar !== undefined)) {
    throw new InvalidArgumentError("covarianceType and regCovar are options of emission 'gaussian'.");
  }
  if (emission !== 'categorical' && nSymbols !== undefined) {
    throw new InvalidArgumentError("nSymbols is an option of emission 'categorical'.");
  }
  if (isGaussian) {
    const covariance = covarianceType(type ?? 'full');
    return { name: emission, family: gaussian({ covariance, regCovar }), covarianceType: covariance.name };
  }
  if (emission === 'categorical') {
    const symbols =
      nSymbols === undefined ? symbolsOf() : checkInteger('nSymbols', nSymbols, 1, MAX_FEATURES);
    return { name: emission, family: multinomial(), nSymbols: symbols };
  }
  if (emission === 'poisson' || emission === 'bernoulli' || emission === 'multinomial') {
    return { name: emission, family: { poisson, bernoulli, multinomial }[emission]() };
  }
  if (typeof emission === 'object' && typeof emission?.maximise === 'function') {
    if (emission instanceof Gaussian) {
      return { name: 'gaussian', family: emission, covarianceType: emission.covariance.name };
    }
    return { name: emission.name, family: emission };
  }
  throw new InvalidArgumentError(
    `emission must be a family or one of ${EMISSIONS.join(', ')}, got ${inWords(emission)}.`,
  );
}

/**
 * The way to a Gaussian family in the units of columns, if that is asked for.
 *
 * @throws InvalidArgumentError for emissions that have no units
 */
export function standardisedEmission(
  standardize: boolean | undefined,
  { family, name }: Emission,
): ((scale: Float64Array) => Family) | undefined {
  if (!(family instanceof Gaussian)) {
    if (!standardize) return undefined;
    throw new InvalidArgumentError(`standardize is an option of emission 'gaussian', not of '${name}'.`);
  }
  const isStandardised = checkStandardize(standardize, family.covariance.name);
  return isStandardised ? scale => family.standardised(scale) as Family : undefined;
}

/** How many symbols given probabilities are of. */
export function symbolsOf(init: string | GivenChain, nStates: number): number | undefined {
  const { probabilities: given } = (Object(Object(init).emission) ?? {}) as { probabilities?: Numbers };
  return given && flatten(given).length / nStates;
}

/** How many symbols a column has: one more than its largest. */
export const symbolsIn = (points: CheckedPoints): number => levelsOf(symbols(points))[0];

/** Points as the family takes them. @throws InvalidDataError for a symbol out of range */
export function encode(points: CheckedPoints, { nSymbols }: Emission): CheckedPoints {
  return nSymbols === undefined ? points : oneHot(symbols(points), [nSymbols]);
}

/** Rows as the caller knows them: [n, 1] symbols in place of one-hot rows. */
export function decodeRows({ data, shape }: Matrix, { nSymbols }: Emission): Matrix & { data: Float64Array } {
  if (nSymbols === undefined) return { data: Float64Array.from(data), shape };
  const [n] = shape;
  const codes = Float64Array.from({ length: n }, (_, i) =>
    data.subarray(i * nSymbols, (i + 1) * nSymbols).indexOf(1),
  );
  return { data: codes, shape: [n, 1] };
}

function symbols(points: CheckedPoints): Matrix {
  if (!isMatrix(points)) {
    throw new InvalidDataError(
      'Symbols are encoded on the host: pass a matrix, an array of rows or of sequences, not resident rows.',
    );
  }
  if (points.shape[1] === 1) return points;
  throw new InvalidDataError(`Expected one column of symbols 0, 1, 2, …, got ${points.shape[1]} columns.`);
}
