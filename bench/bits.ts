/**
 * Fingerprints of what every model gives on every backend, to tell whether a change of the code changed a bit.
 *
 * node dist/bench/bits.js --json FILE      record
 * node dist/bench/bits.js --against FILE   compare; exit 1 where any differs
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  anderson,
  BayesianGaussianMixture,
  constrained,
  type DeviceChoice,
  type EStepRule,
  GaussianMixture,
  HiddenMarkovModel,
  hard,
  KMeans,
  LatentDirichletAllocation,
  type Matrix,
  Mixture,
  matrix,
  maximumAPosteriori,
  partial,
  sampled,
  stepwise,
  tempered,
} from '../src/index.js';
import { createRng } from '../src/numerics/rng.js';
import { readOptions, script } from './script.js';

type Numbers = ArrayLike<number>;
interface Subject {
  readonly name: string;
  run(device: DeviceChoice): Promise<readonly Numbers[]>;
}

/** Three clouds, some rows far from them; or whole numbers from 0 to `most`. */
function rows(n: number, d: number, most?: number): Matrix {
  const rng = createRng(7, n + d);
  const data = Float64Array.from({ length: n * d }, (_, at) => {
    const cloud = Math.floor(at / d) % 3;
    if (most !== undefined) return Math.floor(rng.uniform() ** (1 + cloud) * (most + 1));
    return 1e3 + cloud * 3 + rng.normal() * (Math.floor(at / d) % 97 === 5 ? 30 : 1);
  });
  return matrix(data, [n, d]);
}

const common = { maxIter: 6, seed: 3 };
const [small, wide, many] = [rows(700, 3), rows(500, 20), rows(40_000, 2)];

const gaussian = (name: string, x: Matrix, options: object): Subject => ({
  name: `gaussian mixture, ${name}`,
  async run(device) {
    const model = await GaussianMixture.fit(x, { ...common, nComponents: 4, ...options, device });
    return [
      ...[model.weights, model.means, model.covariances, model.fitInfo.history],
      ...[await model.predict(x), await model.predictProba(x), await model.scoreSamples(x)],
    ];
  },
});

const gaussians = [
  ...(['full', 'tied', 'diag', 'spherical'] as const).flatMap(covarianceType => [
    gaussian(covarianceType, small, { covarianceType }),
    gaussian(`${covarianceType}, 20 features`, wide, { covarianceType, regCovar: 1e-3 }),
  ]),
  gaussian('40,000 rows', many, {}),
  ...(['k-means', 'k-means++', 'random-from-data', 'random'] as const).map(init =>
    gaussian(init, small, { init }),
  ),
  gaussian('anderson', small, { accelerate: anderson, maxIter: 30 }),
  gaussian('plain', small, { accelerate: 'none', maxIter: 30 }),
  gaussian('maximum a posteriori', small, { mStep: maximumAPosteriori({}) }),
  gaussian('three starts', small, { nInit: 3 }),
];

const ruled = (name: string, eStep: EStepRule) => gaussian(name, small, { eStep, accelerate: 'none' });
const KNOWN = Array.from({ length: 700 }, (_, i) => (i % 50 === 0 ? i % 3 : -1));
const rules = [
  ruled('hard', hard),
  ruled('tempered', tempered([0.3, 0.6, 1])),
  ruled('sampled', sampled({ draws: 2, seed: 5 })),
  ruled('partial', partial({ blocks: 4 })),
  ruled('stepwise', stepwise({ blocks: 4 })),
  ruled(
    'constrained',
    constrained({ labels: Int32Array.from(KNOWN), mustLink: [[5, 600]], mass: { min: 0.05 } }),
  ),
];

const counts = (
  [
    ['poisson', 9],
    ['bernoulli', 1],
    ['binomial', 9, { trials: 9 }],
    ['multinomial', 9],
  ] as const
).map(
  ([family, most, settings]): Subject => ({
    name: `mixture, ${family}`,
    async run(device) {
      const x = rows(700, 3, most);
      const model = await Mixture.fit(x, { ...common, family, ...settings, nComponents: 3, device });
      return [model.weights, model.fitInfo.history, await model.predictProba(x), await model.scoreSamples(x)];
    },
  }),
);

const bayesian = (['dirichlet-process', 'dirichlet-distribution'] as const).map(
  (weightConcentrationPriorType): Subject => ({
    name: `bayesian mixture, ${weightConcentrationPriorType}`,
    async run(device) {
      const options = { ...common, nComponents: 4, weightConcentrationPriorType, device };
      const model = await BayesianGaussianMixture.fit(small, options);
      return [
        ...[model.weights, model.means, model.covariances, model.fitInfo.history],
        ...[await model.predictProba(small), await model.scoreSamples(small)],
      ];
    },
  }),
);

const clusters: Subject = {
  name: 'k-means',
  async run(device) {
    const model = await KMeans.fit(small, { ...common, nClusters: 5, device });
    return [
      model.clusterCenters,
      model.fitInfo.history,
      await model.predict(small),
      await model.transform(small),
    ];
  },
};

const topics: Subject = {
  name: 'latent dirichlet allocation',
  async run(device) {
    const x = rows(60, 30, 4);
    const model = await LatentDirichletAllocation.fit(x, { ...common, nComponents: 3, device });
    return [model.topics, model.fitInfo?.history ?? [], await model.transform(x)];
  },
};

const chains = (
  [
    { emission: 'gaussian', nStates: 3 },
    { emission: 'gaussian', covarianceType: 'tied', nStates: 12 },
    { emission: 'poisson', stationary: true, nStates: 2 },
    { emission: 'multinomial', nStates: 3 },
  ] as const
).map(
  (options): Subject => ({
    name: `hidden Markov model, ${options.emission}, ${options.nStates} states`,
    async run(device) {
      const x = options.emission === 'gaussian' ? small : rows(700, 3, 4);
      const told = { lengths: [300, 1, 2, 397] };
      const model = await HiddenMarkovModel.fit(x, { ...common, ...options, ...told, device });
      const { states } = await model.decode(x, told);
      return [
        ...[model.initialProbs, model.transitionMatrix, model.fitInfo.history, states],
        ...[await model.predictProba(x, told), await model.scoreSequences(x, told)],
      ];
    },
  }),
);

const SUBJECTS = [...gaussians, ...rules, ...counts, ...bayesian, clusters, topics, ...chains];

function fingerprint(all: readonly Numbers[]): string {
  const hash = createHash('sha256');
  for (const numbers of all) hash.update(new Uint8Array(Float64Array.from(numbers).buffer));
  return hash.digest('hex').slice(0, 16);
}

await script(async () => {
  const { json, against, devices } = readOptions({ against: '', devices: 'cpu,webgpu' });
  const found: Record<string, string> = {};
  for (const device of devices.split(',') as ('cpu' | 'webgpu')[]) {
    for (const { name, run } of SUBJECTS) {
      const at = `${device}: ${name}`;
      found[at] = await run(device).then(fingerprint, error => `${error.name}: ${error.message}`);
      process.stderr.write(`${found[at]}  ${at}\n`);
    }
  }
  if (json) writeFileSync(json, `${JSON.stringify(found, null, 2)}\n`);
  if (!against) return;
  const before: Record<string, string> = JSON.parse(readFileSync(against, 'utf8'));
  const differing = Object.keys(found).filter(at => found[at] !== before[at]);
  for (const at of differing) process.stdout.write(`differs: ${at}\n`);
  if (differing.length > 0) throw new Error(`${differing.length} of ${Object.keys(found).length} differ.`);
  process.stdout.write(`All ${Object.keys(found).length} have the same bits.\n`);
});
