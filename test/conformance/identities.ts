/** What must hold on any data: identities of mixtures and of EM, before any fixture. */
import { type CovarianceName, GaussianMixture, type GaussianMixtureOptions } from '../../src/index.js';
import { allNear, equal, identical, near, ok } from '../support/assert.js';
import { randomPoints } from '../support/synthetic.js';
import type { Case } from './case.js';
import { faithful, iris } from './reference.js';

const TYPES: CovarianceName[] = ['full', 'tied', 'diag', 'spherical'];
const fitRel = (device: string) => (device === 'cpu' ? 1e-10 : 2e-5);

/** One M-step from given labels. */
const oneStep = (
  covarianceType: CovarianceName,
  labels: Uint32Array,
  backend: GaussianMixtureOptions['device'],
) =>
  GaussianMixture.fit(iris, {
    nComponents: 3,
    covarianceType,
    init: labels,
    maxIter: 0,
    regCovar: 0,
    device: backend,
  });

const covarianceTypes: Case = {
  name: 'tied = Σ N_k Σ_k / N of full, diag = its diagonal, spherical = mean of diag',
  async run(backend) {
    const [n, d] = iris.shape;
    const labels = Uint32Array.from({ length: n }, (_, i) => (i * 7) % 3);
    const [full, tied, diag, spherical] = await Promise.all(
      TYPES.map(type => oneStep(type, labels, backend)),
    );
    const tolerance = { rel: fitRel(backend.device), abs: 1e-6 };
    const pooled = Array.from({ length: d * d }, (_, t) =>
      full.weights.reduce((sum, weight, k) => sum + weight * full.covariances[k * d * d + t], 0),
    );
    const diagonals = Array.from(
      { length: 3 * d },
      (_, i) => full.covariances[Math.floor(i / d) * d * d + (i % d) * (d + 1)],
    );
    const means = Array.from(
      { length: 3 },
      (_, k) => diagonals.slice(k * d, (k + 1) * d).reduce((a, b) => a + b) / d,
    );
    allNear(tied.covariances, pooled, tolerance, 'tied');
    allNear(diag.covariances, diagonals, tolerance, 'diag');
    allNear(spherical.covariances, means, tolerance, 'spherical');
  },
};

const labelledMoments: Case = {
  name: 'a start from labels has the moments of the labelled rows, scatter as small as it may be',
  async run(backend) {
    // Two tight clusters far from each other and from 0: raw second moments in float32 would have no digits left.
    const tight = randomPoints(500, 1, 2, { seed: 9 });
    const data = tight.data.map((value, i) => 1e-3 * value + (i < 500 ? 4000 : -4000));
    const labels = Uint32Array.from({ length: 500 }, (_, i) => (i < 250 ? 0 : 1));
    const gmm = await GaussianMixture.fit(
      { data, shape: [500, 2] },
      { nComponents: 2, covarianceType: 'diag', init: labels, maxIter: 0, regCovar: 0, device: backend },
    );
    for (const k of [0, 1]) {
      const half = data.subarray(k * 500, (k + 1) * 500).filter((_, i) => i % 2 === 0);
      const mean = half.reduce((a, b) => a + b) / half.length;
      const variance = half.reduce((sum, value) => sum + (value - mean) ** 2, 0) / half.length;
      near(gmm.means[2 * k], mean, { abs: backend.device === 'cpu' ? 1e-9 : 1e-4 }, 'mean');
      // The rows themselves, ±1 after scaling, are rounded to 2⁻²⁵ · 4000 = 1.2e-4 against a deviation of about 1e-3.
      near(gmm.covariances[2 * k], variance, { rel: backend.device === 'cpu' ? 1e-7 : 0.1 }, 'variance');
    }
  },
};

const oneBic: Case = {
  name: 'D = 1, K = 1: all four types give one BIC',
  async run(backend) {
    const points = { data: faithful.data.filter((_, i) => i % 2 === 0), shape: [272, 1] as const };
    const bics: number[] = [];
    for (const covarianceType of TYPES) {
      const gmm = await GaussianMixture.fit(points, { nComponents: 1, covarianceType, device: backend });
      bics.push(await gmm.bic(points));
    }
    allNear(bics, Array(4).fill(bics[0]), { rel: fitRel(backend.device) }, 'BIC');
  },
};

const freeParameters: Case = {
  name: 'D = 5, K = 2: 41, 26, 21 and 13 free parameters',
  async run(backend) {
    const points = randomPoints(100, 2, 5);
    for (const [type, expected] of [
      ['full', 41],
      ['tied', 26],
      ['diag', 21],
      ['spherical', 13],
    ] as const) {
      const gmm = await GaussianMixture.fit(points, {
        nComponents: 2,
        covarianceType: type,
        device: backend,
        maxIter: 1,
      });
      equal(gmm.nParameters, expected, type);
    }
  },
};

const monotone: Case[] = TYPES.map(covarianceType => ({
  name: `${covarianceType}: the log-likelihood never falls`,
  async run(backend) {
    const points = randomPoints(3000, 4, 3, { spread: 1, seed: 11 });
    const { fitInfo } = await GaussianMixture.fit(points, {
      nComponents: 5,
      covarianceType,
      init: 'random-from-data',
      regCovar: 0,
      tol: 0,
      maxIter: 60,
      device: backend,
    });
    const slack = backend.device === 'cpu' ? 1e-9 : 2e-6;
    fitInfo.history.slice(1).forEach((value, i) => {
      const before = fitInfo.history[i];
      ok(value >= before - slack * Math.abs(before), `M-step ${i + 1} not to lower ${before}, got ${value}`);
    });
    ok(fitInfo.history[60] > fitInfo.history[0], 'the likelihood to have risen');
  },
}));

const warmStart: Case = {
  name: 'one M-step and one more, from the first fit, are two',
  async run(backend) {
    const options = { nComponents: 3, tol: 0, device: backend, seed: 4 } as const;
    const two = await GaussianMixture.fit(iris, { ...options, maxIter: 2 });
    const one = await GaussianMixture.fit(iris, { ...options, maxIter: 1 });
    const again = await GaussianMixture.fit(iris, { ...options, maxIter: 1, init: one });
    near(again.fitInfo.logLikelihood, two.fitInfo.logLikelihood, { rel: 1e-12 }, 'log-likelihood');
    allNear(again.means, two.means, { rel: 1e-12 }, 'means');
    equal(again.fitInfo.history[0], one.fitInfo.logLikelihood, 'where the second fit starts');
  },
};

const maxIterZero: Case = {
  name: 'maxIter: 0 returns the start and its likelihood, and is not converged',
  async run(backend) {
    const start = {
      weights: [0.5, 0.5],
      means: [
        [2, 50],
        [4, 80],
      ],
      covariances: [
        [
          [1, 0],
          [0, 30],
        ],
        [
          [1, 0],
          [0, 30],
        ],
      ],
    };
    const gmm = await GaussianMixture.fit(faithful, {
      nComponents: 2,
      init: start,
      maxIter: 0,
      device: backend,
    });
    identical(gmm.means, start.means.flat(), 'means');
    identical(gmm.covariances, start.covariances.flat(2), 'covariances');
    equal(gmm.fitInfo.nIter, 0, 'nIter');
    equal(gmm.fitInfo.history.length, 1, 'history');
    equal(gmm.fitInfo.converged, false, 'converged');
    equal(gmm.fitInfo.stopReason, 'maxIter', 'stopReason');
    near((await gmm.score(faithful)) * 272, gmm.fitInfo.logLikelihood, { rel: 1e-6 }, 'score');
  },
};

const translation: Case = {
  name: 'translating the rows moves only the means',
  async run(backend) {
    const points = randomPoints(1000, 2, 3);
    const moved = { ...points, data: points.data.map(value => value + 100) };
    const options = { nComponents: 2, maxIter: 5, tol: 0, seed: 2, device: backend } as const;
    const [here, there] = [
      await GaussianMixture.fit(points, options),
      await GaussianMixture.fit(moved, options),
    ];
    const tolerance = { abs: fitRel(backend.device) * 10 };
    allNear(
      there.means,
      here.means.map(mean => mean + 100),
      tolerance,
      'means',
    );
    allNear(there.covariances, here.covariances, tolerance, 'covariances');
    near(there.fitInfo.logLikelihood, here.fitInfo.logLikelihood, { rel: 1e-6 }, 'log-likelihood');
  },
};

const scaling: Case = {
  name: 'scaling a feature by s scales its covariances by s² and the log-likelihood by −N ln s',
  async run(backend) {
    const points = randomPoints(1000, 2, 2);
    const scaled = { ...points, data: points.data.map((value, i) => (i % 2 === 1 ? 1000 * value : value)) };
    const options = { nComponents: 2, maxIter: 5, tol: 0, seed: 2, regCovar: 0, device: backend } as const;
    const [before, after] = [
      await GaussianMixture.fit(points, options),
      await GaussianMixture.fit(scaled, options),
    ];
    const expected = before.covariances.map((value, t) => value * [1, 1e3, 1e3, 1e6][t % 4]);
    allNear(after.covariances, expected, { rel: fitRel(backend.device), abs: 1e-4 }, 'covariances');
    const shift = 1000 * Math.log(1000);
    near(after.fitInfo.logLikelihood, before.fitInfo.logLikelihood - shift, { rel: 1e-6 }, 'log-likelihood');
  },
};

const permutation: Case = {
  name: 'permuting components, or rows, changes nothing but the order',
  async run(backend) {
    const options = { nComponents: 2, maxIter: 8, tol: 0, device: backend } as const;
    const start = {
      means: [
        [2, 50],
        [4, 80],
      ],
      covariances: [
        [
          [1, 0],
          [0, 30],
        ],
        [
          [1, 0],
          [0, 30],
        ],
      ],
    };
    const swapped = { means: [...start.means].reverse(), covariances: start.covariances };
    const reversed = { ...faithful, data: Float64Array.from(faithful.data) };
    for (let i = 0; i < 272; i++) reversed.data.set(faithful.data.subarray(2 * i, 2 * i + 2), 2 * (271 - i));
    const a = await GaussianMixture.fit(faithful, { ...options, init: start });
    const b = await GaussianMixture.fit(faithful, { ...options, init: swapped });
    const c = await GaussianMixture.fit(reversed, { ...options, init: start });
    const tolerance = { rel: fitRel(backend.device) };
    allNear(
      [...b.means.subarray(2), ...b.means.subarray(0, 2)],
      a.means,
      tolerance,
      'means, components permuted',
    );
    allNear(c.means, a.means, tolerance, 'means, rows permuted');
    near(c.fitInfo.logLikelihood, a.fitInfo.logLikelihood, tolerance, 'log-likelihood');
  },
};

const repeatable: Case = {
  name: 'one seed gives one result on one device, bit for bit; another seed another start',
  async run(backend) {
    const points = randomPoints(5000, 4, 3, { spread: 1 });
    for (const init of ['k-means++', 'k-means', 'random-from-data', 'random'] as const) {
      const options = {
        nComponents: 4,
        init,
        maxIter: 4,
        tol: 0,
        nInit: 2,
        seed: 8,
        device: backend,
      } as const;
      const a = await GaussianMixture.fit(points, options);
      const b = await GaussianMixture.fit(points, options);
      const other = await GaussianMixture.fit(points, { ...options, seed: 9 });
      identical(b.means, a.means, `${init} means`);
      identical(b.covariances, a.covariances, `${init} covariances`);
      identical(b.fitInfo.history, a.fitInfo.history, `${init} history`);
      ok(
        other.means.some((mean, i) => mean !== a.means[i]),
        `seed 9 to differ from seed 8 for ${init}`,
      );
    }
  },
};

const json: Case = {
  name: 'a model survives JSON exactly',
  async run(backend) {
    const gmm = await GaussianMixture.fit(iris, { nComponents: 3, covarianceType: 'tied', device: backend });
    const back = GaussianMixture.fromJSON(JSON.parse(JSON.stringify(gmm)));
    identical(back.weights, gmm.weights, 'weights');
    identical(back.means, gmm.means, 'means');
    identical(back.covariances, gmm.covariances, 'covariances');
    identical(await back.predict(iris, { device: backend }), await gmm.predict(iris), 'labels');
  },
};

export const identityCases: Case[] = [
  covarianceTypes,
  labelledMoments,
  oneBic,
  freeParameters,
  ...monotone,
  warmStart,
  maxIterZero,
  translation,
  scaling,
  permutation,
  repeatable,
  json,
];
