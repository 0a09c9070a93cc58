import type { Command } from 'commander';
import { readData } from '../data.js';
import { onDevice } from '../device.js';
import { note } from '../exit.js';
import { checkWritable } from '../files.js';
import { readModel } from '../models.js';
import { addArrayOut, addColumns, addDevice, addJson, DATA_HELP, type Device } from '../options.js';
import { nested, printJson, writeArray } from '../output.js';

interface PredictOptions {
  proba?: boolean;
  device: Device;
  columns?: string[];
  out?: string;
  json?: boolean;
}

export function addPredict(program: Command): void {
  const command = program
    .command('predict')
    .description('Give each row its most probable component, or its probabilities.')
    .argument('<model>', 'model file, as fit --out writes it')
    .argument('<data>', DATA_HELP)
    .option('--proba', 'the probability of every component in place of the label');
  for (const add of [addArrayOut, addDevice, addColumns, addJson]) add(command);
  command.action(predict);
}

async function predict(modelPath: string, dataPath: string, options: PredictOptions): Promise<void> {
  if (options.out !== undefined) await checkWritable(options.out);
  const { model } = await readModel(modelPath);
  const { points } = await readData(dataPath, options.columns);
  const [n] = points.shape;
  const k = model.nComponents;

  const array = await onDevice(options.device, async (device, signal) =>
    options.proba
      ? { data: await model.predictProba(points, { device, signal }), shape: [n, k] }
      : { data: await model.predict(points, { device, signal }), shape: [n] },
  );

  if (options.out !== undefined || !options.json) {
    const header = options.proba ? Array.from({ length: k }, (_, j) => `component_${j}`) : ['component'];
    await writeArray(options.out, array, header);
  }
  if (options.json) {
    await printJson(options.proba ? { probabilities: nested(array) } : { labels: Array.from(array.data) });
  }
  if (options.out !== undefined) note(`${n} rows written to ${options.out}`);
}
