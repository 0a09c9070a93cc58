import { describe, expect, test } from 'vitest';
import * as api from '../src/index.js';
import {
  DegenerateCovarianceError,
  EmError,
  GaussianMixture,
  type GaussianMixtureOptions,
  InvalidArgumentError,
  InvalidDataError,
  ModelFormatError,
} from '../src/index.js';

/** What a caller may get wrong: one typed error in one clear line, before anything is computed or changed. */

const points = [
  [1, 2],
  [2, 1],
  [4, 4],
  [5, 3],
];
const fitWith = (options: object, rows: unknown = points) =>
  GaussianMixture.fit(
    rows as api.Points,
    { nComponents: 2, device: 'cpu', ...options } as GaussianMixtureOptions,
  );

async function failsWith(
  work: () => unknown,
  type: abstract new (...args: never[]) => EmError,
  message: RegExp,
) {
  const error = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(type);
  const { message: text } = error as Error;
  expect(text).toMatch(message);
  expect(text).not.toMatch(/\n|\[object/);
}

describe('data', () => {
  const matrix = (values: number[], shape: [number, number]) => ({ data: Float64Array.from(values), shape });

  test.each([
    ['NaN', matrix([1, 2, 3, Number.NaN], [2, 2]), /Row 1, column 1 is NaN/],
    [
      'infinity',
      [
        [1, 2],
        [Number.POSITIVE_INFINITY, 1],
        [0, 0],
      ],
      /Row 1, column 0 is Infinity/,
    ],
    ['ragged rows', [[1, 2], [3], [4, 5]], /Row 1 has 1 values where row 0 has 2/],
    ['a missing row', [[1, 2], undefined, [4, 5]], /Row 1 has no values/],
    ['a hole', Object.assign([[1, 2]], { 2: [4, 5] }), /Row 1 has no values/],
    ['a wrong length', matrix([1, 2, 3], [2, 2]), /2 × 2 = 4 values for shape \[2, 2\], got 3/],
    ['no rows', [], /at least one row, got none/],
    ['no columns', [[], []], /1 to 128 columns, got 0/],
    ['D > 128', matrix(Array(258).fill(1), [2, 129]), /1 to 128 columns, got 129/],
    ['no data', null, /Expected points as/],
    [
      'text among numbers',
      [
        [1, 2],
        ['3', 4],
        [5, 6],
      ],
      /Row 1, column 0 must be a number, got "3"/,
    ],
    [
      'a null',
      [
        [1, null],
        [3, 4],
      ],
      /Row 0, column 1 must be a number, got null/,
    ],
    [
      'integers',
      { data: new Int32Array(4), shape: [2, 2] },
      /Float32Array, a Float64Array or a GPUBuffer, got Int32Array/,
    ],
    ['a shape of NaN', { data: {}, shape: [Number.NaN, 2] }, /Expected points as/],
    ['text', 'points.csv', /Expected points as/],
  ])('%s', (_, rows, message) => failsWith(() => fitWith({}, rows), InvalidDataError, message));

  test('the caller’s array is left as it was', async () => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 7);
    const copy = data.slice();
    await fitWith({ nComponents: 1 }, { data, shape: [3, 2] });
    expect(data).toEqual(copy);
  });
});

describe('options', () => {
  test.each([
    [{ nComponents: 0 }, /nComponents must be an integer from 1 to 1024, got 0/],
    [{ nComponents: 1.5 }, /got 1.5/],
    [{ nComponents: 5 }, /at most the number of rows, 4, got 5/],
    [{ nComponents: 2000 }, /from 1 to 1024, got 2000/],
    [{ nComponents: undefined }, /nComponents must be/],
    [{ covarianceType: 'round' }, /one of full, tied, diag, spherical, got "round"/],
    [{ covarianceType: 'toString' }, /got "toString"/],
    [{ init: 'kmeans' }, /one of short-runs, k-means\+\+, k-means, random-from-data, random, got "kmeans"/],
    [{ init: 7 }, /init must be one of/],
    [{ covarianceType: 3n }, /got 3/],
    [{ accelerate: Symbol('x') }, /got Symbol\(x\)/],
    [{ device: Symbol('x') }, /got Symbol\(x\)/],
    [{ init: 'x'.repeat(1e6) }, /got "x{40}…"/],
    [{ tol: -1 }, /tol must be a number ≥ 0, got -1/],
    [{ tol: Number.NaN }, /tol must be a number ≥ 0, got NaN/],
    [{ maxIter: -1 }, /maxIter must be an integer ≥ 0, got -1/],
    [{ maxIter: 2.5 }, /got 2.5/],
    [{ regCovar: -1e-6 }, /regCovar must be a finite number ≥ 0, got -0.000001/],
    [{ nInit: 0 }, /nInit must be an integer ≥ 1, got 0/],
    [{ seed: -1 }, /seed must be an integer ≥ 0, got -1/],
    [{ device: 'gpu' }, /device must be 'auto', 'webgpu', 'cpu', a backend or a GPUDevice, got "gpu"/],
    [{ components: 3 }, /Unknown option components; the options are nComponents/],
    [{ init: [0, 1] }, /Expected 4 labels, one a row, got 2/],
    [{ init: [0, 1, 2, 0] }, /Label 2 must be an integer from 0 to 1, got 2/],
    [{ init: { data: new Float64Array(4), shape: [2, 2] } }, /shape \[4, 2\], got \[2,2\]/],
    [{ init: { data: new Float64Array(8), shape: [4, 2] } }, /row 0 must sum to 1, got 0/],
    [
      {
        init: {
          means: [[1, 2]],
          covariances: [
            [
              [1, 0],
              [0, 1],
            ],
          ],
        },
      },
      /means must have shape \[2, 2\] \(4 numbers\), got 2/,
    ],
    [
      {
        init: {
          means: [
            [1, 2],
            [3, 4],
          ],
          covariances: [1, 1],
          weights: [2, -1],
        },
        covarianceType: 'spherical',
      },
      /weights must be ≥ 0 and sum to 1/,
    ],
    [
      {
        init: {
          means: [
            [1, 2],
            [3, Number.NaN],
          ],
          covariances: [1, 1],
        },
        covarianceType: 'spherical',
      },
      /means must be finite numbers, got NaN at index 3/,
    ],
    [
      {
        init: {
          means: [
            [1, 2],
            [3, 4],
          ],
          covariances: [
            [1, 2],
            [0, 1],
          ],
        },
        covarianceType: 'tied',
      },
      /symmetric, got 0 at \[1, 0\] and 2 at \[0, 1\]/,
    ],
  ])('%o', (options, message) => failsWith(() => fitWith(options), InvalidArgumentError, message));

  test('a given covariance that is not positive definite', () =>
    failsWith(
      () =>
        fitWith({
          covarianceType: 'spherical',
          init: {
            means: [
              [1, 2],
              [3, 4],
            ],
            covariances: [1, -1],
          },
        }),
      DegenerateCovarianceError,
      /component 1 is not positive definite \(pivot 1 of 2 is -1\)/,
    ));
});

describe('a fitted model', () => {
  test('refuses rows of another width, and draws of no rows', async () => {
    const gmm = await fitWith({});
    await failsWith(
      () => gmm.predict([[1, 2, 3]]),
      InvalidArgumentError,
      /The model has 2 features, the points have 3/,
    );
    await failsWith(() => gmm.sample(0), InvalidArgumentError, /n must be an integer ≥ 1, got 0/);
  });

  test('cannot be changed', async () => {
    const gmm = await fitWith({});
    expect(() => Object.assign(gmm, { nComponents: 3 })).toThrow(TypeError);
  });
});

describe('a model file', async () => {
  const good = (await fitWith({})).toJSON();

  test.each([
    ['not an object', 7, /one JSON object/],
    ['an array', [good], /one JSON object/],
    ['another format', { ...good, format: 'pmml' }, /format "webgpu-em\/model", got "pmml"/],
    ['a newer version', { ...good, version: 2 }, /version 1, got version 2. Try a newer webgpu-em/],
    ['another model', { ...good, model: 'k-means' }, /"gaussian-mixture" model, got "k-means"/],
    ['no means', { ...good, means: undefined, weights: null }, /lacks weights, means/],
    ['means of another shape', { ...good, means: [[1, 2]] }, /broken: means must have shape \[2, 2\]/],
    ['text among numbers', { ...good, weights: ['a', 'b'] }, /broken: weights must be finite numbers/],
    [
      'an unknown covariance type',
      { ...good, covarianceType: 'round' },
      /broken: covarianceType must be one of/,
    ],
    [
      'a broken covariance',
      {
        ...good,
        covariances: [
          [
            [1, 2],
            [2, 1],
          ],
          [
            [1, 0],
            [0, 1],
          ],
        ],
      },
      /broken: Covariance of component 0/,
    ],
  ])('%s', (_, file, message) => failsWith(() => GaussianMixture.fromJSON(file), ModelFormatError, message));

  test('a good one reads back with its fit', () => {
    const back = GaussianMixture.fromJSON(JSON.parse(JSON.stringify(good)));
    expect(back.toJSON()).toEqual(good);
  });
});

test('every error class is exported, with a code of its own', () => {
  const classes = Object.values(api).filter(
    value => typeof value === 'function' && value.prototype instanceof EmError,
  ) as unknown as (new (
    message: string,
  ) => EmError)[];
  const codes = classes.map(type => new type('').code);
  expect(classes.length).toBeGreaterThanOrEqual(10);
  expect(new Set(codes).size).toBe(codes.length);
});
