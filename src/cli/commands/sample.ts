import type { Command } from 'commander';
import type { NpyArray } from '../../data/npy.js';
import { InvalidArgumentError } from '../../errors.js';
import { checkWritable } from '../files.js';
import type { TableNames } from '../kinds/kind.js';
import { readModel } from '../models.js';
import { addArrayOut, addJson, addSeed, MODEL_HELP, parsePositiveInteger } from '../options.js';
import { nested, type OutOptions, writeRows } from '../output.js';

export interface SampleOptions extends OutOptions {
  n: number;
  seed: number;
}

export function addSample(program: Command): void {
  const command = program
    .command('sample')
    .description('Draw rows from a model.')
    .argument('<model>', MODEL_HELP)
    .requiredOption('--n <N>', 'number of rows', parsePositiveInteger);
  for (const add of [addSeed, addArrayOut, addJson]) add(command);
  command.action(sample);
}

async function sample(modelPath: string, options: SampleOptions): Promise<void> {
  if (options.out !== undefined) await checkWritable(options.out);
  const model = await readModel(modelPath);
  if (!model.sample) {
    throw new InvalidArgumentError(`${modelPath}: There are no rows to draw from a ${model.kind} model.`);
  }
  const { labels, ...points } = model.sample(options.n, options.seed);
  await writeSample(points, 'labels', labels, model, options);
}

/** @param hidden what each row came from; JSON calls it `name` */
export async function writeSample(
  points: NpyArray,
  name: string,
  hidden: Uint32Array,
  { columns, levelNames: levels }: TableNames,
  options: SampleOptions,
): Promise<void> {
  await writeRows(options, {
    array: points,
    header: columns ?? Array.from({ length: points.shape[1] }, (_, j) => `x${j}`),
    levels,
    json: () => ({
      ...(columns && { columns }),
      points: nested(points, levels),
      [name]: Array.from(hidden),
    }),
  });
}
