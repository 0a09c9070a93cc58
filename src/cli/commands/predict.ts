import type { Command } from 'commander';
import { InvalidArgumentError } from '../../errors.js';
import { type Added, appended } from '../append.js';
import { onDevice } from '../device.js';
import { checkWritable } from '../files.js';
import { readModel } from '../models.js';
import {
  addAppend,
  addArrayOut,
  addDevice,
  addJson,
  DATA_HELP,
  type Device,
  MODEL_HELP,
} from '../options.js';
import { nested, type OutOptions, writeRows } from '../output.js';
import { addReading, type ReadingOptions } from '../reading.js';

interface PredictOptions extends OutOptions, ReadingOptions {
  proba?: boolean;
  append?: boolean;
  device: Device;
}

export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('Give each row its most probable component (cluster, topic), or the probability of each.')
    .argument('<model>', MODEL_HELP)
    .argument('<data>', DATA_HELP)
    .option('--proba', 'the probability of every component in place of the label');
  for (const add of [addAppend, addArrayOut, addDevice, addReading, addJson]) add(command);
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
  const input = await model.readInput(dataPath, { ...options, keepText: options.append });
  const { nRows: n, names } = input;
  const found = await onDevice(options.device, async (device, signal): Promise<Added> => {
    const use = { device, signal };
    if (options.proba && model.predictProba) {
      const header = Array.from({ length: k }, (_, j) => `${part}_${j}`);
      return { header, array: { data: await model.predictProba(input, use), shape: [n, k] } };
    }
    if (options.append && model.beside) return model.beside(input, use);
    return { header: [part], array: { data: await model.predict(input, use), shape: [n] } };
  });
  if (options.append && input.points) {
    return writeRows(options, appended({ ...input, points: input.points }, found));
  }
  const { array } = found;
  await writeRows(options, {
    ...found,
    names,
    json: () => ({
      ...(options.proba ? { probabilities: nested(array) } : { labels: Array.from<number>(array.data) }),
      ...(names && { names: names.values }),
    }),
  });
}
