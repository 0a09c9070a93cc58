import type { Command } from 'commander';
import { onDevice } from '../device.js';
import type { Input, OpenModel } from '../kinds/kind.js';
import { readModel } from '../models.js';
import { addDevice, addJson, DATA_HELP, type Device, MODEL_HELP } from '../options.js';
import { print, printJson } from '../output.js';
import { addReading, type ReadingOptions } from '../reading.js';
import { formatPairs } from '../table.js';

export interface ScoreOptions {
  device: Device;
  json?: boolean;
}

export function addScore(program: Command): void {
  const command = program
    .command('score')
    .description(
      'Say how well a model explains the rows of a file: log-likelihood, AIC, BIC, ICL; inertia; perplexity.',
    )
    .argument('<model>', MODEL_HELP)
    .argument('<data>', DATA_HELP);
  for (const add of [addDevice, addReading, addJson]) add(command);
  command.action(score);
}

async function score(
  modelPath: string,
  dataPath: string,
  options: ScoreOptions & ReadingOptions,
): Promise<void> {
  const model = await readModel(modelPath);
  await printScore(model, await model.readInput(dataPath, options), options);
}

export async function printScore<I extends Input>(
  model: OpenModel<I>,
  input: I,
  options: ScoreOptions,
): Promise<void> {
  const { nRows } = input;
  const { scores, ...where } = await onDevice(options.device, async (device, signal) => ({
    scores: await model.score(input, { device, signal }),
    device: device.device,
    adapter: device.adapter,
  }));
  if (options.json) {
    const values = Object.fromEntries(scores.map(({ name, value }) => [name, value]));
    return printJson({ nRows, ...values, ...where });
  }
  await print(
    formatPairs([['rows', String(nRows)], ...scores.map(({ label, text }) => [label, text] as const)]),
  );
}
