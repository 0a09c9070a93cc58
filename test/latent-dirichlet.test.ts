import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { acquireDevice } from '../src/backends/webgpu/device/device.js';
import {
  AbortedError,
  cpu,
  em,
  factorised,
  LatentDirichlet,
  LatentDirichletAllocation,
  randomTopics,
  type SparseCounts,
  webgpu,
} from '../src/index.js';
import { digamma, logGamma } from '../src/numerics/special.js';
import { allNear, identical, near } from './support/assert.js';
import { corpus, matchTopics } from './support/lda-corpus.js';

const gpu = await webgpu();
afterAll(() => gpu.dispose());
const backends = [cpu(), gpu];
const fit = LatentDirichletAllocation.fit;

const planted = corpus({ n: 400, vocabulary: 120, nComponents: 5, length: 80 });
const { counts } = planted;
const rowsOf = ({ data, indices, indptr, shape: [n, vocabulary] }: SparseCounts) =>
  Array.from({ length: n }, (_, d) => {
    const row = new Float64Array(vocabulary);
    for (let t = indptr[d]; t < indptr[d + 1]; t++) row[indices[t]] += data[t];
    return row;
  });

describe.each(backends)('on $device', backend => {
  const device = backend;

  test.each([1, 2, 100])('the bound never falls: %i updates a document', async maxDocUpdateIter => {
    const model = new LatentDirichlet({ nComponents: 5 });
    const rows = await backend.loadCounts(counts);
    const { history } = await em(model, randomTopics(model, 120, 3), rows, {
      eStep: factorised({ maxDocUpdateIter, meanChangeTol: 1e-3 }),
      tol: 0,
      maxIter: 40,
    });
    rows.dispose();
    const rounding = backend.device === 'cpu' ? 1e-12 : 2e-7;
    for (let i = 1; i < history.length; i++) {
      expect(history[i] - history[i - 1]).toBeGreaterThanOrEqual(-rounding * Math.abs(history[i]));
    }
    expect(history[40] - history[0]).toBeGreaterThan(0.05 * Math.abs(history[0]));
  });

  test('γ and λ hold every word once, beside their priors', async () => {
    const rows = await backend.loadCounts(counts);
    const documents = await rows.documentTopics({
      nComponents: 3,
      docTopicPrior: 0.2,
      maxDocUpdateIter: 50,
      meanChangeTol: 1e-3,
    });
    const model = new LatentDirichlet({ nComponents: 3 });
    const { sums } = await documents.update(model.expectedLogTopics(randomTopics(model, 120), rows.words));
    const gamma = await documents.read();
    rows.dispose();
    const dense = rowsOf(counts);
    dense.forEach((row, d) => {
      const length = row.reduce((a, b) => a + b);
      const total = gamma.subarray(3 * d, 3 * d + 3).reduce((a, b) => a + b);
      near(total, 0.6 + length, { rel: 1e-6 }, `Σ γ of document ${d}`);
    });
    rows.words.forEach((word, p) => {
      const total = sums.subarray(3 * p, 3 * p + 3).reduce((a, b) => a + b);
      near(
        total,
        dense.reduce((sum, row) => sum + row[word], 0),
        { rel: 1e-5 },
        `Σ n φ of word ${word}`,
      );
    });
  });

  test('one topic has a closed form', async () => {
    const lda = await fit(counts, { nComponents: 1, topicWordPrior: 0.5, maxIter: 2, tol: 0, device });
    const totals = new Float64Array(120);
    for (const row of rowsOf(counts))
      row.forEach((count, word) => {
        totals[word] += count;
      });
    allNear(
      lda.components,
      totals.map(total => 0.5 + total),
      { rel: 1e-6 },
      'λ',
    );
    // The marginal likelihood of a Dirichlet–multinomial, word order counted.
    const all = totals.reduce((a, b) => a + b);
    const evidence = totals.reduce(
      (sum, total) => sum + logGamma(0.5 + total) - logGamma(0.5),
      logGamma(60) - logGamma(60 + all),
    );
    near(lda.fitInfo.bound, evidence, { rel: 1e-6 }, 'bound');
    allNear(await lda.transform(counts), new Float64Array(400).fill(1), { abs: 1e-7 }, 'θ');
  });

  test('planted topics are found, and the documents that have them', async () => {
    const fits = [];
    for (const seed of [0, 1, 2, 3])
      fits.push(await fit(counts, { nComponents: 5, maxIter: 60, seed, device }));
    const lda = fits.reduce((a, b) => (a.fitInfo.bound > b.fitInfo.bound ? a : b));
    const { order, distances } = matchTopics(lda.topics, planted.topics, 5);
    expect(Math.max(...distances)).toBeLessThan(0.1);
    const proportions = await lda.transform(counts);
    let off = 0;
    for (let d = 0; d < 400; d++) {
      for (let k = 0; k < 5; k++) {
        off += Math.abs(proportions[5 * d + order[k]] - planted.proportions[5 * d + k]) / 2 / 400;
      }
    }
    expect(off).toBeLessThan(0.08);
    console.log(
      `${backend.device}: total variation of topics ${distances.map(d => d.toFixed(3)).join(' ')}, of documents ${off.toFixed(3)}`,
    );
  });

  test('online learning comes near to batch learning', async () => {
    const batch = await fit(counts, { nComponents: 5, maxIter: 60, seed: 1, device });
    const online = await fit(counts, {
      nComponents: 5,
      learningMethod: 'online',
      batchSize: 50,
      maxIter: 20,
      evaluateEvery: 5,
      tol: 0,
      init: batch,
      device,
    });
    expect(online.nBatches).toBe(160);
    expect(online.fitInfo).toMatchObject({ nIter: 20, converged: false, stopReason: 'maxIter' });
    expect(online.fitInfo.history.length).toBe(4);
    near(online.fitInfo.bound, batch.fitInfo.bound, { rel: 0.01 }, 'bound');
  });

  test('a stream of minibatches is what online learning is', async () => {
    const options = { nComponents: 3, learningMethod: 'online', batchSize: 200, maxIter: 1, device } as const;
    const whole = await fit(counts, options);
    const dense = rowsOf(counts);
    const start = await fit(dense.slice(0, 200), { ...options, maxIter: 0 });
    expect(start.nBatches).toBe(0);
    let streamed: LatentDirichletAllocation = start;
    for (const batch of [dense.slice(0, 200), dense.slice(200)]) {
      streamed = await streamed.partialFit(batch, { totalDocuments: 400 });
    }
    identical(streamed.components, whole.components, 'λ');
    expect(streamed.nBatches).toBe(2);
  });

  test('one seed gives one result, bit for bit', async () => {
    const options = { nComponents: 4, maxIter: 5, seed: 7, device };
    const [a, b, c] = [
      await fit(counts, options),
      await fit(counts, options),
      await fit(counts, { ...options, seed: 8 }),
    ];
    identical(a.components, b.components);
    expect(a.fitInfo.bound).toBe(b.fitInfo.bound);
    expect(c.fitInfo.bound).not.toBe(a.fitInfo.bound);
  });

  test('empty documents have the prior; unused words too', async () => {
    const sparse = [
      [2, 0, 0, 1],
      [0, 0, 0, 0],
      [0, 0, 3, 1],
    ];
    const lda = await fit(sparse, { nComponents: 2, topicWordPrior: 0.3, device });
    expect([lda.components[1], lda.components[5]]).toEqual([0.3, 0.3]);
    allNear((await lda.transform(sparse)).subarray(2, 4), [0.5, 0.5], { abs: 1e-7 }, 'θ');
  });

  test('a raised signal keeps the last model', async () => {
    for (const learningMethod of ['batch', 'online'] as const) {
      const controller = new AbortController();
      const onIteration = () => controller.abort();
      const { signal } = controller;
      const lda = await fit(counts, { nComponents: 3, learningMethod, onIteration, signal, device });
      expect(lda.fitInfo.stopReason).toBe('aborted');
      await expect(fit(counts, { nComponents: 3, signal, device })).rejects.toBeInstanceOf(AbortedError);
    }
  });
});

describe('scikit-learn 1.2.1 on the same counts (latent-dirichlet.py)', () => {
  const reference = JSON.parse(
    readFileSync(new URL('reference/latent-dirichlet.json', import.meta.url), 'utf8'),
  );
  const cases = {
    batch: { maxIter: 5, docTopicPrior: 0.6, topicWordPrior: 0.02 },
    default: { maxIter: 15 },
    online: { maxIter: 2, learningMethod: 'online', batchSize: 32 },
  } as const;

  test.each(backends)(
    'from the same start: the same bound, perplexity and topics, on $device',
    async device => {
      for (const [name, options] of Object.entries(cases)) {
        const { score, perplexity, components, transform } = reference[name];
        const tight = { maxDocUpdateIter: 1000, meanChangeTol: device.device === 'cpu' ? 1e-8 : 1e-5 };
        const lda = await fit(reference.counts, {
          nComponents: 4,
          tol: 0,
          init: reference.start,
          device,
          ...tight,
          ...options,
        });
        near(lda.fitInfo.bound, score, { rel: 1e-5 }, `${name} bound`);
        near(await lda.score(reference.counts), score, { rel: 1e-5 }, `${name} score`);
        near(await lda.perplexity(reference.counts), perplexity, { rel: 1e-4 }, `${name} perplexity`);
        allNear(lda.components, components.flat(), { rel: 0.01, abs: 0.5 }, `${name} λ`);
        const first = await lda.transform(reference.counts);
        allNear(first.subarray(0, 12), transform.flat(), { abs: 0.01 }, `${name} θ`);
      }
    },
  );

  test.each(backends)('from starts of its own: perplexity within 2 %, on $device', async device => {
    for (const learningMethod of ['batch', 'online'] as const) {
      const theirs = Math.min(...reference.perplexities[learningMethod]);
      const ours = [];
      for (let seed = 0; seed < 5; seed++) {
        const options = { nComponents: 4, maxIter: 50, tol: 0, seed, learningMethod, device };
        ours.push(await (await fit(reference.counts, options)).perplexity(reference.counts));
      }
      console.log(
        `${device.device} ${learningMethod}: ours ${ours.map(p => p.toFixed(3)).join(' ')}, theirs ${reference.perplexities[learningMethod].map((p: number) => p.toFixed(3)).join(' ')}`,
      );
      near(Math.min(...ours), theirs, { rel: 0.02 }, `${learningMethod} perplexity`);
    }
  });
});

test('both backends come to the same fit', async () => {
  const options = { nComponents: 5, maxIter: 20, tol: 0, meanChangeTol: 1e-5, maxDocUpdateIter: 500 };
  const [a, b] = [
    await fit(counts, { ...options, device: 'cpu' }),
    await fit(counts, { ...options, device: gpu }),
  ];
  near(b.fitInfo.bound, a.fitInfo.bound, { rel: 1e-5 }, 'bound');
  allNear(b.topics, a.topics, { abs: 1e-4 }, 'topics');
});

test('documents in several segments and dispatches give what one gives', async () => {
  const device = await acquireDevice();
  const small = new Proxy(device, {
    get(target, key) {
      const bytes = 2 ** 18;
      if (key === 'limits') {
        return {
          maxBufferSize: bytes,
          maxStorageBufferBindingSize: bytes,
          maxComputeWorkgroupsPerDimension: 50,
        };
      }
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const options = { nComponents: 5, maxIter: 5, tol: 0, maxDocUpdateIter: 1e6 };
  const [a, b] = [
    await fit(counts, { ...options, device: small }),
    await fit(counts, { ...options, device }),
  ];
  near(a.fitInfo.bound, b.fitInfo.bound, { rel: 1e-6 }, 'bound');
  identical(await a.transform(counts), await a.transform(counts, { device }), 'θ');
});

test('the bound is the one that its definition gives', async () => {
  // Σ over documents, words and topics, written out, with φ from its own formula.
  const lda = await fit(counts, { nComponents: 3, maxIter: 3, tol: 0, device: 'cpu' });
  const rows = await cpu().loadCounts(counts);
  const [k, v, alpha, eta] = [3, 120, 1 / 3, 1 / 3];
  const model = new LatentDirichlet({ nComponents: k });
  const logTopics = model.expectedLogTopics(
    lda,
    Uint32Array.from({ length: v }, (_, word) => word),
  );
  const documents = await rows.documentTopics({
    nComponents: k,
    docTopicPrior: alpha,
    maxDocUpdateIter: 100,
    meanChangeTol: 1e-3,
  });
  await documents.update(model.expectedLogTopics(lda, rows.words));
  const gammas = await documents.read();
  const dirichletTerm = (given: ArrayLike<number>, prior: number) => {
    const values = Array.from(given);
    const total = values.reduce((a, b) => a + b);
    return values.reduce(
      (sum, x) => sum + (prior - x) * (digamma(x) - digamma(total)) + logGamma(x) - logGamma(prior),
      logGamma(prior * values.length) - logGamma(total),
    );
  };
  let bound = 0;
  rowsOf(counts).forEach((row, d) => {
    const gamma = gammas.subarray(d * k, (d + 1) * k);
    const logTheta = gamma.map(x => digamma(x) - digamma(gamma.reduce((a, b) => a + b)));
    row.forEach((count, word) => {
      if (count === 0) return;
      const logits = logTheta.map((value, topic) => value + logTopics[word * k + topic]);
      const norm = logits.reduce((sum, value) => sum + Math.exp(value), 0);
      logits.forEach(logit => {
        const phi = Math.exp(logit) / norm;
        bound += count * phi * (logit - Math.log(phi));
      });
    });
    bound += dirichletTerm(gamma, alpha);
  });
  for (let topic = 0; topic < k; topic++) {
    bound += dirichletTerm(lda.components.subarray(topic * v, (topic + 1) * v), eta);
  }
  near(await lda.score(counts), bound, { rel: 1e-10 }, 'bound');
});

test('a model file holds all of it', async () => {
  const lda = await fit(counts, { nComponents: 3, maxIter: 3, learningDecay: 0.8, device: 'cpu' });
  const read = LatentDirichletAllocation.fromJSON(JSON.parse(JSON.stringify(lda)));
  identical(read.components, lda.components);
  expect(read.toJSON()).toEqual(lda.toJSON());
  expect(await read.score(counts, { device: 'cpu' })).toBe(await lda.score(counts));
  expect(read.fitInfo?.bound).toBe(lda.fitInfo.bound);
});

test('dense and sparse counts are the same counts', async () => {
  const dense = rowsOf(counts);
  const flat = { data: Float64Array.from(dense.flatMap(row => [...row])), shape: [400, 120] as const };
  const options = { nComponents: 3, maxIter: 2, device: 'cpu' } as const;
  const [a, b, c] = [await fit(counts, options), await fit(dense, options), await fit(flat, options)];
  identical(a.components, b.components);
  identical(a.components, c.components);
});
