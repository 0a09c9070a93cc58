import type { Command } from 'commander';
import type { Forecast } from '../../../estimators/hidden-markov-filter.js';
import { onDevice } from '../../device.js';
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
import { nested, type OutOptions, writeRows } from '../../output.js';
import { addSequences, namesOfLines, readSequences, type SequenceOptions } from '../../sequences.js';

interface ForecastOptions extends SequenceOptions, OutOptions {
  steps: number;
  device: Device;
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
  const { steps: h, out } = options;
  if (out !== undefined) await checkWritable(out);
  const model = await readHiddenMarkovModel(modelPath);
  const input = await readSequences(dataPath, options, model);
  const { points, lengths, columns, sequences } = input;
  const forecasts = await onDevice(options.device, (device, signal) =>
    model.forecast(points, h, { lengths, device, signal }),
  );
  const { nStates: k, nFeatures: d } = model;

  const means =
    model.family === 'categorical'
      ? Array.from({ length: d }, (_, code) => `probability_${model.levelNames?.[0]?.[code] ?? code}`)
      : (model.columns ?? columns).map(name => `mean_${name}`);
  const states = Array.from({ length: k }, (_, state) => `state_${state}`);
  const perSequence = forecasts.map(() => h);
  await writeRows(options, {
    array: lines(forecasts, h, k, d),
    header: ['step', ...states, ...means],
    names: namesOfLines(input, perSequence),
    json: () => ({
      forecasts: forecasts.map(({ stateProbs, means }, i) => ({
        ...(sequences && { sequence: sequences.values[i] }),
        stateProbs: nested({ data: stateProbs, shape: [h, k] }),
        means: nested({ data: means, shape: [h, d] }),
      })),
    }),
  });
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
