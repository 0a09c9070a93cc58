/**
 * x of A x = b, by Gaussian elimination with partial pivoting.
 *
 * @param a [n, n] row-major; left as it is
 * @returns undefined where A is singular to rounding
 */
export function linearSolve(a: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const m = Float64Array.from(a);
  const x = Float64Array.from(b);
  const size = a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) {
      if (Math.abs(m[i * n + column]) > Math.abs(m[pivot * n + column])) pivot = i;
    }
    if (!(Math.abs(m[pivot * n + column]) > n * Number.EPSILON * size)) return undefined;
    if (pivot !== column) {
      for (let j = column; j < n; j++) swap(m, pivot * n + j, column * n + j);
      swap(x, pivot, column);
    }
    for (let i = column + 1; i < n; i++) {
      const factor = m[i * n + column] / m[column * n + column];
      if (factor === 0) continue;
      for (let j = column; j < n; j++) m[i * n + j] -= factor * m[column * n + j];
      x[i] -= factor * x[column];
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i] -= m[i * n + j] * x[j];
    x[i] /= m[i * n + i];
  }
  return x;
}

function swap(values: Float64Array, a: number, b: number): void {
  [values[a], values[b]] = [values[b], values[a]];
}
