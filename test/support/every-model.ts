import {
  BayesianGaussianMixture,
  GaussianMixture,
  HiddenMarkovModel,
  KMeans,
  LatentDirichletAllocation,
  Mixture,
} from '../../src/index.js';
import { createRng } from '../../src/numerics/rng.js';

/** A model of one kind: fitted to rows that a seed draws, read from its file, and asked about the rows. */
export interface ModelKind<M = unknown> {
  readonly name: string;
  fit(seed: number): Promise<M & { toJSON(): object; sample?(n: number): unknown }>;
  read(json: unknown): M & { toJSON(): object; sample?(n: number): unknown };
  /** All numbers that a model gives the rows of a seed, in float64 on the CPU. */
  use(model: M, seed: number): Promise<ArrayLike<number>[]>;
}

const N = 40;
const D = 3;
const K = 3;

/** Rows in two clouds; or whole numbers from 0 to `most`. */
function rows(seed: number, most?: number) {
  const rng = createRng(seed, 77);
  return Array.from({ length: N }, (_, i) =>
    Array.from({ length: D }, () =>
      most === undefined ? (i % 2) * 3 + rng.normal() : Math.floor(rng.uniform() * (most + 1)),
    ),
  );
}

const common = { device: 'cpu', maxIter: 4 } as const;
const columns = ['height', 'größe, "m"', ''];
const named = { ...common, columns };
const kind = <M>(made: ModelKind<M>) => made as ModelKind;
const COVARIANCES = ['full', 'tied', 'diag', 'spherical'] as const;

const mixtures = COVARIANCES.map(covarianceType =>
  kind<GaussianMixture>({
    name: `gaussian-mixture, ${covarianceType}`,
    fit: seed => GaussianMixture.fit(rows(seed), { ...named, nComponents: K, covarianceType, seed }),
    read: GaussianMixture.fromJSON,
    use: async (model, seed) => [
      await model.predict(rows(seed)),
      await model.predictProba(rows(seed)),
      await model.scoreSamples(rows(seed)),
    ],
  }),
);

const counts = (
  [
    ['poisson', 9],
    ['bernoulli', 1],
    ['binomial', 9, { trials: 9 }],
    ['multinomial', 9],
    ['categorical', 2, { levelNames: [['low', 'mid', 'high'], undefined, ['0', '1', '2']] }],
  ] as const
).map(([family, most, settings]) =>
  kind<Mixture>({
    name: `mixture, ${family}`,
    fit: seed => Mixture.fit(rows(seed, most), { ...named, family, ...settings, nComponents: K, seed }),
    read: Mixture.fromJSON,
    use: async (model, seed) => [
      await model.predictProba(rows(seed, most)),
      await model.scoreSamples(rows(seed, most)),
    ],
  }),
);

const bayesian = COVARIANCES.flatMap(covarianceType =>
  (['dirichlet-process', 'dirichlet-distribution'] as const).map(weightConcentrationPriorType =>
    kind<BayesianGaussianMixture>({
      name: `bayesian-gaussian-mixture, ${covarianceType}, ${weightConcentrationPriorType}`,
      fit: seed =>
        BayesianGaussianMixture.fit(rows(seed), {
          ...named,
          ...{ nComponents: K, covarianceType, weightConcentrationPriorType, seed },
        }),
      read: BayesianGaussianMixture.fromJSON,
      use: async (model, seed) => [
        await model.predictProba(rows(seed)),
        await model.scoreSamples(rows(seed)),
      ],
    }),
  ),
);

const chains = (
  [
    { emission: 'gaussian', columns },
    { emission: 'gaussian', covarianceType: 'tied', stationary: true },
    { emission: 'poisson', stationary: true },
    { emission: 'bernoulli' },
    { emission: 'multinomial' },
    { emission: 'categorical', columns: ['weather'], levelNames: [['rain', 'sun', 'snow', 'hail', 'fog']] },
  ] as const
).map(options => {
  const { emission } = options;
  const sequence = (seed: number) => {
    const all = rows(seed, emission === 'gaussian' ? undefined : emission === 'bernoulli' ? 1 : 4);
    return { points: emission === 'categorical' ? all.map(row => [row[0]]) : all, lengths: [N] };
  };
  return kind<HiddenMarkovModel>({
    name: `hidden-markov-model, ${emission}${'stationary' in options ? ', stationary' : ''}`,
    fit(seed) {
      const { points, lengths } = sequence(seed);
      return HiddenMarkovModel.fit(points, { ...common, ...options, nStates: K, lengths, seed });
    },
    read: json => HiddenMarkovModel.fromJSON(json),
    async use(model, seed) {
      const { points, ...told } = sequence(seed);
      return [
        (await model.decode(points, told)).states,
        await model.predictProba(points, told),
        await model.scoreSequences(points, told),
      ];
    },
  });
});

/** Every kind that has a file, in every form. */
export const EVERY_MODEL: readonly ModelKind[] = [
  ...mixtures,
  ...counts,
  kind<KMeans>({
    name: 'k-means',
    fit: seed => KMeans.fit(rows(seed), { ...named, nClusters: K, standardize: seed % 2 === 0, seed }),
    read: KMeans.fromJSON,
    use: async (model, seed) => [await model.predict(rows(seed)), await model.transform(rows(seed))],
  }),
  ...bayesian,
  kind<LatentDirichletAllocation>({
    name: 'latent-dirichlet-allocation',
    fit: seed => LatentDirichletAllocation.fit(rows(seed, 9), { ...common, nComponents: K, seed }),
    read: LatentDirichletAllocation.fromJSON,
    use: async (model, seed) => [await model.transform(rows(seed, 9)), model.topics],
  }),
  ...chains,
];
