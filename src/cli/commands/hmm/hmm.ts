import type { Command } from 'commander';
import { addHmmDecode } from './decode.js';
import { addHmmFit } from './fit.js';
import { addHmmForecast } from './forecast.js';
import { addHmmSample } from './sample.js';
import { addHmmScore } from './score.js';

const HELP = `
The rows of a file are one sequence, in their order, unless --sequence-column or --lengths divide them.

Example: webgpu-em hmm fit days.csv --states 3 --sequence-column station --out model.json
         webgpu-em hmm decode model.json days.csv --sequence-column station`;

/** Models whose rows come in sequences: commands of their own, for they are told where one begins. */
export function addHmm(program: Command): void {
  const group = program
    .command('hmm')
    .description('Hidden Markov models: rows in order, with states behind them.');
  for (const add of [addHmmFit, addHmmDecode, addHmmScore, addHmmSample, addHmmForecast]) add(group);
  group.addHelpText('after', HELP);
}
