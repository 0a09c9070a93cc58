import { type Command, InvalidArgumentError, Option } from 'commander';
import { LatentDirichletAllocation } from '../../estimators/latent-dirichlet-allocation.js';
import type {
  LatentDirichletAllocationOptions,
  LearningMethod,
} from '../../estimators/latent-dirichlet-options.js';
import { readCounts } from '../counts.js';
import { UsageError } from '../exit.js';
import { type RunOptions, runFit } from '../fitting.js';
import { describeTopics, perplexityOf, topicsJson, topWords } from '../kinds/latent-dirichlet-allocation.js';
import {
  addDevice,
  addJson,
  addModelOut,
  addSeed,
  addStopping,
  kebabCase,
  parseCount,
  parseNonNegative,
  parseNumber,
  parsePositive,
  parsePositiveInteger,
} from '../options.js';

interface LdaOptions extends RunOptions {
  topics: number;
  learningMethod: LearningMethod;
  docTopicPrior?: number;
  topicWordPrior?: number;
  tol: number;
  topWords: number;
  batchSize?: number;
  learningDecay?: number;
  learningOffset?: number;
  evaluateEvery?: number;
  maxDocUpdateIter?: number;
  meanChangeTol?: number;
}

const ONLINE_ONLY = ['batchSize', 'learningDecay', 'learningOffset', 'evaluateEvery'] as const;

const HELP = `
COUNTS is a CSV file of one of two kinds, which its first line tells apart:
  doc,word,count      a line for each word of each document, in any order
  apple,pear,…        a line for each document, a column for each word; a first column named doc, or
                      nothing, names the documents`;

export function addLda(program: Command): void {
  const command = program
    .command('lda')
    .description('Find the topics of documents by latent Dirichlet allocation.')
    .argument('<counts>', 'CSV file of word counts, or - for stdin')
    .requiredOption('--topics <K>', 'number of topics', parsePositiveInteger)
    .addOption(
      new Option('--learning-method <name>', 'all documents in each step, or a step after each minibatch')
        .choices(['batch', 'online'])
        .default('batch'),
    )
    .option('--doc-topic-prior <a>', "of each document's topics (default: 1 / K)", parsePositive)
    .option('--topic-word-prior <b>', "of each topic's words (default: 1 / K)", parsePositive);
  addStopping(command, { help: 'converged when the bound per document changes by less', value: 1e-3 }, 10);
  command
    .option('--batch-size <B>', 'online: documents of a minibatch (default: 128)', parsePositiveInteger)
    .option(
      '--learning-decay <x>',
      'online: exponent of the step sizes, in (0.5, 1] (default: 0.7)',
      parseDecay,
    )
    .option('--learning-offset <x>', 'online: slows the first steps down (default: 10)', parseNonNegative)
    .option('--evaluate-every <P>', 'online: passes between bounds (default: none but the last)', parseCount)
    .option(
      '--max-doc-update-iter <M>',
      'the most updates of a document (default: 100)',
      parsePositiveInteger,
    )
    .option(
      '--mean-change-tol <T>',
      'a document is done when it moves by less (default: 1e-3)',
      parseNonNegative,
    )
    .option('--top-words <W>', 'words to print of each topic', parsePositiveInteger, 10);
  for (const add of [addModelOut, addSeed, addDevice, addJson]) add(command);
  command.addHelpText('after', HELP).action(lda);
}

const lda = (path: string, options: LdaOptions): Promise<void> =>
  runFit(options, async () => {
    const online = options.learningMethod === 'online';
    const misplaced = ONLINE_ONLY.find(name => !online && options[name] !== undefined);
    if (misplaced) throw new UsageError(`--${kebabCase(misplaced)} goes with --learning-method online.`);
    const { counts, words } = await readCounts(path);
    return {
      objective: 'bound',
      size: { count: counts.shape[0], of: 'documents' },
      async fit(device, signal, report) {
        const model = await LatentDirichletAllocation.fit(counts, {
          ...settingsOf(options),
          device,
          signal,
          onIteration: ({ iteration, bound }) => report({ iteration, value: bound }),
        });
        const perplexity = perplexityOf(model.fitInfo.bound, counts);
        const file = topicsJson(model, words);
        const most = options.topWords;
        return {
          fitInfo: model.fitInfo,
          runsAll: online && !options.evaluateEvery,
          file,
          json: { ...file, perplexity, topWords: topWords(model, words, most) },
          text: describeTopics(model, words, { most, perplexity }),
        };
      },
    };
  });

const settingsOf = (options: LdaOptions): LatentDirichletAllocationOptions => ({
  nComponents: options.topics,
  learningMethod: options.learningMethod,
  docTopicPrior: options.docTopicPrior,
  topicWordPrior: options.topicWordPrior,
  tol: options.tol,
  maxIter: options.maxIter,
  batchSize: options.batchSize,
  learningDecay: options.learningDecay,
  learningOffset: options.learningOffset,
  evaluateEvery: options.evaluateEvery,
  maxDocUpdateIter: options.maxDocUpdateIter,
  meanChangeTol: options.meanChangeTol,
  seed: options.seed,
});

function parseDecay(text: string): number {
  const value = parseNumber(text);
  if (!(value > 0.5 && value <= 1)) throw new InvalidArgumentError('Expected a number in (0.5, 1].');
  return value;
}
