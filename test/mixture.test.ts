import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  constrained,
  GaussianMixture,
  hard,
  InvalidArgumentError,
  InvalidDataError,
  Mixture,
  type MixtureOptions,
  maximumAPosteriori,
  partial,
  sampled,
  stepwise,
  tempered,
} from '../src/index.js';
import { faithful } from './conformance/reference.js';

const quakes = readFileSync(new URL('./reference/earthquakes.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map(line => [Number(line)]);

describe('Mixture', () => {
  test.each(['cpu', 'webgpu'] as const)('%s: earthquakes, three Poissons from k-means++', async device => {
    const fit = await Mixture.fit(quakes, {
      family: 'poisson',
      nComponents: 3,
      nInit: 3,
      tol: 1e-9,
      maxIter: 5000,
      accelerate: 'anderson',
      device,
    });
    expect(fit.fitInfo.logLikelihood).toBeCloseTo(-356.8489, device === 'cpu' ? 3 : 2);
    expect(await fit.score(quakes)).toBeCloseTo(fit.fitInfo.logLikelihood / quakes.length, 5);
    expect(await fit.aic(quakes)).toBeCloseTo(-2 * fit.fitInfo.logLikelihood + 10, 3);
    const again = Mixture.fromJSON(JSON.parse(JSON.stringify(fit)));
    expect(again.rates).toEqual(fit.rates);
    expect(await again.predict(quakes)).toEqual(await fit.predict(quakes));
  });

  test('a likelihood has its constants: one Poisson by hand', async () => {
    const { fitInfo, rates } = await Mixture.fit([[0], [3], [1]], {
      family: 'poisson',
      nComponents: 1,
      device: 'cpu',
    });
    expect(rates?.[0]).toBeCloseTo(4 / 3, 12);
    expect(fitInfo.logLikelihood).toBeCloseTo(4 * Math.log(4 / 3) - 4 - Math.log(6), 12);
  });

  test('categorical columns of different levels: two classes are found, and codes decode', async () => {
    const truth = Mixture.fromParameters(
      { weights: [0.4, 0.6], probabilities: [0.9, 0.1, 0.8, 0.1, 0.1, 0.1, 0.9, 0.1, 0.2, 0.7] },
      { family: 'categorical', levels: [2, 3] },
    );
    const { data, labels } = truth.sample(4000, { seed: 2 });
    const codes = Array.from({ length: 4000 }, (_, i) => Array.from(data.subarray(2 * i, 2 * i + 2)));
    const fit = await Mixture.fit(codes, {
      family: 'categorical',
      nComponents: 2,
      tol: 1e-8,
      maxIter: 2000,
      device: 'cpu',
    });
    expect(fit.levels).toEqual([2, 3]);
    expect(fit.nParameters).toBe(1 + 2 * (1 + 2));
    const predicted = await fit.predict(codes);
    const same = predicted.filter((label, i) => label === labels[i]).length / 4000;
    expect(Math.max(same, 1 - same)).toBeGreaterThan(0.85);
    const sums = Array.from({ length: 2 }, (_, k) =>
      fit.probabilities?.subarray(5 * k, 5 * k + 2).reduce((a, b) => a + b),
    );
    for (const sum of sums) expect(sum).toBeCloseTo(1, 10);
    await expect(fit.predict([[2, 0]])).rejects.toThrow(/column 0 must be a code from 0 to 1, got 2/);
  });

  test('rules by name and as values; the likelihood reported is that of the data', async () => {
    const options = { family: 'poisson', nComponents: 2, device: 'cpu', tol: 0, maxIter: 20 } as const;
    for (const eStep of [
      hard,
      tempered(0.8),
      sampled({ draws: 3 }),
      partial({ blocks: 4 }),
      stepwise({ blocks: 4 }),
    ]) {
      const fit = await Mixture.fit(quakes, { ...options, eStep });
      expect(fit.fitInfo.logLikelihood).toBeCloseTo((await fit.score(quakes)) * quakes.length, 8);
    }
    const held = await Mixture.fit(quakes, { ...options, fixed: ['weights'], init: { rates: [15, 25] } });
    expect(Array.from(held.weights)).toEqual([0.5, 0.5]);
  });
});

describe('rules on GaussianMixture', () => {
  test('known labels, a prior and acceleration', async () => {
    const short = Array.from({ length: 272 }, (_, i) => (faithful.data[2 * i] < 3 ? 0 : 1));
    const labels = short.map((label, i) => (i % 2 === 0 ? label : -1));
    const eStep = constrained({ labels });
    const semi = await GaussianMixture.fit(faithful, { nComponents: 2, eStep, device: 'cpu', seed: 1 });
    const found = await semi.predict(faithful);
    expect(found.filter((label, i) => label === short[i]).length).toBeGreaterThan(265);
    const mStep = maximumAPosteriori({ components: {} });
    const map = await GaussianMixture.fit(faithful, { nComponents: 6, mStep, device: 'cpu' });
    expect(map.covariances.every(Number.isFinite)).toBe(true);
    const fast = await GaussianMixture.fit(faithful, {
      nComponents: 2,
      accelerate: 'squarem',
      tol: 1e-9,
      device: 'cpu',
    });
    expect(fast.fitInfo.logLikelihood).toBeCloseTo(-1130.26396, 4);
  });
});

describe('bad input', () => {
  const base: MixtureOptions = { family: 'poisson', nComponents: 2, device: 'cpu' };
  test.each<[object, RegExp]>([
    [{ family: 'poison' }, /family must be one of poisson, .*"poison"/],
    [{ family: 'binomial' }, /trials must be an integer ≥ 1/],
    [{ trials: 3 }, /trials are the binomial and multinomial families'/],
    [{ levels: [2] }, /levels are the categorical family's/],
    [{ eStep: 'soft' }, /eStep must be a rule or one of exact, hard/],
    [{ accelerate: 'warp' }, /accelerate must be a rule or one of squarem, anderson/],
    [{ fixed: ['means'] }, /fixed must name some of weights, rates/],
    [{ fixed: ['rates'], mStep: maximumAPosteriori() }, /Give `fixed` to the M-step rule/],
    [{ eStep: hard, accelerate: 'squarem', mStep: 3 }, /mStep must be a rule/],
    [{ eStep: partial({ blocks: 4 }), accelerate: 'squarem' }, /accelerate needs an E-step rule/],
    [{ eStep: partial({ blocks: 200 }) }, /blocks must be at most the number of rows, 107/],
    [{ eStep: constrained({ labels: [0] }) }, /Expected 107 labels/],
    [
      { eStep: constrained({ labels: quakes.map(() => 2) }) },
      /Label 0 must be an integer from −1 \(unknown\) to 1, got 2/,
    ],
    [{ eStep: constrained({ mass: { min: 0.6 } }) }, /cannot hold: the shares of min sum to 1.2/],
    [{ eStep: constrained({ mass: { min: 0.5, max: 0.2 } }) }, /component 0 has min 0.5 above max 0.2/],
    [
      { eStep: constrained({ mustLink: [[0, 500]] }) },
      /mustLink group 0 must hold rows from 0 to 106, got 500/,
    ],
    [
      { eStep: constrained({ labels: quakes.map((_, i) => (i < 2 ? i : -1)), mustLink: [[0, 1]] }) },
      /Rows 0 and 1 must link but are labelled 0 and 1: both cannot hold/,
    ],
    [
      { mStep: maximumAPosteriori({ weights: 0.5 }) },
      /concentration of the weights' prior must be a finite number ≥ 1/,
    ],
    [
      { mStep: maximumAPosteriori({ components: { shape: 0, rate: 1 } }) },
      /prior's shape must be a finite number ≥ 1/,
    ],
    [{ init: { probabilities: [1, 2] } }, /rates must have shape \[2, 1\] \(2 numbers\), got none/],
  ])('%o', async (options, message) => {
    const fit = Mixture.fit(quakes, { ...base, ...options } as MixtureOptions);
    await expect(fit).rejects.toThrow(message);
    await expect(fit).rejects.toBeInstanceOf(InvalidArgumentError);
  });

  test.each([
    [[[1], [2.5]], 'poisson', /Row 1 is \[2.5\]; the poisson family needs counts/],
    [[[1], [-1]], 'poisson', /Row 1 is \[-1\]; the poisson family needs counts/],
    [[[1], [2]], 'bernoulli', /Row 1 is \[2\]; the bernoulli family needs values 0 and 1/],
    [
      [
        [1, -3],
        [2, 0],
      ],
      'multinomial',
      /Row 0 is \[1, -3\]/,
    ],
    [[[0.5], [2]], 'categorical', /Row 0, column 0 must be a code/],
  ] as const)('%o is no data of the %s family', async (points, family, message) => {
    const fit = Mixture.fit(points, { family, nComponents: 1, device: 'cpu' });
    await expect(fit).rejects.toThrow(message);
    await expect(fit).rejects.toBeInstanceOf(InvalidDataError);
  });

  test.each([
    [
      'one component',
      1,
      [
        [8, 8, 7],
        [9, 5, 0],
        [1, 2, 0],
        [8, 5, 6],
        [4, 1e15, 8],
        [7, 9, 4],
        [3, 7, 0],
        [6, 9, 4],
      ],
      4,
    ],
    [
      'more',
      3,
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [0, 1e9],
        [1, 0],
      ],
      88,
    ],
  ])(
    'probabilities that round to 1 beside an enormous count are no falling likelihood: %s',
    async (_, k, rows, seed) => {
      const { fitInfo } = await Mixture.fit(rows, {
        family: 'multinomial',
        nComponents: k,
        maxIter: 3,
        seed,
        device: 'cpu',
      });
      expect(fitInfo.logLikelihood).toBeLessThan(0);
    },
  );

  test.each([
    [() => tempered(0), /beta must be a number > 0/],
    [() => tempered([]), /beta/],
    [() => tempered([1, Number.NaN]), /beta/],
    [() => sampled({ draws: 0 }), /draws must be an integer from 1/],
    [() => sampled({ average: 0.5 }), /average must be an integer ≥ 1/],
    [() => partial({ blocks: 0 }), /blocks must be an integer ≥ 1/],
    [() => stepwise({ exponent: 0.5 }), /exponent must be in \(0.5, 1\], got 0.5/],
    [() => stepwise({ exponent: 1.1 }), /exponent/],
    [() => stepwise({ delay: 0 }), /delay must be a finite number ≥ 1/],
  ])('a rule of bad settings cannot be made: %s', (make, message) => {
    expect(make).toThrow(InvalidArgumentError);
    expect(make).toThrow(message);
  });
});
