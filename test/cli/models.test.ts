import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { KMeans, LatentDirichletAllocation, Mixture } from '../../src/index.js';
import { at, done, earthquakes, faithful, iris, json, onCpu, pointsOf, put, run } from './harness.js';

const two = ['--components', '2', ...onCpu];
const petals = ['--columns', 'petal_length,petal_width'];

const DENSE = 'doc,apple,pear,engine,wheel\na,3,2,0,0\nb,0,0,4,2\nc,1,3,0,0\nd,0,0,1,3\n';
const TRIPLES = `doc,word,count\n${[
  ['a,apple,3', 'a,pear,2', 'b,engine,4', 'b,wheel,2'],
  ['c,apple,1', 'c,pear,3', 'd,engine,1', 'd,wheel,3'],
]
  .flat()
  .join('\n')}\n`;

const files = { kMeans: at('k.json'), counts: at('p.json'), bayes: at('b.json'), topics: at('t.json') };
const outputs: Record<keyof typeof files, string> = { kMeans: '', counts: '', bayes: '', topics: '' };

beforeAll(async () => {
  put('dense.csv', DENSE);
  put('triples.csv', TRIPLES);
  const fits: Record<keyof typeof files, string[]> = {
    kMeans: ['kmeans', iris, ...petals, '--clusters', '3', '--restarts', '5'],
    counts: [
      'fit',
      earthquakes,
      '--family',
      'poisson',
      '--components',
      '3',
      '--tol',
      '1e-9',
      '--max-iter',
      '999',
    ],
    bayes: ['bayes', faithful, '--components', '6', '--weight-concentration-prior', '0.01'],
    topics: ['lda', at('triples.csv'), '--topics', '2', '--max-iter', '50', '--top-words', '2'],
  };
  for (const name of Object.keys(fits) as (keyof typeof files)[]) {
    outputs[name] = await done(...fits[name], ...onCpu, '--out', files[name]);
  }
});

describe('fit with other families and rules', () => {
  it('finds the library’s fit of counts', async () => {
    expect(outputs.counts).toMatch(
      /^model +Poisson mixture, 3 components, 1 feature\nlog-likelihood +-356\.849\n/,
    );
    expect(outputs.counts).toMatch(/^component +weight +rate count$/m);
    const told = { family: 'poisson', nComponents: 3, tol: 1e-9, maxIter: 999, device: 'cpu' } as const;
    const options = { ...told, columns: ['count'] };
    const fit = await Mixture.fit(pointsOf(earthquakes), options);
    expect(JSON.parse(readFileSync(files.counts, 'utf8'))).toEqual(JSON.parse(JSON.stringify(fit)));
  });

  it('goes on from a file of counts, whose family it takes', async () => {
    const args = ['fit', earthquakes, '--init', files.counts, '--max-iter', '0', ...onCpu];
    const { family, rates } = await json(...args);
    expect({ family, rates }).toEqual({ family: 'poisson', rates: expect.anything() });
    expect(rates).toEqual(JSON.parse(readFileSync(files.counts, 'utf8')).rates);
    const { code, stderr } = await run([...args, '--family', 'gaussian']);
    expect(stderr).toBe('error: --family is gaussian, but the model in the --init file has poisson.\n');
    expect(code).toBe(1);
  });

  it('draws rows of categorical codes that it can score', async () => {
    const data = put('codes.csv', 'smoker,grade\n0,2\n1,0\n1,1\n0,2\n1,0\n0,2\n');
    const model = at('codes.json');
    const args = ['--family', 'categorical', '--levels', '2,4', '--out', model];
    const table = await done('fit', data, ...args, ...two);
    expect(table).toMatch(/^model +Categorical mixture, 2 components, 2 features$/m);
    expect(table).toContain('probability grade=3');
    const drawn = put('drawn.csv', await done('sample', model, '--n', '50'));
    const [header, ...rows] = readFileSync(drawn, 'utf8').trimEnd().split('\n');
    expect(header).toBe('smoker,grade');
    expect(new Set(rows)).toEqual(new Set(['0,2', '1,0', '1,1']));
    expect(Number.isFinite((await json('score', model, drawn, ...onCpu)).logLikelihood)).toBe(true);
  });

  it.each([
    ['--e-step', 'hard'],
    ['--e-step', 'tempered:0.2,0.5,1'],
    ['--e-step', 'partial:blocks=16'],
    ['--m-step', 'maximum-a-posteriori:weights=2,components'],
    ['--fixed', 'weights', '--accelerate', 'squarem'],
    ['--m-step', 'gradient:learning-rate=0.1,steps=3'],
  ])('%j', async (...rules) => {
    const { fit } = await json('fit', faithful, ...two, '--max-iter', '30', ...rules);
    expect(fit.logLikelihood).toBeGreaterThan(-1150);
    expect(fit.logLikelihood).toBeLessThan(-1130.26);
  });

  it('bounds shares, and takes the priors of a family', async () => {
    const prior = ['--m-step', 'maximum-a-posteriori:shape=2,rate=0.1'];
    const args = ['fit', earthquakes, '--family', 'poisson', ...two, '--tol', '1e-9', ...prior];
    const free = await json(...args);
    const bound = await json(...args, '--e-step', 'constrained:min=0.45');
    expect(Math.min(...free.weights)).toBeLessThan(0.4);
    expect(Math.min(...bound.weights)).toBeCloseTo(0.45, 6);
  });

  it('averages draws, the same for one seed', async () => {
    const args = ['fit', faithful, ...two, '--max-iter', '30', '--tol', '0', '--e-step'];
    const [first, again, other] = await Promise.all(
      ['seed=3', 'seed=3', 'seed=4'].map(seed => run([...args, `sampled:draws=4,average=5,${seed}`])),
    );
    expect(first.stderr).toBe('');
    expect(again).toEqual(first);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it('keeps to known labels and to links', async () => {
    const species = readFileSync(iris, 'utf8').trimEnd().split(/\r?\n/).slice(1);
    const names = ['virginica', 'setosa', 'versicolor'];
    const codes = species.map((line, i) => (i % 10 === 0 ? names.indexOf(line.split(',')[4]) : ''));
    const labels = put('labels.csv', `species\n${codes.join('\n')}\n`);
    const model = at('labelled.json');
    await done('fit', iris, ...petals, '--components', '3', '--labels', labels, '--out', model, ...onCpu);
    const { labels: found } = await json('predict', model, iris, ...petals, ...onCpu);
    const right = species.filter((line, i) => names[found[i]] === line.split(',')[4]);
    expect(right.length).toBeGreaterThan(140);

    const short = put('short.csv', '0\n1\n');
    const { code, stderr } = await run(['fit', faithful, ...two, '--must-link', short, '--labels', short]);
    expect(stderr).toMatch(/^error: Expected 272 labels, one a row.*\n$/);
    expect(code).toBe(1);
  });
});

describe('kmeans', () => {
  it('prints sizes, centres and inertia', async () => {
    expect(outputs.kMeans).toMatch(/^model +k-means, 3 clusters, 2 features\ninertia +31\.3713/);
    expect(outputs.kMeans).toMatch(/^cluster +rows +centre petal_length +centre petal_width$/m);
    const args = [iris, ...petals, '--clusters', '3', '--restarts', '5'];
    const { sizes, starts, ...model } = await json('kmeans', ...args, ...onCpu);
    expect(sizes.sort()).toEqual([48, 50, 52]);
    expect(starts).toHaveLength(5);
    expect(model).toEqual(JSON.parse(readFileSync(files.kMeans, 'utf8')));
  });

  it('starts from a model, or from centres alone', async () => {
    const { clusterCenters } = JSON.parse(readFileSync(files.kMeans, 'utf8'));
    const bare = put('centers.json', JSON.stringify(clusterCenters));
    for (const start of [files.kMeans, bare]) {
      const model = await json('kmeans', iris, ...petals, '--init', start, ...onCpu);
      expect(model.fit.converged).toBe(true);
      expect(model.fit.inertia).toBeCloseTo(31.3713, 3);
    }
  });

  it('is soft with --beta', async () => {
    const model = await json('kmeans', faithful, '--clusters', '2', '--beta', '0.01', ...onCpu);
    const expected = await KMeans.fit(pointsOf(faithful), { nClusters: 2, beta: 0.01, device: 'cpu' });
    expect(model.clusterCenters.flat()).toEqual([...expected.clusterCenters]);
  });

  it('predicts and scores, and does no more', async () => {
    const args = [files.kMeans, iris, ...petals, ...onCpu];
    expect(await done('predict', ...args)).toMatch(/^cluster\n\d\n/);
    expect((await json('score', ...args)).inertia).toBeCloseTo(31.3713, 3);
    expect(await done('info', files.kMeans)).toContain('centre petal_length');
    expect((await run(['predict', ...args, '--proba'])).stderr).toMatch(
      /k-means model gives labels, no prob/,
    );
    expect(await run(['sample', files.kMeans, '--n', '5'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: ${files.kMeans}: There are no rows to draw from a k-means model.\n`,
    });
  });
});

describe('bayes', () => {
  it('says which components the rows call for', async () => {
    expect(outputs.bayes).toContain('6 components (2 with a row or more)');
    expect(outputs.bayes).toMatch(/^lower bound +-1192\.33/m);
    expect(outputs.bayes).toMatch(/^component +weight +rows +mean eruptions +mean waiting$/m);
  });

  it('takes priors', async () => {
    const priors = ['--mean-prior', '3,70', '--degrees-of-freedom-prior', '4', '--mean-precision-prior', '2'];
    const type = ['--weight-concentration-prior-type', 'dirichlet-distribution', '--covariance', 'diag'];
    const model = await json('bayes', faithful, ...two, ...priors, ...type, '--covariance-prior', '1,100');
    expect(model).toMatchObject({
      weightConcentrationPriorType: 'dirichlet-distribution',
      weightConcentrationPrior: 0.5,
      meanPrior: [3, 70],
      meanPrecisionPrior: 2,
      degreesOfFreedomPrior: 4,
      covariancePrior: [1, 100],
    });
  });

  it('goes on from its own model; predicts, scores and draws', async () => {
    const again = await json('bayes', faithful, '--init', files.bayes, '--max-iter', '0', ...onCpu);
    expect(again.fit.lowerBound).toBeCloseTo(-1192.331, 2);
    expect(again.weightConcentrationPrior).toBe(0.01);
    const proba = await done('predict', files.bayes, faithful, '--proba', ...onCpu);
    expect(proba).toMatch(/^component_0,.*,component_5\n/);
    expect((await json('score', files.bayes, faithful, ...onCpu)).score).toBeCloseTo(-4.19, 1);
    expect((await json('sample', files.bayes, '--n', '3')).points).toHaveLength(3);
  });
});

describe('lda', () => {
  it('prints topics, the bound and the perplexity', async () => {
    expect(outputs.topics).toMatch(
      /^model +Latent Dirichlet allocation, 2 topics, 4 words\nbound +-26\.\d+\n/,
    );
    expect(outputs.topics).toMatch(/^perplexity +3\.9/m);
    const topics = [...outputs.topics.matchAll(/^topic \d {2}(\w+) [\d.]+, (\w+) [\d.]+$/gm)];
    const pairs = topics.map(([, a, b]) => [a, b].sort().join());
    expect(pairs.sort()).toEqual(['apple,pear', 'engine,wheel']);
  });

  it('reads both kinds of counts alike, and as the library does', async () => {
    const args = ['--topics', '2', '--max-iter', '50', '--doc-topic-prior', '0.1', ...onCpu];
    const [triples, dense] = await Promise.all(
      ['triples.csv', 'dense.csv'].map(name => json('lda', at(name), ...args)),
    );
    expect(triples).toEqual(dense);
    const counts = DENSE.trim()
      .split('\n')
      .slice(1)
      .map(line => line.split(',').slice(1).map(Number));
    const fit = { nComponents: 2, maxIter: 50, docTopicPrior: 0.1, device: 'cpu' } as const;
    const model = await LatentDirichletAllocation.fit(counts, fit);
    expect(dense.components.flat()).toEqual([...model.components]);
    expect(dense.perplexity).toBeCloseTo(await model.perplexity(counts), 2);
    expect(dense.topWords[0]).toHaveLength(4);
  });

  it('learns online', async () => {
    const args = ['--learning-method', 'online', '--batch-size', '2', '--max-iter', '5', ...onCpu];
    const { code, stdout, stderr } = await run(['lda', at('dense.csv'), '--topics', '2', '--json', ...args]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ nBatches: 10, fit: { nIter: 5 } });
  });

  it('gives documents their topics by name, and scores them', async () => {
    const lines = (await done('predict', files.topics, at('dense.csv'), ...onCpu)).trimEnd().split('\n');
    const [header, a, b, c, d] = lines.map(line => line.split(','));
    expect(header).toEqual(['doc', 'topic']);
    expect([a, b, c, d].map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect([c[1], d[1]]).toEqual([a[1], b[1]]);
    expect(a[1]).not.toBe(b[1]);
    const unknown = put('unknown.csv', 'doc,word,count\nx,wheel,2\nx,plum,5\n');
    const { stdout, stderr } = await run(['predict', files.topics, unknown, '--proba', '--json', ...onCpu]);
    expect(stderr).toBe('note: words that the model does not know are left out: plum.\n');
    expect(JSON.parse(stdout)).toMatchObject({ names: ['x'] });
    const scores = await json('score', files.topics, at('triples.csv'), ...onCpu);
    expect(scores.nRows).toBe(4);
    expect(scores.perplexity).toBeCloseTo(3.94, 1);
    expect(await done('info', files.topics)).toMatch(/^topic 1 {2}\w+ 0/m);
  });
});

describe('on a GPU', () => {
  it.each([
    ['kmeans', iris, ...petals, '--clusters', '3'],
    ['fit', earthquakes, '--family', 'poisson', '--components', '3'],
    ['bayes', faithful, '--components', '4'],
    ['lda', at('dense.csv'), '--topics', '2'],
  ])('%s', async (...args) => {
    expect((await json(...args, '--device', 'webgpu')).fit.device).toBe('webgpu');
  });
});

describe('on Ctrl-C', () => {
  it.each([
    ['kmeans', faithful, '--clusters', '3', '--beta', '0.001'],
    ['bayes', faithful, '--components', '5'],
    ['lda', at('dense.csv'), '--topics', '2'],
  ])('%s keeps the last model', async (...args) => {
    const endless = ['--tol', '0', '--max-iter', '1000000000', '--json'];
    const { code, stdout, stderr } = await run([...args, ...endless], { interrupt: 500 });
    expect(code, stderr).toBe(130);
    expect(stderr).toMatch(/^note: interrupted after \d+ iterations/m);
    expect(JSON.parse(stdout).fit.stopReason).toBe('aborted');
  });
});
