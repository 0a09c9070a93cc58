import type { Command } from 'commander';
import { asOpenModel, readHiddenMarkovModel } from '../../kinds/hidden-markov-model.js';
import { addDevice, addJson, DATA_HELP, MODEL_HELP } from '../../options.js';
import { addSequences, readSequences, type SequenceOptions } from '../../sequences.js';
import { printScore, type ScoreOptions } from '../score.js';

export function addHmmScore(group: Command): void {
  const command = group
    .command('score')
    .description('Say how well a model explains sequences: log-likelihood, AIC, BIC.')
    .argument('<model>', MODEL_HELP)
    .argument('<data>', DATA_HELP);
  for (const add of [addSequences, addDevice, addJson]) add(command);
  command.action(score);
}

async function score(
  modelPath: string,
  dataPath: string,
  options: ScoreOptions & SequenceOptions,
): Promise<void> {
  const model = asOpenModel(await readHiddenMarkovModel(modelPath));
  await printScore(model, await readSequences(dataPath, options, model), options);
}
