import { type Command, Option } from 'commander';
import { type Added, appended } from '../../append.js';
import { onDevice } from '../../device.js';
import { UsageError } from '../../exit.js';
import { inFileOrder } from '../../file-order.js';
import { checkWritable } from '../../files.js';
import { besideStates, readHiddenMarkovModel } from '../../kinds/hidden-markov-model.js';
import {
  addAppend,
  addArrayOut,
  addDevice,
  addJson,
  DATA_HELP,
  type Device,
  MODEL_HELP,
} from '../../options.js';
import { nested, type OutOptions, writeRows } from '../../output.js';
import { addSequences, namesOfLines, readSequences, type SequenceOptions } from '../../sequences.js';

interface DecodeOptions extends SequenceOptions, OutOptions {
  method?: 'viterbi' | 'posterior';
  proba?: boolean;
  append?: boolean;
  device: Device;
}

type Decoded = Added & { readonly logProbabilities?: Float64Array };

export function addHmmDecode(group: Command): void {
  const command = group
    .command('decode')
    .description('Find the state behind each row.')
    .argument('<model>', MODEL_HELP)
    .argument('<data>', DATA_HELP)
    .addOption(
      new Option(
        '--method <name>',
        'the likeliest path as a whole, or the likeliest state of each row (default: viterbi)',
      ).choices(['viterbi', 'posterior']),
    )
    .option('--proba', 'the probability of every state in place of the likeliest');
  for (const add of [addSequences, addAppend, addArrayOut, addDevice, addJson]) add(command);
  command.action(decode);
}

async function decode(modelPath: string, dataPath: string, options: DecodeOptions): Promise<void> {
  const { method: algorithm = 'viterbi', proba, append, out } = options;
  if (proba && options.method === 'viterbi') {
    throw new UsageError('--proba gives posterior probabilities: it does not go with --method viterbi.');
  }
  if (out !== undefined) await checkWritable(out);
  const model = await readHiddenMarkovModel(modelPath);
  const input = await readSequences(dataPath, { ...options, keepText: append }, model);
  const { points, lengths, nRows: n, sequences } = input;
  const k = model.nStates;

  const { logProbabilities, ...found } = await onDevice(
    options.device,
    async (device, signal): Promise<Decoded> => {
      const use = { device, signal };
      if (proba) {
        const header = Array.from({ length: k }, (_, state) => `state_${state}`);
        return {
          header,
          array: { data: await model.predictProba(points, { lengths, ...use }), shape: [n, k] },
        };
      }
      const { states, logProbabilities } = await model.decode(points, { algorithm, lengths, ...use });
      if (append) return besideStates(model, input, states, use);
      return { header: ['state'], array: { data: states, shape: [n] }, logProbabilities };
    },
  );
  if (append) return writeRows(options, appended(input, found));
  const { array } = found;

  await writeRows(options, {
    ...found,
    ...inFileOrder({ array, names: namesOfLines(input, lengths) }, input.rows),
    json: () => ({
      ...(proba ? { probabilities: nested(array) } : { states: Array.from<number>(array.data) }),
      ...(logProbabilities && { logProbabilities: Array.from(logProbabilities) }),
      ...(sequences && { sequences: sequences.values, lengths: Array.from(lengths) }),
    }),
  });
}
