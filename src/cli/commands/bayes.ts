import { type Command, Option } from 'commander';
import { BayesianGaussianMixture } from '../../estimators/bayesian-gaussian-mixture.js';
import { DEFAULT_TOL } from '../../estimators/bayesian-options.js';
import type { CovarianceName } from '../../families/covariance/covariance-type.js';
import { WEIGHT_PRIORS, type WeightPriorName } from '../../models/weight-prior.js';
import { readData } from '../data.js';
import { UsageError } from '../exit.js';
import { type RunOptions, runFit } from '../fitting.js';
import { describeBayesian } from '../kinds/bayesian-gaussian-mixture.js';
import { agree, readStart } from '../models.js';
import {
  addColumns,
  addComponents,
  addDevice,
  addGaussian,
  addJson,
  addModelOut,
  addRestarts,
  addSeed,
  addStopping,
  addTuning,
  DATA_HELP,
  parseNumbers,
  parsePositive,
  type StartChoice,
} from '../options.js';

interface BayesOptions extends RunOptions {
  components?: number;
  covariance?: CovarianceName;
  regCovar?: number;
  init: StartChoice;
  restarts: number;
  tol: number;
  weightConcentrationPriorType?: WeightPriorName;
  weightConcentrationPrior?: number;
  meanPrecisionPrior?: number;
  meanPrior?: number[];
  degreesOfFreedomPrior?: number;
  covariancePrior?: number[];
  columns?: string[];
}

/** A command of its own: what it takes, priors, and what it gives, a bound in place of a likelihood, fit has not. */
export function addBayes(program: Command): void {
  const command = program
    .command('bayes')
    .description('Fit a Bayesian Gaussian mixture: of K components, those that are not needed empty out.')
    .argument('<data>', DATA_HELP);
  addComponents(command);
  addGaussian(command)
    .addOption(
      new Option('--weight-concentration-prior-type <name>', 'the prior of the weights')
        .choices(Object.keys(WEIGHT_PRIORS))
        .default('dirichlet-process'),
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
  for (const add of [addModelOut, addSeed, addDevice, addTuning, addColumns, addJson]) add(command);
  command.action(bayes);
}

const bayes = (path: string, options: BayesOptions): Promise<void> =>
  runFit(options, async () => {
    if (options.components === undefined && typeof options.init === 'string') {
      throw new UsageError("option '--components <K>' is missing.");
    }
    const start = await readStart(options.init);
    agree('The family', 'gaussian', start.family);
    const { points, columns } = await readData(path, options.columns);
    const told = {
      nComponents: agree('--components', options.components, start.nComponents) as number,
      covarianceType: agree('--covariance', options.covariance, start.covarianceType),
      init: start.init,
      nInit: options.restarts,
      tol: options.tol,
      maxIter: options.maxIter,
      seed: options.seed,
      regCovar: options.regCovar,
      weightConcentrationPriorType: options.weightConcentrationPriorType,
      weightConcentrationPrior: options.weightConcentrationPrior,
      meanPrecisionPrior: options.meanPrecisionPrior,
      meanPrior: options.meanPrior,
      degreesOfFreedomPrior: options.degreesOfFreedomPrior,
      covariancePrior: options.covariancePrior,
    };
    return {
      objective: 'lower bound',
      async fit(device, signal, report) {
        const model = await BayesianGaussianMixture.fit(points, {
          ...told,
          device,
          signal,
          onIteration: ({ restart, iteration, lowerBound }) =>
            report({ restart, iteration, value: lowerBound }),
        });
        return { fitInfo: model.fitInfo, file: model, text: describeBayesian(model, columns) };
      },
    };
  });
