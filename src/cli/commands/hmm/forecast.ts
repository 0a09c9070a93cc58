import type { Command } from 'commander';
import type { Forecast } from '../../../estimators/hidden-markov-filter.js';
import { onDevice } from '../../device.js';
import { note } from '../../exit.js';
import { checkWritable } from '../../files.js';
import { readHiddenMarkovModel } from '../../kinds/hidden-markov-model.js';
import {
  addArrayOut,
  addDevice,
  addJson,
  DATA_HELP,
  type Device,
  MODEL_HELP,
  parsePositiveInteger,
} from '../../options.js';
import { nested, printJson, writeArray } from '../../output.js';
import { addSequences, namesOfLines, readSequences, type SequenceOptions } from '../../sequences.js';

interface ForecastOptions extends SequenceOptions {
  steps: number;
  device: Device;
  out?: string;
  json?: boolean;
}

export function addHmmForecast(group: Command): void {
  const command = group
    .command('forecast')
    .description(
      'Say what follows each sequence: the probability of each state, and the mean of each column.',
    )
    .argument('<model>', MODEL_HELP)
    .argument('<data>', DATA_HELP)
    .requiredOption('--steps <H>', 'how many rows ahead', parsePositiveInteger);
  for (const add of [addSequences, addArrayOut, addDevice, addJson]) add(command);
  command.action(forecast);
}

async function forecast(modelPath: string, dataPath: string, options: ForecastOptions): Promise<void> {
  const { steps: h, out, json } = options;
  if (out !== undefined) await checkWritable(out);
  const model = await readHiddenMarkovModel(modelPath);
  const input = await readSequences(dataPath, options);
  const { points, lengths, columns, sequences } = input;
  const forecasts = await onDevice(options.device, (device, signal) =>
    model.forecast(points, h, { lengths, device, signal }),
  );
  const { nStates: k, nFeatures: d } = model;

  if (out !== undefined || !json) {
    const means =
      model.family === 'categorical'
        ? Array.from({ length: d }, (_, code) => `probability_${code}`)
        : columns.map(name => `mean_${name}`);
    const states = Array.from({ length: k }, (_, state) => `state_${state}`);
    const names = namesOfLines(
      input,
      forecasts.map(() => h),
    );
    await writeArray(out, lines(forecasts, h, k, d), ['step', ...states, ...means], names);
  }
  if (json) {
    await printJson({
      forecasts: forecasts.map(({ stateProbs, means }, i) => ({
        ...(sequences && { sequence: sequences.values[i] }),
        stateProbs: nested({ data: stateProbs, shape: [h, k] }),
        means: nested({ data: means, shape: [h, d] }),
      })),
    });
  }
  if (out !== undefined) note(`${forecasts.length * h} rows written to ${out}`);
}

/** [sequences · h, 1 + K + D] step, states, means */
function lines(forecasts: readonly Forecast[], h: number, k: number, d: number) {
  const width = 1 + k + d;
  const data = new Float64Array(forecasts.length * h * width);
  forecasts.forEach(({ stateProbs, means }, i) => {
    for (let step = 0; step < h; step++) {
      const line = data.subarray((i * h + step) * width, (i * h + step + 1) * width);
      line[0] = step + 1;
      line.set(stateProbs.subarray(step * k, (step + 1) * k), 1);
      line.set(means.subarray(step * d, (step + 1) * d), 1 + k);
    }
  });
  return { data, shape: [forecasts.length * h, width] };
}
