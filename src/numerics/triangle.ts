/**
 * Packed lower triangles: row by row, entry (i, j), j ≤ i, at `at(i, j)`. D(D+1)/2 numbers.
 */
export const at = (i: number, j: number) => (i * (i + 1)) / 2 + j;

/** Entries of a packed triangle of order D. */
export const triangleLength = (d: number) => (d * (d + 1)) / 2;

/** Σ_ij W_ij² m_j of a packed triangle W, or of a diagonal. */
export function weightedSquares(factor: Float64Array, m: ArrayLike<number>): number {
  const d = m.length;
  let sum = 0;
  if (factor.length === d) for (let j = 0; j < d; j++) sum += factor[j] * factor[j] * m[j];
  else {
    for (let i = 0, t = 0; i < d; i++) for (let j = 0; j <= i; j++, t++) sum += factor[t] * factor[t] * m[j];
  }
  return sum;
}

/** |W x|² of a packed triangle W, or of a diagonal. */
export function squareNorm(factor: Float64Array, x: ArrayLike<number>): number {
  const d = x.length;
  let sum = 0;
  for (let i = 0, t = 0; i < d; i++) {
    let entry = 0;
    if (factor.length === d) entry = factor[i] * x[i];
    else for (let j = 0; j <= i; j++, t++) entry += factor[t] * x[j];
    sum += entry * entry;
  }
  return sum;
}

/** The lower triangle of the [D, D] row-major matrix at `offset`, packed, in `packed` if given. */
export function packLower(
  square: Float64Array,
  d: number,
  offset = 0,
  packed: Float64Array = new Float64Array(triangleLength(d)),
): Float64Array {
  for (let i = 0, t = 0; i < d; i++) {
    const row = offset + i * d;
    for (let j = 0; j <= i; j++, t++) packed[t] = square[row + j];
  }
  return packed;
}

/** Write the symmetric matrix of a packed triangle as [D, D] row-major at `offset` of `square`. */
export function unpackSymmetric(
  packed: ArrayLike<number>,
  d: number,
  square: Float64Array,
  offset = 0,
): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      square[offset + i * d + j] = packed[at(i, j)];
      square[offset + j * d + i] = packed[at(i, j)];
    }
  }
}
