/** A column of one value is named once, by every model that takes variances, and no component is blamed for it. */
import {
  BayesianGaussianMixture,
  type CovarianceName,
  DegenerateCovarianceError,
  GaussianMixture,
  HiddenMarkovModel,
  type Note,
} from '../../src/index.js';
import { equal, rejects } from '../support/assert.js';
import type { Case } from './case.js';

const COVARIANCES = ['full', 'tied', 'diag', 'spherical'] as const;

/** Two groups of rows; columns of `values` stand between the two that vary. */
const rowsWith = (...values: number[]): number[][] =>
  Array.from({ length: 60 }, (_, i) => [(i % 2) * 10 + Math.sin(i), ...values, Math.cos(7 * i)]);

interface Told {
  readonly values: readonly number[];
  readonly columns?: readonly string[];
  readonly says: RegExp;
}

/** The first for all models; the others, whose kernels are not compiled yet, for plain mixtures alone. */
const TOLD: readonly Told[] = [
  { values: [-1e9 / 3], columns: ['x', 'site', 'z'], says: /^Column "site" has one value in all rows/ },
  { values: [5], says: /^Column 1 has one value in all rows/ },
  { values: [0.1, 1e-30], says: /^Columns 1, 2 have one value each in all rows/ },
];

type Fit = (
  points: number[][],
  options: { covarianceType: CovarianceName; regCovar?: number; columns?: readonly string[]; device: never },
) => Promise<{ readonly fitInfo: { readonly notes: readonly Note[] } }>;

const FITS: Readonly<Record<string, Fit>> = {
  mixture: (points, options) => GaussianMixture.fit(points, { nComponents: 2, ...options }),
  'hidden Markov model': (points, options) =>
    HiddenMarkovModel.fit(points, { nStates: 2, lengths: [points.length], ...options }),
  'Bayesian mixture': (points, options) => {
    const d = points[0].length;
    const covariancePrior = {
      full: Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => Number(i === j))),
      diag: Array(d).fill(1),
      spherical: 1,
    };
    const { covarianceType: name } = options;
    const prior = { covariancePrior: name === 'tied' ? covariancePrior.full : covariancePrior[name] };
    return BayesianGaussianMixture.fit(points, { nComponents: 2, ...prior, ...options });
  },
};

const named = Object.entries(FITS).map(
  ([name, fit]): Case => ({
    name: `constant columns are named once: ${name}`,
    async run(backend) {
      for (const covarianceType of COVARIANCES) {
        for (const { values, columns, says } of TOLD.slice(0, name === 'mixture' ? undefined : 1)) {
          const options = { covarianceType, columns, device: backend as never };
          const { notes } = (await fit(rowsWith(...values), options)).fitInfo;
          equal(notes.length, 1, `${covarianceType}: one note of ${JSON.stringify(notes)}`);
          const [{ kind, component, columns: concerned, message }] = notes;
          equal(kind, 'constant-column', covarianceType);
          equal(component, undefined, 'no component');
          equal(`${concerned}`, `${values.map((_, i) => i + 1)}`, 'columns');
          equal(says.test(message), true, message);
        }
      }
    },
  }),
);

const REFUSED: readonly { name: keyof typeof FITS; covarianceTypes: readonly CovarianceName[] }[] = [
  { name: 'mixture', covarianceTypes: ['full', 'tied', 'diag'] },
  { name: 'hidden Markov model', covarianceTypes: ['full', 'tied', 'diag'] },
];

const refused = REFUSED.map(
  ({ name, covarianceTypes }): Case => ({
    name: `constant columns without regCovar are the error's subject: ${name}`,
    async run(backend) {
      for (const covarianceType of covarianceTypes) {
        const options = { covarianceType, regCovar: 0, device: backend as never };
        const says =
          /^Column "site" has one value in all rows, and no variance\. Try leaving it out, or a regCovar/;
        const columns = ['x', 'site', 'z'];
        await rejects(
          () => FITS[name](rowsWith(-1 / 3), { ...options, columns }),
          DegenerateCovarianceError,
          says,
        );
      }
    },
  }),
);

export const constantColumnCases: readonly Case[] = [
  ...named,
  ...refused,
  {
    name: 'constant columns and the default prior of a Bayesian mixture',
    async run(backend) {
      await rejects(
        () => BayesianGaussianMixture.fit(rowsWith(5), { nComponents: 2, device: backend }),
        DegenerateCovarianceError,
        /^Column 1 has one value in all rows.*covariancePrior/,
      );
    },
  },
  {
    name: 'a spherical component of one row is not blamed on a constant column',
    async run(backend) {
      const points = [
        [5, 0],
        [5, 1],
        [5, 1e3],
      ];
      const options = {
        nComponents: 2,
        covarianceType: 'spherical',
        regCovar: 0,
        init: 'k-means++',
      } as const;
      await rejects(
        () => GaussianMixture.fit(points, { ...options, device: backend }),
        DegenerateCovarianceError,
        /component . is not positive definite/,
      );
    },
  },
];
