import type { DeviceChoice } from '../backends/choose.js';
import type { StoppingOptions } from '../em/convergence.js';
import type { Progress } from '../em/fit.js';
import { maximumUnder } from '../em/m-step/maximum-a-posteriori.js';
import { maximumLikelihood } from '../em/m-step/maximum-likelihood.js';
import type { MStepRule } from '../em/m-step/rule.js';
import { InvalidArgumentError } from '../errors.js';
import type { CovarianceName } from '../families/covariance/covariance-type.js';
import type { Family } from '../families/family.js';
import {
  type ChainStart,
  drawsFrom,
  type GivenChain,
  givenChain,
  randomChain,
  stickyMixture,
} from '../init/chain-starts.js';
import { flatten, type Numbers } from '../init/given-parameters.js';
import type { ChainPrior } from '../models/chain-prior.js';
import type { ChainParameters } from '../models/hidden-markov-model.js';
import { inWords } from '../numbers.js';
import { checkOptionNames } from '../option-names.js';
import type { EmissionName } from './hidden-markov-emission.js';
import type { RuleOptions } from './rules.js';
import type { LevelNames } from './table-names.js';

export interface HiddenMarkovProgress extends Progress<ChainParameters> {
  /** Which of the nInit starts, from 0. */
  readonly restart: number;
}

/** Concentrations ≥ 1 of the chain's Dirichlet priors, 1 being flat, and the conjugate prior of the emissions. */
export interface HiddenMarkovPriors {
  initialProbs?: number;
  /** One for all, or [K, K]: larger on the diagonal favours states that last. */
  transitionMatrix?: number | Numbers;
  /** As `components` of `maximumAPosteriori`. */
  emission?: object;
}

export interface HiddenMarkovModelOptions extends StoppingOptions {
  /** K, from 1 to 1024. */
  nStates: number;
  /** What a state emits: a family, or the name of one; 'categorical' takes one column of symbols 0, 1, 2, …. Default 'gaussian'. */
  emission?: EmissionName | Family;
  /** Of 'gaussian'. Default 'full'. */
  covarianceType?: CovarianceName;
  /** Of 'gaussian': added to every variance, in squared units of the data. Default 1e-6. */
  regCovar?: number;
  /** Of 'gaussian': see `GaussianMixtureOptions`. Default false. */
  standardize?: boolean;
  /** Of 'categorical': how many symbols there are, up to 128. Default: as many as the sequences, or init, have. */
  nSymbols?: number;
  /** Of 'categorical': what the symbols stand for, [names] for the one column; kept in the model. */
  levelNames?: LevelNames;
  /** How many rows each sequence has, where the rows come in one piece. */
  lengths?: ArrayLike<number>;
  /** How often each sequence counts. Default: once. */
  weights?: ArrayLike<number>;
  /**
   * 'mixture': the components of a short mixture fit, and transitions that stay with probability 0.9. 'random': states about
   * random rows, random transitions. Or parameters, a model being one; what they leave out comes from 'mixture'. Zeros
   * in initialProbs and transitionMatrix stay zeros. Default 'mixture'.
   */
  init?: 'mixture' | 'random' | GivenChain;
  /** Tie the start to the stationary distribution; see `HiddenMarkovOptions`. Default false. */
  stationary?: boolean;
  /** Find the posterior's mode instead of the likelihood's. Default: flat. */
  priors?: HiddenMarkovPriors;
  /** Parameters that stay as they start: 'initialProbs', 'transitionMatrix', or the family's by name. */
  fixed?: readonly string[];
  /** As of mixtures: see `RuleOptions`. */
  accelerate?: RuleOptions['accelerate'];
  /** Starts to try; the fit of the highest likelihood is kept. Default 1. */
  nInit?: number;
  /** One seed gives one result on one device, bit for bit. Default 0. */
  seed?: number;
  /** Default 'auto'. */
  device?: DeviceChoice;
  /** What the columns of the rows are called, in their order; kept in the model. */
  columns?: readonly string[];
  /** Called, and awaited, after every E-step. */
  onIteration?: (progress: HiddenMarkovProgress) => unknown;
}

const OPTIONS: ReadonlySet<string> = new Set([
  'nStates',
  'emission',
  'covarianceType',
  'regCovar',
  'standardize',
  'nSymbols',
  'levelNames',
  'lengths',
  'weights',
  'init',
  'stationary',
  'priors',
  'fixed',
  'accelerate',
  'nInit',
  'tol',
  'maxIter',
  'seed',
  'device',
  'signal',
  'columns',
  'onIteration',
] satisfies (keyof HiddenMarkovModelOptions)[]);

/** @throws InvalidArgumentError */
export function checkHiddenMarkovOptions(options: HiddenMarkovModelOptions): void {
  checkOptionNames(options, OPTIONS);
  checkOptionNames(options.priors ?? {}, new Set(['initialProbs', 'transitionMatrix', 'emission']));
}

/** @throws InvalidArgumentError for something that is no start */
export function chainStartOf(init: 'mixture' | 'random' | GivenChain): {
  start: ChainStart;
  seeded: boolean;
} {
  if (init === 'mixture') return { start: stickyMixture, seeded: true };
  if (init === 'random') return { start: randomChain, seeded: true };
  const names = ['initialProbs', 'transitionMatrix', 'emission'];
  if (typeof init === 'object' && init !== null && names.some(name => name in init)) {
    return { start: givenChain(init), seeded: drawsFrom(init) };
  }
  throw new InvalidArgumentError(
    `init must be 'mixture', 'random' or an object with some of ${names.join(', ')}, got ${inWords(init)}.`,
  );
}

/** The M-step rule that priors and fixed parameters stand for. */
export function mStepOf(
  priors: HiddenMarkovPriors | undefined,
  fixed: readonly string[] | undefined,
): MStepRule {
  if (!priors) return maximumLikelihood({ fixed });
  const { transitionMatrix, ...rest } = priors;
  const concentrations =
    transitionMatrix === undefined || typeof transitionMatrix === 'number'
      ? transitionMatrix
      : flatten(transitionMatrix);
  const prior: ChainPrior = { ...rest, transitionMatrix: concentrations };
  return maximumUnder(prior, { fixed });
}
