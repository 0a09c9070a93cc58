import { type Command, Option } from 'commander';
import { EMISSIONS } from '../../../estimators/hidden-markov-emission.js';
import { HiddenMarkovModel } from '../../../estimators/hidden-markov-model.js';
import type { RuleOptions } from '../../../estimators/rules.js';
import { aic, bic } from '../../../selection.js';
import {
  CHAIN_INITS,
  type ChainStartChoice,
  type EmissionChoice,
  emissionFrom,
  readChainStart,
} from '../../chain-start.js';
import { namesOf } from '../../data.js';
import { about } from '../../files.js';
import { type RunOptions, runFit } from '../../fitting.js';
import { describeHiddenMarkovModel } from '../../kinds/hidden-markov-model.js';
import { countFrom } from '../../models.js';
import {
  addAccelerate,
  addDevice,
  addGaussian,
  addJson,
  addModelOut,
  addRestarts,
  addSeed,
  addStandardize,
  addStopping,
  DATA_HELP,
  LIKELIHOOD_TOL,
  parseColumns,
  parsePositive,
  parsePositiveInteger,
  startParser,
} from '../../options.js';
import { addSequences, readColumn, readSequences, type SequenceOptions } from '../../sequences.js';

interface HmmFitOptions extends RunOptions, EmissionChoice, SequenceOptions {
  states?: number;
  init: ChainStartChoice;
  stationary?: boolean;
  weights?: string;
  initialPrior?: number;
  transitionPrior?: number;
  restarts: number;
  tol?: number;
  fixed?: string[];
  accelerate?: RuleOptions['accelerate'] & string;
}

export function addHmmFit(group: Command): void {
  const command = group
    .command('fit')
    .description('Fit a hidden Markov model to sequences, by Baum–Welch.')
    .argument('<data>', DATA_HELP)
    .option('--states <K>', 'number of states (default: that of --init FILE.json)', parsePositiveInteger)
    .addOption(
      new Option(
        '--emission <name>',
        'what a state emits (default: gaussian, or that of --init); categorical: one column of symbols 0, 1, 2, …',
      ).choices(EMISSIONS),
    );
  addStandardize(addGaussian(command))
    .option(
      '--symbols <M>',
      'how many symbols a categorical column has (default: as the data have)',
      parsePositiveInteger,
    )
    .option(
      '--init <start>',
      `how to start: ${CHAIN_INITS.join(', ')}, or FILE.json, a model or some of initialProbs, transitionMatrix, emission`,
      startParser(CHAIN_INITS),
      CHAIN_INITS[0],
    )
    .option('--stationary', 'tie the first state to the stationary distribution')
    .option('--weights <file>', 'how often each sequence counts (default: once): a file of one column')
    .option(
      '--initial-prior <a>',
      'Dirichlet concentration ≥ 1 of the first state (default: 1, flat)',
      parsePositive,
    )
    .option(
      '--transition-prior <a>',
      'Dirichlet concentration ≥ 1 of the transitions from each state (default: 1, flat)',
      parsePositive,
    );
  addRestarts(command);
  addStopping(command, LIKELIHOOD_TOL, 100);
  command.option(
    '--fixed <a,b>',
    'parameters that stay as they start: initialProbs, transitionMatrix, rates, …',
    parseColumns,
  );
  for (const add of [addAccelerate, addSequences, addModelOut, addSeed, addDevice, addJson]) add(command);
  command.action(fit);
}

const fit = (path: string, options: HmmFitOptions): Promise<void> =>
  runFit(options, async () => {
    const start = await readChainStart(options.init);
    const { restarts: nInit, tol, maxIter, seed, fixed, accelerate, weights: file } = options;
    const { initialPrior: initialProbs, transitionPrior: transitionMatrix } = options;
    const hasPrior = initialProbs !== undefined || transitionMatrix !== undefined;
    const told = {
      ...{ nInit, tol, maxIter, seed, fixed, accelerate },
      ...emissionFrom(options, start),
      nStates: countFrom('--states', options.states, start.nStates),
      init: start.init,
      stationary: options.stationary ?? start.stationary,
      priors: hasPrior ? { initialProbs, transitionMatrix } : undefined,
      weights: file === undefined ? undefined : await about(file, () => readColumn(file, 'weights')),
    };
    const { points, lengths, columns, levelNames } = await readSequences(path, options, {
      ...start,
      isCategorical: told.emission === 'categorical',
    });
    return {
      objective: 'log-likelihood',
      size: { count: points.shape[0], of: 'rows' },
      async fit(device, signal, report) {
        const model = await HiddenMarkovModel.fit(points, {
          ...{ ...told, lengths, columns: namesOf(columns), levelNames, device, signal },
          onIteration: ({ restart, iteration, logLikelihood }) =>
            report({ restart, iteration, value: logLikelihood }),
        });
        const { logLikelihood } = model.fitInfo;
        const criteria = {
          bic: bic(logLikelihood, model.nParameters, points.shape[0]),
          aic: aic(logLikelihood, model.nParameters),
        };
        return {
          fitInfo: model.fitInfo,
          file: model,
          json: { ...model.toJSON(), ...criteria },
          text: describeHiddenMarkovModel(model, criteria),
        };
      },
    };
  });
