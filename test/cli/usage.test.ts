import { describe, expect, it } from 'vitest';
import { KMeans, Mixture } from '../../src/index.js';
import { at, faithful, onCpu, put, run } from './harness.js';

const two = ['--components', '2', ...onCpu];
const files = {
  kMeans: put(
    'k.json',
    JSON.stringify(
      KMeans.fromCenters([
        [2, 55],
        [4, 80],
      ]),
    ),
  ),
  counts: put(
    'p.json',
    JSON.stringify(Mixture.fromParameters({ weights: [0.5, 0.5], rates: [[1], [2]] }, { family: 'poisson' })),
  ),
  topics: put(
    't.json',
    JSON.stringify({
      ...{ format: 'webgpu-em/model', version: 1, model: 'latent-dirichlet-allocation' },
      ...{ nComponents: 2, nFeatures: 4, docTopicPrior: 0.5, topicWordPrior: 0.5 },
      components: [
        [9, 9, 1, 1],
        [1, 1, 9, 9],
      ],
    }),
  ),
};

describe('wrong usage ends with 2', () => {
  const fit = ['fit', faithful, '--components', '2'];
  it.each([
    [[...fit, '--family', 'cauchy'], 'gaussian, poisson, bernoulli'],
    [
      [...fit, '--family', 'poisson', '--covariance', 'diag'],
      '--covariance does not go with --family poisson',
    ],
    [[...fit, '--trials', '3'], '--trials does not go with --family gaussian'],
    [[...fit, '--family', 'binomial'], '--family binomial needs --trials'],
    [[...fit, '--family', 'categorical', '--levels', '2,0'], 'Expected integers ≥ 1'],
    [[...fit, '--e-step', 'soft'], 'Expected exact, hard, tempered'],
    [[...fit, '--e-step', 'sampled:draws=x'], 'Expected draws=NUMBER'],
    [[...fit, '--e-step', 'hard', '--labels', faithful], 'go with --e-step constrained'],
    [[...fit, '--m-step', 'variational'], 'Expected maximum-likelihood, maximum-a-posteriori, gradient'],
    [[...fit, '--accelerate', 'warp'], 'squarem, anderson'],
    [[...fit, '--fixed', 'rates'], 'takes weights, means, covariances'],
    [['kmeans', faithful], '--clusters is missing.'],
    [['kmeans', faithful, '--clusters', '2', '--init', 'k-means'], 'k-means++, random or a model file'],
    [['kmeans', faithful, '--clusters', '2', '--beta', '0'], 'Expected a number > 0'],
    [['bayes', faithful], '--components is missing.'],
    [['bayes', faithful, '--components', '2', '--weight-concentration-prior-type', 'x'], 'dirichlet-process'],
    [['bayes', faithful, '--components', '2', '--mean-prior', '1,b'], 'Expected numbers'],
    [['lda', faithful], '--topics'],
    [
      ['lda', faithful, '--topics', '2', '--batch-size', '9'],
      '--batch-size goes with --learning-method online',
    ],
    [['lda', faithful, '--topics', '2', '--learning-decay', '0.4'], 'in (0.5, 1]'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('bad input ends with 1, in one clear line', () => {
  it.each([
    [
      ['info', put('odd.json', '{"format":"webgpu-em/model","version":1,"model":"tree"}')],
      'got a model "tree"',
    ],
    [['fit', faithful, '--init', files.kMeans], 'Expected one of gaussian-mixture, '],
    [['kmeans', faithful, '--init', files.counts], 'Expected a "k-means" model'],
    [['kmeans', faithful, '--init', put('none.json', '{}')], 'clusterCenters, or an array of centres'],
    [
      ['bayes', faithful, '--init', files.counts],
      'The family is gaussian, but the model in the --init file has poisson',
    ],
    [['fit', faithful, '--family', 'poisson', '--components', '2'], 'the poisson family needs counts'],
    [
      ['fit', faithful, ...two, '--e-step', 'sampled', '--accelerate', 'squarem'],
      'accelerate needs an E-step rule',
    ],
    [['fit', faithful, ...two, '--e-step', 'constrained:min=0.6'], 'The bounds on mass cannot hold'],
    [['bayes', faithful, '--components', '2', '--mean-prior', '1'], 'meanPrior must have shape [2]'],
    [['lda', faithful, '--topics', '2', '--out', at('nowhere/m.json')], 'there is no folder'],
    [['predict', files.topics, put('few.csv', '1,2\n')], 'The model has 4 words, the file has 2 columns'],
    [['score', files.topics, faithful, '--columns', 'waiting'], 'Word counts have no --columns'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run([...args, ...(args[0] === 'info' ? [] : onCpu)]);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(1);
  });
});
