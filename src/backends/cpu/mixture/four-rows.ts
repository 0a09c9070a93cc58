/**
 * u [D, 4] = x_i − o of the rows i, i + 1, i + 2, i + 3 of x [n, D], interleaved; rows past `last` are `last` again.
 * Four rows at a time, whatever else is read serves four products.
 */
export function differences(
  x: Float64Array,
  i: number,
  last: number,
  origins: Float64Array,
  k: number,
  d: number,
  u: Float64Array,
): void {
  const row0 = i * d;
  const row1 = Math.min(i + 1, last) * d;
  const row2 = Math.min(i + 2, last) * d;
  const row3 = Math.min(i + 3, last) * d;
  for (let j = 0; j < d; j++) {
    const o = origins[k * d + j];
    const at = 4 * j;
    u[at] = x[row0 + j] - o;
    u[at + 1] = x[row1 + j] - o;
    u[at + 2] = x[row2 + j] - o;
    u[at + 3] = x[row3 + j] - o;
  }
}
