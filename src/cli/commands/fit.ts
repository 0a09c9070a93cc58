import { type Command, Option } from 'commander';
import type { Backend, Rows } from '../../contract/table.js';
import type { Matrix } from '../../data/matrix.js';
import { FAMILIES } from '../../estimators/count-family.js';
import type { FitInfo } from '../../estimators/fitted-mixture.js';
import { GaussianMixture } from '../../estimators/gaussian-mixture.js';
import { Mixture } from '../../estimators/mixture.js';
import type { FitProgress } from '../../estimators/options.js';
import type { RuleOptions } from '../../estimators/rules.js';
import { aic, bic } from '../../selection.js';
import { readData, tableNames } from '../data.js';
import { type FamilyOptions, familyOf } from '../families.js';
import { type RunOptions, runFit } from '../fitting.js';
import { describeGaussianMixture } from '../kinds/gaussian-mixture.js';
import type { Criteria } from '../kinds/likelihood.js';
import { describeMixture } from '../kinds/mixture.js';
import type { MixtureLike } from '../kinds/mixture-like.js';
import { readLabels } from '../labels.js';
import { matching } from '../matching.js';
import { countFrom, readStart } from '../models.js';
import {
  addAccelerate,
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
  LIKELIHOOD_TOL,
  parseColumns,
  parsePositiveInteger,
  parsePositiveIntegers,
  type StartChoice,
} from '../options.js';

import { addReading, type ReadingOptions } from '../reading.js';
import {
  E_STEP_NAMES,
  eStepOf,
  type Family,
  M_STEP_NAMES,
  mStepOf,
  parseEStep,
  parseMStep,
  type Rule,
} from '../rules.js';

interface FitOptions extends RunOptions, FamilyOptions, ReadingOptions {
  components?: number;
  init?: StartChoice;
  restarts: number;
  tol?: number;
  eStep?: Rule;
  labels?: string;
  mustLink?: string;
  mStep?: Rule;
  fixed?: string[];
  accelerate?: RuleOptions['accelerate'];
}

type Iteration = Pick<FitProgress, 'restart' | 'iteration' | 'logLikelihood'>;

const HELP = `
Rules are written with their settings behind a colon:
  --e-step hard                          all of a row to its likeliest component
  --e-step tempered:0.5                  soft, with stiffness 0.5; tempered:0.1,0.5,1 is a schedule (annealing)
  --e-step sampled:draws=10,seed=3       Monte Carlo EM; average=20: the mean of the last 20 iterations
  --e-step partial:blocks=16             incremental EM
  --e-step stepwise:blocks=16,exponent=0.7,delay=2
  --e-step constrained:min=0.2,max=0.5   bounds on every component's share of the rows
  --labels known.csv                     some rows' components are known: one a line, -1 or nothing where not
  --m-step maximum-a-posteriori:weights=2,components
                                         a prior of the weights, and the default prior of Gaussian components
  --m-step maximum-a-posteriori:shape=2,rate=1     the prior of Poisson rates (alpha, beta: of binomials)
  --m-step gradient:learning-rate=1,steps=5        generalised EM

Example: webgpu-em fit data.csv --components 3 --e-step tempered:0.2,0.5,1 --m-step maximum-a-posteriori:weights=2`;

export function addFit(program: Command): void {
  const command = program
    .command('fit')
    .description('Fit a mixture to the rows of a file: of Gaussians, or of counts.')
    .argument('<data>', DATA_HELP)
    .addOption(
      new Option('--family <name>', 'what components are (default: gaussian, or that of --init)').choices([
        'gaussian',
        ...FAMILIES,
      ]),
    )
    .option('--trials <n>', 'trials of a binomial', parsePositiveInteger)
    .option(
      '--levels <n,m>',
      'codes of each categorical column (default: as the data have)',
      parsePositiveIntegers,
    );
  addComponents(command, 'short-runs, k-means++ with rules');
  addStandardize(addGaussian(command));
  addRestarts(command);
  addStopping(command, LIKELIHOOD_TOL, 100);
  command
    .option('--e-step <rule>', `${E_STEP_NAMES.join(', ')} (default: exact)`, parseEStep)
    .option('--labels <file>', 'components of the rows that are known; implies constrained')
    .option('--must-link <file>', 'rows of one number share a component; implies constrained')
    .option('--m-step <rule>', `${M_STEP_NAMES.join(', ')} (default: maximum-likelihood)`, parseMStep)
    .option('--fixed <a,b>', 'parameters that stay as they start: weights, means, …', parseColumns);
  for (const add of [addAccelerate, addModelOut, addSeed, addDevice, addTuning, addReading, addJson])
    add(command);
  command.addHelpText('after', HELP);
  command.action(fitFile);
}

const fitFile = (path: string, options: FitOptions): Promise<void> =>
  runFit(options, async () => {
    const start = await readStart(options.init);
    const choice = familyOf(options, start);
    const common = {
      nComponents: countFrom('--components', options.components, start.nComponents),
      init: start.init,
      nInit: options.restarts,
      tol: options.tol,
      maxIter: options.maxIter,
      seed: options.seed,
      ...(await rulesOf(options, choice.family)),
    };
    const table = await readData(path, {
      ...options,
      match: matching(start.columns, options),
      categories: choice.family === 'categorical' && (start.levelNames ?? true),
    });
    const { points } = table;
    const { columns, levelNames } = tableNames(table);
    const runsAll = options.eStep?.name === 'sampled'; // draws never settle
    return {
      objective: 'log-likelihood',
      size: { count: points.shape[0], of: 'rows' },
      async fit(device, signal, report) {
        const onIteration = ({ restart, iteration, logLikelihood }: Iteration) =>
          report({ restart, iteration, value: logLikelihood });
        const told = { ...common, columns, device, signal, onIteration };
        if (choice.family !== 'gaussian') {
          const model = await Mixture.fit(points, { ...told, ...choice, levelNames });
          const criteria = await criteriaOf(model, points, device);
          return { ...outcomeOf(model, criteria, runsAll), text: describeMixture(model, criteria) };
        }
        const { family: _, ...covariance } = choice;
        const rows = await device.load(points);
        const model = await GaussianMixture.fit(rows, { ...told, ...covariance });
        const criteria = await criteriaOf(model, rows, device);
        return { ...outcomeOf(model, criteria, runsAll), text: describeGaussianMixture(model, criteria) };
      },
    };
  });

type Fitted = MixtureLike & { readonly fitInfo: FitInfo; readonly nParameters: number };

async function criteriaOf(model: Fitted, points: Matrix | Rows, device: Backend): Promise<Criteria> {
  const { fitInfo, nParameters } = model;
  return {
    bic: bic(fitInfo.logLikelihood, nParameters, points.shape[0]),
    aic: aic(fitInfo.logLikelihood, nParameters),
    icl: await model.icl(points, { device }),
  };
}

const outcomeOf = (model: Fitted, criteria: Criteria, runsAll: boolean) => ({
  fitInfo: model.fitInfo,
  runsAll,
  file: model,
  json: { ...model.toJSON(), ...criteria },
});

const rulesOf = async (options: FitOptions, family: Family): Promise<RuleOptions> => ({
  ...mStepOf(options.mStep, family, options.fixed),
  eStep: await eStepOf(options.eStep, options, readLabels),
  accelerate: options.accelerate,
});
