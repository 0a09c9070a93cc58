import { triangleLength } from './triangle.js';

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
  const n = evenOrder(d);
  if (n === d) return factorise(a, n, smallestPivot(d));
  const even = new Float64Array(triangleLength(n));
  even.set(a);
  even[even.length - 1] = 1;
  const bad = factorise(even, n, smallestPivot(d));
  a.set(even.subarray(0, a.length));
  return bad;
}

/** What is left of a pivot after cancellation is rounding, not variance, below D·2⁻⁵² of its start. */
export const smallestPivot = (d: number) => d * Number.EPSILON;

/** Rows are worked on in pairs: an odd order gets one more row, that of the identity. */
export const evenOrder = (d: number) => d + (d % 2);

/** L in place of A, of even order n; pivots must exceed `smallest` times their diagonal entry. */
export function factorise(a: Float64Array, n: number, smallest: number): BadPivot | undefined {
  for (let i = 0, p = 0; i < n; i += 2) {
    const q = p + i + 1; // rows i and i + 1 begin at p and q
    for (let j = 0, r = 0; j < i; j += 2) {
      const s = r + j + 1;
      products(a, p, q, r, s, j);
      a[p + j] = (a[p + j] - sums[0]) / a[r + j];
      a[p + j + 1] = (a[p + j + 1] - sums[1] - a[p + j] * a[s + j]) / a[s + j + 1];
      a[q + j] = (a[q + j] - sums[2]) / a[r + j];
      a[q + j + 1] = (a[q + j + 1] - sums[3] - a[q + j] * a[s + j]) / a[s + j + 1];
      r = s + j + 2;
    }
    products(a, p, q, p, q, i);
    const first = a[p + i] - sums[0];
    if (!(first > smallest * a[p + i])) return { pivot: i, value: first };
    a[p + i] = Math.sqrt(first);
    a[q + i] = (a[q + i] - sums[2]) / a[p + i];
    const second = a[q + i + 1] - sums[3] - a[q + i] * a[q + i];
    if (!(second > smallest * a[q + i + 1])) return { pivot: i + 1, value: second };
    a[q + i + 1] = Math.sqrt(second);
    p = q + i + 2;
  }
  return undefined;
}

const sums = new Float64Array(4);

/**
 * Inner products of rows p and q with rows r and s over `count` columns, an even number: p·r, p·s, q·r, q·s in
 * `sums`. Even and odd columns are summed apart, as the two lanes of a SIMD register do.
 */
function products(a: Float64Array, p: number, q: number, r: number, s: number, count: number): void {
  let pr0 = 0;
  let pr1 = 0;
  let ps0 = 0;
  let ps1 = 0;
  let qr0 = 0;
  let qr1 = 0;
  let qs0 = 0;
  let qs1 = 0;
  for (let m = 0; m < count; m += 2) {
    const p0 = a[p + m];
    const q0 = a[q + m];
    const r0 = a[r + m];
    const s0 = a[s + m];
    pr0 += p0 * r0;
    ps0 += p0 * s0;
    qr0 += q0 * r0;
    qs0 += q0 * s0;
    const p1 = a[p + m + 1];
    const q1 = a[q + m + 1];
    const r1 = a[r + m + 1];
    const s1 = a[s + m + 1];
    pr1 += p1 * r1;
    ps1 += p1 * s1;
    qr1 += q1 * r1;
    qs1 += q1 * s1;
  }
  sums[0] = pr0 + pr1;
  sums[1] = ps0 + ps1;
  sums[2] = qr0 + qr1;
  sums[3] = qs0 + qs1;
}

/** W = L⁻¹ in place of L, of even order n: row i of W is −(Σ_{m<i} L_im row m of W) / L_ii, and 1 / L_ii. */
export function invert(a: Float64Array, n: number): void {
  for (let i = 0, p = 0; i < n; i += 2) {
    const q = p + i + 1;
    for (let m = 0, r = 0; m < i; m += 2) {
      const s = r + m + 1;
      const [pr, ps, qr, qs] = [a[p + m], a[p + m + 1], a[q + m], a[q + m + 1]];
      for (let j = 0; j < m; j++) {
        a[p + j] += pr * a[r + j] + ps * a[s + j];
        a[q + j] += qr * a[r + j] + qs * a[s + j];
      }
      a[p + m] = pr * a[r + m] + ps * a[s + m];
      a[q + m] = qr * a[r + m] + qs * a[s + m];
      a[p + m + 1] = ps * a[s + m + 1];
      a[q + m + 1] = qs * a[s + m + 1];
      r = s + m + 2;
    }
    const first = 1 / a[p + i];
    const second = 1 / a[q + i + 1];
    const qp = a[q + i];
    for (let j = 0; j < i; j++) {
      a[p + j] *= -first;
      a[q + j] = (a[q + j] + qp * a[p + j]) * -second;
    }
    a[p + i] = first;
    a[q + i] = qp * first * -second;
    a[q + i + 1] = second;
    p = q + i + 2;
  }
}
