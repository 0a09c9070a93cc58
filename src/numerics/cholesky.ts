import { at } from './triangle.js';

/** Where a factorisation broke down: pivot number (from 0) and its value, ≤ 0 or not finite. */
export interface BadPivot {
  readonly pivot: number;
  readonly value: number;
}

/**
 * Cholesky factor L, L Lᵀ = A, of a packed symmetric matrix of order D, in place.
 *
 * @returns the pivot that is not positive, if A is not positive definite to working precision
 */
export function choleskyInPlace(a: Float64Array, d: number): BadPivot | undefined {
  for (let i = 0; i < d; i++) {
    const rowI = at(i, 0);
    for (let j = 0; j < i; j++) {
      const rowJ = at(j, 0);
      let sum = a[rowI + j];
      for (let m = 0; m < j; m++) sum -= a[rowI + m] * a[rowJ + m];
      a[rowI + j] = sum / a[rowJ + j];
    }
    const diagonal = a[rowI + i];
    let pivot = diagonal;
    for (let m = 0; m < i; m++) pivot -= a[rowI + m] * a[rowI + m];
    // What is left of a pivot after cancellation is rounding, not variance, below D·2⁻⁵² of its start.
    if (!(pivot > d * Number.EPSILON * diagonal)) return { pivot: i, value: pivot };
    a[rowI + i] = Math.sqrt(pivot);
  }
  return undefined;
}

/** Inverse of a packed lower triangle, in place. */
export function invertLowerInPlace(l: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    const rowI = at(i, 0);
    const reciprocal = 1 / l[rowI + i];
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let m = j; m < i; m++) sum += l[rowI + m] * l[at(m, j)];
      l[rowI + j] = -sum * reciprocal;
    }
    l[rowI + i] = reciprocal;
  }
}
