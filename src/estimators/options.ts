import type { DeviceChoice } from '../backends/choose.js';
import type { Matrix } from '../data/matrix.js';
import type { StoppingOptions } from '../em/convergence.js';
import type { Progress } from '../em/fit.js';
import { InvalidArgumentError } from '../errors.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import type { Arrays } from '../families/family.js';
import type { GaussianParameters } from '../families/gaussian.js';
import type { GivenParameters, Numbers } from '../init/given-parameters.js';
import type { MixtureParameters } from '../models/mixture.js';
import { checkInteger, inWords } from '../numbers.js';
import { RULE_OPTIONS, type RuleOptions } from './rules.js';

export const INITS = ['short-runs', 'k-means++', 'k-means', 'random-from-data', 'random'] as const;

/** A way to start by name; or labels [n], responsibilities { data, shape: [n, K] }, or parameters (a model is one). */
export type Init =
  | (typeof INITS)[number]
  | ArrayLike<number>
  | Matrix
  | GivenParameters
  | { readonly weights?: Numbers; readonly rates: Numbers }
  | { readonly weights?: Numbers; readonly probabilities: Numbers };

export interface FitProgress<P extends Arrays = GaussianParameters> extends Progress<MixtureParameters<P>> {
  /** Which of the nInit starts, from 0. */
  readonly restart: number;
}

/** What fits of all mixtures can be told. */
export interface CommonOptions extends StoppingOptions {
  /** K, from 1 to 1024 and at most the number of rows. */
  nComponents: number;
  /** Default 'short-runs'; 'k-means++' under other rules than exact maximum likelihood, and for a Bayesian mixture. */
  init?: Init;
  /**
   * Starts to try; the fit of the highest likelihood (or lower bound) is kept, one with a collapsed component only where
   * no other start gives one without. Default 1.
   */
  nInit?: number;
  /** One seed gives one result on one device, bit for bit. Default 0. */
  seed?: number;
  /** Default 'auto'. */
  device?: DeviceChoice;
  /** What the columns of the points are called, in their order; kept in the model. */
  columns?: readonly string[];
}

export const COMMON_OPTIONS = [
  'nComponents',
  'init',
  'nInit',
  'tol',
  'maxIter',
  'seed',
  'device',
  'signal',
  'columns',
] as const satisfies (keyof CommonOptions)[];

export interface GaussianMixtureOptions extends CommonOptions, RuleOptions {
  /** Default 'full'. */
  covarianceType?: CovarianceName;
  /** Added to every variance, in squared units of the data. Default 1e-6. */
  regCovar?: number;
  /**
   * Fit as if every column had variance 1: regCovar is in squares of the columns' standard deviations. The fit of
   * standardised columns is otherwise that of the columns as they are, whose units the model keeps. Default false.
   */
  standardize?: boolean;
  /** Called, and awaited, after every E-step. */
  onIteration?: (progress: FitProgress) => unknown;
}

export const GAUSSIAN_MIXTURE_OPTIONS: ReadonlySet<string> = new Set([
  ...COMMON_OPTIONS,
  ...RULE_OPTIONS,
  'covarianceType',
  'regCovar',
  'standardize',
  'onIteration',
] satisfies (keyof GaussianMixtureOptions)[]);

/** @throws InvalidArgumentError unless nInit ≥ 1 and the seed is a safe integer ≥ 0 */
export function checkStarts(nInit: number, seed: number): void {
  checkInteger('nInit', nInit, 1);
  checkInteger('seed', seed, 0);
}

/** @throws InvalidArgumentError for no boolean, or columns of different units that are to share one variance */
export function checkStandardize(standardize: unknown, covariance: CovarianceName): boolean {
  if (standardize === undefined || standardize === false) return false;
  if (standardize !== true) {
    throw new InvalidArgumentError(`standardize must be true or false, got ${inWords(standardize)}.`);
  }
  if (covariance !== 'spherical') return true;
  throw new InvalidArgumentError(
    "standardize does not go with covarianceType 'spherical', one variance for all columns in their own units. Try 'diag', which is the same in all units.",
  );
}
