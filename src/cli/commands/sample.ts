import type { Command } from 'commander';
import { InvalidArgumentError } from '../../errors.js';
import { note } from '../exit.js';
import { checkWritable } from '../files.js';
import { readModel } from '../models.js';
import { addArrayOut, addJson, addSeed, MODEL_HELP, parsePositiveInteger } from '../options.js';
import { nested, printJson, writeArray } from '../output.js';

interface SampleOptions {
  n: number;
  seed: number;
  out?: string;
  json?: boolean;
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

async function sample(modelPath: string, { n, seed, out, json }: SampleOptions): Promise<void> {
  if (out !== undefined) await checkWritable(out);
  const model = await readModel(modelPath);
  if (!model.sample) {
    throw new InvalidArgumentError(`${modelPath}: There are no rows to draw from a ${model.kind} model.`);
  }
  const points = model.sample(n, seed);

  if (out !== undefined || !json) {
    await writeArray(
      out,
      points,
      Array.from({ length: points.shape[1] }, (_, j) => `x${j}`),
    );
  }
  if (json) await printJson({ points: nested(points), labels: Array.from(points.labels) });
  if (out !== undefined) note(`${n} rows written to ${out}`);
}
