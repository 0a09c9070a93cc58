import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { at, faithful, onCpu, put, run } from './harness.js';

const model = at('model.json');
const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
/** The good file with members made something else; '@@' stands for nesting. */
const broken = (members: object, nesting = '0') =>
  put(
    'broken.json',
    JSON.stringify({ ...JSON.parse(readFileSync(model, 'utf8')), ...members }).replace('"@@"', nesting),
  );
const clear = (message: RegExp) => ({ code: 1, stdout: '', stderr: expect.stringMatching(message) });

beforeAll(async () => {
  await run(['fit', faithful, '--components', '2', ...onCpu, '--out', model]);
});

describe('a model file that is none ends with 1 and one clear line, at once', () => {
  it.each<[string, () => string, RegExp]>([
    [
      'a length without numbers',
      () => broken({ weights: { length: 3e8 } }),
      /broken: weights must be numbers of shape \[2\], got an object/,
    ],
    ['nesting', () => broken({ means: '@@' }, deep(5000)), /broken: means must have shape \[2, 2\]/],
    [
      'nesting in its name',
      () => broken({ model: '@@' }, deep(100_000)),
      /Expected the name of a model, got an array/,
    ],
    [
      'more components than given',
      () => broken({ nComponents: 5 }),
      /broken: weights must have shape \[5\] \(5 numbers\), got 2/,
    ],
    [
      'more than there may be',
      () => broken({ nComponents: 1e9 }),
      /nComponents must be an integer from 1 to 1024, got 1000000000/,
    ],
    [
      'a fit that is none',
      () => broken({ fit: { logLikelihood: 'x' } }),
      /fit.logLikelihood must be a number, got "x"/,
    ],
    ['escapes', () => broken({ format: '\u001b[31mred'.repeat(999) }), /got "\\u001b\[31mred.{0,80}…"/],
  ])('%s', async (_, make, message) => {
    const file = make();
    const began = performance.now();
    for (const command of [
      ['predict', file, faithful, ...onCpu],
      ['info', file],
      ['fit', faithful, '--init', file],
    ]) {
      const outcome = await run(command);
      expect(outcome).toEqual(clear(message));
      expect(outcome.stderr).toMatch(/^error: \P{Cc}{1,400}\n$/u);
    }
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it.each<[string[], string]>([
    [['fit', faithful], '{"weights":{"length":3e8},"means":[[1,2]],"covariances":[1]}'],
    [['fit', faithful], `{"means":${deep(5000)},"covariances":[1]}`],
    [['kmeans', faithful], '[{"length":3e8}]'],
    [
      ['hmm', 'fit', faithful],
      '{"initialProbs":{"length":3e8},"transitionMatrix":[[1]],"emission":{"means":[[1]]}}',
    ],
    [['hmm', 'fit', faithful], `{"initialProbs":[1],"transitionMatrix":${deep(5000)}}`],
  ])('%s --init with %s', async (command, text) => {
    const { code, stdout, stderr } = await run([...command, '--init', put('start.json', text), ...onCpu]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^error: (?!.*unexpected)[^\n]{1,400}\n$/);
  });

  it('words that are no texts', async () => {
    const topics = { format: 'webgpu-em/model', version: 1, model: 'latent-dirichlet-allocation' };
    const own = { nComponents: 1, nFeatures: 2, components: [[1, 1]], words: '@@' };
    const text = JSON.stringify({ ...topics, ...own }).replace('"@@"', `[${deep(5000)},${deep(5000)}]`);
    expect(await run(['info', put('topics.json', text)])).toEqual(clear(/expected 2 words/));
    const priors = JSON.stringify({
      ...topics,
      ...own,
      words: ['a', 'b'],
      docTopicPrior: [0.5],
      maxDocUpdateIter: 'x',
    });
    expect(await run(['info', put('topics.json', priors)])).toEqual(clear(/docTopicPrior must be a number/));
  });

  it('a device of any length is cut, and obeyed by no terminal', async () => {
    const { fit } = JSON.parse(readFileSync(model, 'utf8'));
    const far = broken({ fit: { ...fit, device: '\u001b[31m'.repeat(1e4), adapter: 'x'.repeat(1e5) } });
    const { stdout } = await run(['info', far]);
    expect(stdout).toMatch(/^device +\\u001b\P{Cc}{1,400}$/mu);
    expect(stdout.length).toBeLessThan(2000);
  });

  it('names of columns reach no terminal raw', async () => {
    const named = broken({ columns: ['\u001b[31mred', 'x'.repeat(1e5)] });
    const { stdout } = await run(['info', named]);
    expect(stdout).toContain('mean \\u001b[31mred');
    expect(stdout.length).toBeLessThan(1000);
    const { stderr } = await run(['predict', named, faithful, ...onCpu]);
    expect(stderr).toMatch(/^error: \P{Cc}{1,600}\n$/u);
  });
});
