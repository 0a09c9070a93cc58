import { InvalidDataError } from '../errors.js';
import { MAX_FEATURES, type Matrix, matrix } from './matrix.js';

/** How many codes each column has: one more than its largest. @throws InvalidDataError for a value that is no code */
export function levelsOf({ data, shape: [n, d] }: Matrix): number[] {
  const levels = new Array<number>(d).fill(1);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      const code = data[i * d + j];
      if (!Number.isInteger(code) || code < 0) {
        throw new InvalidDataError(`Row ${i}, column ${j} must be a code 0, 1, 2, …, got ${code}.`);
      }
      levels[j] = Math.max(levels[j], code + 1);
    }
  }
  return levels;
}

/**
 * Codes 0 … levels_j − 1 of categorical columns as columns of zeros and ones, Σ levels_j of them.
 *
 * @throws InvalidDataError for a code out of range, or more columns than a model may have
 */
export function oneHot({ data, shape: [n, d] }: Matrix, levels: readonly number[]): Matrix {
  const width = levels.reduce((sum, count) => sum + count, 0);
  if (width > MAX_FEATURES) {
    throw new InvalidDataError(`Expected at most ${MAX_FEATURES} codes altogether, got ${width}.`);
  }
  const encoded = new Float64Array(n * width);
  for (let i = 0; i < n; i++) {
    for (let j = 0, begin = i * width; j < d; begin += levels[j++]) {
      const code = data[i * d + j];
      if (!Number.isInteger(code) || code < 0 || code >= levels[j]) {
        throw new InvalidDataError(
          `Row ${i}, column ${j} must be a code from 0 to ${levels[j] - 1}, got ${code}.`,
        );
      }
      encoded[begin + code] = 1;
    }
  }
  return matrix(encoded, [n, width]);
}

/** The codes that `oneHot` encoded. */
export function codesOf({ data, shape: [n, width] }: Matrix, levels: readonly number[]) {
  const codes = new Float64Array(n * levels.length);
  for (let i = 0; i < n; i++) {
    levels.reduce((begin, count, j) => {
      const own = data.subarray(i * width + begin, i * width + begin + count);
      codes[i * levels.length + j] = own.indexOf(1);
      return begin + count;
    }, 0);
  }
  return { data: codes, shape: [n, levels.length] as const };
}
