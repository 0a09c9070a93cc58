import type { Command } from 'commander';
import { readData } from '../data.js';
import { onDevice } from '../device.js';
import { readModel } from '../models.js';
import { addColumns, addDevice, addJson, DATA_HELP, type Device } from '../options.js';
import { print, printJson } from '../output.js';
import { formatNats, formatNumber, formatPairs } from '../table.js';

interface ScoreOptions {
  device: Device;
  columns?: string[];
  json?: boolean;
}

export function addScore(program: Command): void {
  const command = program
    .command('score')
    .description('Say how well a model explains the rows of a file: log-likelihood, AIC, BIC, ICL.')
    .argument('<model>', 'model file, as fit --out writes it')
    .argument('<data>', DATA_HELP);
  for (const add of [addDevice, addColumns, addJson]) add(command);
  command.action(score);
}

async function score(modelPath: string, dataPath: string, options: ScoreOptions): Promise<void> {
  const { model } = await readModel(modelPath);
  const { points } = await readData(dataPath, options.columns);
  const nRows = points.shape[0];

  const scores = await onDevice(options.device, async (device, signal) => {
    const rows = await device.load(points);
    const meanLogLikelihood = await model.score(rows, { signal });
    return {
      nRows,
      logLikelihood: meanLogLikelihood * nRows,
      meanLogLikelihood,
      aic: await model.aic(rows, { signal }),
      bic: await model.bic(rows, { signal }),
      icl: await model.icl(rows, { signal }),
      device: device.device,
      adapter: device.adapter,
    };
  });

  if (options.json) return printJson(scores);
  await print(
    formatPairs([
      ['rows', String(nRows)],
      ['log-likelihood', formatNats(scores.logLikelihood)],
      ['mean per row', formatNumber(scores.meanLogLikelihood, 7)],
      ['AIC', formatNats(scores.aic)],
      ['BIC', formatNats(scores.bic)],
      ['ICL', formatNats(scores.icl)],
    ]),
  );
}
