import type { Command } from 'commander';
import { InvalidArgumentError } from '../../errors.js';
import { onDevice } from '../device.js';
import { checkWritable } from '../files.js';
import { readModel } from '../models.js';
import {
  addArrayOut,
  addColumns,
  addDevice,
  addJson,
  DATA_HELP,
  type Device,
  MODEL_HELP,
} from '../options.js';
import { nested, type OutOptions, writeRows } from '../output.js';

interface PredictOptions extends OutOptions {
  proba?: boolean;
  device: Device;
  columns?: string[];
}

export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('Give each row its most probable component (cluster, topic), or the probability of each.')
    .argument('<model>', MODEL_HELP)
    .argument('<data>', DATA_HELP)
    .option('--proba', 'the probability of every component in place of the label');
  for (const add of [addArrayOut, addDevice, addColumns, addJson]) add(command);
  command.action(predict);
}

async function predict(modelPath: string, dataPath: string, options: PredictOptions): Promise<void> {
  if (options.out !== undefined) await checkWritable(options.out);
  const model = await readModel(modelPath);
  const { kind, part, nParts: k } = model;
  if (options.proba && !model.predictProba) {
    throw new InvalidArgumentError(
      `${modelPath}: A ${kind} model gives labels, no probabilities. Try without --proba.`,
    );
  }
  const input = await model.readInput(dataPath, options.columns);
  const { nRows: n, names } = input;

  const array = await onDevice(options.device, async (device, signal) =>
    options.proba && model.predictProba
      ? { data: await model.predictProba(input, { device, signal }), shape: [n, k] }
      : { data: await model.predict(input, { device, signal }), shape: [n] },
  );

  await writeRows(options, {
    array,
    header: options.proba ? Array.from({ length: k }, (_, j) => `${part}_${j}`) : [part],
    names,
    json: () => ({
      ...(options.proba ? { probabilities: nested(array) } : { labels: Array.from<number>(array.data) }),
      ...(names && { names: names.values }),
    }),
  });
}
