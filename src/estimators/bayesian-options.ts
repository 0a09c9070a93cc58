import type { CovarianceName } from '../families/covariance/covariance-type.js';
import type { BayesianMixtureParameters } from '../models/bayesian-mixture.js';
import { COMMON_OPTIONS, type CommonOptions } from './options.js';
import { PRIOR_OPTIONS, type PriorOptions } from './priors.js';

export interface BayesianFitProgress {
  /** Which of the nInit starts, from 0. */
  readonly restart: number;
  /** M-steps taken so far. */
  readonly iteration: number;
  /** The evidence lower bound at `parameters`: total, nats. */
  readonly lowerBound: number;
  readonly parameters: BayesianMixtureParameters;
}

/**
 * The bound rises slowly while components empty: `tol` is 1e-5 nats a row here. (scikit-learn's default is 1e-3 for
 * all rows together, which float32 cannot resolve for many rows.)
 */
export interface BayesianGaussianMixtureOptions extends CommonOptions, PriorOptions {
  /** Default 'full'. */
  covarianceType?: CovarianceName;
  /** Added to every component's variances, as scikit-learn does; above 0 the bound may fall slightly. Default 1e-6. */
  regCovar?: number;
  /** As if every column had variance 1: see `GaussianMixtureOptions`; priors are in the units of the points. Default false. */
  standardize?: boolean;
  /** Called, and awaited, after every E-step. */
  onIteration?: (progress: BayesianFitProgress) => unknown;
}

export const BAYESIAN_GAUSSIAN_MIXTURE_OPTIONS: ReadonlySet<string> = new Set([
  ...COMMON_OPTIONS,
  ...PRIOR_OPTIONS,
  'covarianceType',
  'regCovar',
  'standardize',
  'onIteration',
] satisfies (keyof BayesianGaussianMixtureOptions)[]);

export const DEFAULT_TOL = 1e-5;
