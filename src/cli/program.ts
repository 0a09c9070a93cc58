import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addBayes } from './commands/bayes.js';
import { addBench } from './commands/bench.js';
import { addFit } from './commands/fit.js';
import { addHmm } from './commands/hmm/hmm.js';
import { addInfo } from './commands/info.js';
import { addKMeans } from './commands/kmeans.js';
import { addLda } from './commands/lda.js';
import { addPredict } from './commands/predict.js';
import { addSample } from './commands/sample.js';
import { addScore } from './commands/score.js';
import { describe, EXIT, exitCodeOf, fail } from './exit.js';
import { print } from './output.js';

/** The command line: arguments after the program's name → exit code. Never throws. */
export async function run(args: string[]): Promise<number> {
  const help: string[] = [];
  try {
    await createProgram(text => help.push(text)).parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (thrown) {
    const error =
      thrown instanceof CommanderError
        ? await print(help).then(
            () => thrown,
            failure => failure,
          )
        : thrown;
    // Commander has said itself what is wrong.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    fail(describe(error));
    return exitCodeOf(error);
  }
}

const FITTING = [addFit, addKMeans, addBayes, addLda, addHmm];

export function createProgram(writeOut: (text: string) => unknown): Command {
  const program = new Command('webgpu-em')
    .description(
      'Expectation-maximization on the GPU: mixtures, k-means, topics and hidden Markov models from CSV and .npy files.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut })
    .showHelpAfterError('Try --help.');
  for (const add of [...FITTING, addPredict, addScore, addSample, addBench, addInfo]) add(program);
  return program;
}
