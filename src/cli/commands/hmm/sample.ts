import type { Command } from 'commander';
import { checkWritable } from '../../files.js';
import { readHiddenMarkovModel } from '../../kinds/hidden-markov-model.js';
import { addArrayOut, addJson, addSeed, MODEL_HELP, parsePositiveInteger } from '../../options.js';
import { type SampleOptions, writeSample } from '../sample.js';

export function addHmmSample(group: Command): void {
  const command = group
    .command('sample')
    .description('Draw one sequence from a model; --json also has the state of each row.')
    .argument('<model>', MODEL_HELP)
    .requiredOption('--n <N>', 'number of rows', parsePositiveInteger);
  for (const add of [addSeed, addArrayOut, addJson]) add(command);
  command.action(sample);
}

async function sample(modelPath: string, options: SampleOptions): Promise<void> {
  if (options.out !== undefined) await checkWritable(options.out);
  const model = await readHiddenMarkovModel(modelPath);
  const { states, ...points } = model.sample(options.n, options);
  await writeSample(points, 'states', states, model, options);
}
