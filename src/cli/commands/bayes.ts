import { type Command, Option } from 'commander';
import { BayesianGaussianMixture } from '../../estimators/bayesian-gaussian-mixture.js';
import { DEFAULT_TOL } from '../../estimators/bayesian-options.js';
import type { Init } from '../../estimators/options.js';
import type { PriorOptions } from '../../estimators/priors.js';
import type { CovarianceName } from '../../families/covariance/covariance-type.js';
import { WEIGHT_PRIORS } from '../../models/weight-prior.js';
import { namesOf, readData } from '../data.js';
import { type RunOptions, runFit } from '../fitting.js';
import { describeBayesian } from '../kinds/bayesian-gaussian-mixture.js';
import { matching } from '../matching.js';
import { agree, countFrom, readStart } from '../models.js';
import {
  addComponents,
  addDevice,
  addGaussian,
  addJson,
  addModelOut,
  addRestarts,
  addSeed,
  addStandardize,
  addStopping,
  addTuning,
  DATA_HELP,
  parseNumbers,
  parsePositive,
  type StartChoice,
} from '../options.js';
import { addReading, type ReadingOptions } from '../reading.js';

const PRIORS = [
  'weightConcentrationPriorType',
  'weightConcentrationPrior',
  'meanPrecisionPrior',
  'meanPrior',
  'degreesOfFreedomPrior',
  'covariancePrior',
] as const satisfies (keyof PriorOptions)[];

interface BayesOptions extends RunOptions, PriorOptions, ReadingOptions {
  components?: number;
  covariance?: CovarianceName;
  regCovar?: number;
  standardize?: boolean;
  init?: StartChoice;
  restarts: number;
  tol: number;
}

/** A command of its own: what it takes, priors, and what it gives, a bound in place of a likelihood, fit has not. */
export function addBayes(program: Command): void {
  const command = program
    .command('bayes')
    .description('Fit a Bayesian Gaussian mixture: of K components, those that are not needed empty out.')
    .argument('<data>', DATA_HELP);
  addStandardize(addComponents(command, 'k-means++'));
  addGaussian(command)
    .addOption(
      new Option(
        '--weight-concentration-prior-type <name>',
        'the prior of the weights (default: dirichlet-process)',
      ).choices(Object.keys(WEIGHT_PRIORS)),
    )
    .option(
      '--weight-concentration-prior <g>',
      'its concentration; the smaller, the fewer components are used (default: 1 / K)',
      parsePositive,
    )
    .option(
      '--mean-precision-prior <k>',
      'rows that the prior of a mean is worth (default: 1)',
      parsePositive,
    )
    .option('--mean-prior <a,b>', 'the prior mean, D numbers (default: the mean of the rows)', parseNumbers)
    .option('--degrees-of-freedom-prior <v>', 'of the prior of covariances (default: D)', parsePositive)
    .option(
      '--covariance-prior <a,b>',
      'its scale, D × D, D or 1 numbers as --covariance says (default: the covariance of the rows)',
      parseNumbers,
    );
  addRestarts(command);
  addStopping(
    command,
    { help: 'converged when the lower bound per row changes by less', value: DEFAULT_TOL },
    100,
  );
  for (const add of [addModelOut, addSeed, addDevice, addTuning, addReading, addJson]) add(command);
  command.action(bayes);
}

const bayes = (path: string, options: BayesOptions): Promise<void> =>
  runFit(options, async () => {
    const start = await readStart(options.init);
    agree('The family', 'gaussian', start.family);
    const told = {
      nComponents: countFrom('--components', options.components, start.nComponents),
      covarianceType: agree('--covariance', options.covariance, start.covarianceType),
      init: start.init,
      nInit: options.restarts,
      tol: options.tol,
      maxIter: options.maxIter,
      seed: options.seed,
      regCovar: options.regCovar,
      standardize: options.standardize,
      ...priorsOf(options, start.init),
    };
    const { points, columns } = await readData(path, {
      ...options,
      match: matching(start.columns, options),
    });
    return {
      objective: 'lower bound',
      size: { count: points.shape[0], of: 'rows' },
      async fit(device, signal, report) {
        const model = await BayesianGaussianMixture.fit(points, {
          ...told,
          columns: namesOf(columns),
          device,
          signal,
          onIteration: ({ restart, iteration, lowerBound }) =>
            report({ restart, iteration, value: lowerBound }),
        });
        return { fitInfo: model.fitInfo, file: model, text: describeBayesian(model) };
      },
    };
  });

/** Priors as given; of a Bayesian model that the fit goes on from, where they are not. */
function priorsOf(options: BayesOptions, init: Init | undefined): PriorOptions {
  const before = init instanceof BayesianGaussianMixture ? init : undefined;
  return Object.fromEntries(PRIORS.map(name => [name, options[name] ?? before?.[name]]));
}
