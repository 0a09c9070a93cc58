import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { addBench } from './commands/bench.js';
import { addFit } from './commands/fit.js';
import { addInfo } from './commands/info.js';
import { addPredict } from './commands/predict.js';
import { addSample } from './commands/sample.js';
import { addScore } from './commands/score.js';
import { describe, EXIT, exitCodeOf, fail } from './exit.js';

/** The command line: arguments after the program's name → exit code. Never throws. */
export async function run(args: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    // Commander has printed its own message by now.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    fail(describe(error));
    return exitCodeOf(error);
  }
}

function createProgram(): Command {
  const program = new Command('webgpu-em')
    .description('Expectation-maximization on the GPU: Gaussian mixtures from CSV and .npy files.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Try --help.');
  for (const add of [addFit, addPredict, addScore, addSample, addBench, addInfo]) add(program);
  return program;
}
