// `factorise` and `invert` of src/numerics/cholesky.ts in AssemblyScript: the same operations in the same order, two columns
// at a time, so that both give the same bits. The packed triangle begins at address 0; addresses are bytes, 8 a number.

/** @returns the pivot that is not positive, which lies on the diagonal then, or −1 */
export function factorise(n: i32, smallest: f64): i32 {
  let p = 0;
  for (let i = 0; i < n; i += 2) {
    const q = p + 8 * (i + 1);
    let r = 0;
    for (let j = 0; j < i; j += 2) {
      const s = r + 8 * (j + 1);
      products(p, q, r, s, j);
      solve(p, r, s, j, pr, ps);
      solve(q, r, s, j, qr, qs);
      r = s + 8 * (j + 2);
    }
    products(p, q, p, q, i);
    const first = entry(p, i) - pr;
    const firstSmallest = smallest * entry(p, i);
    put(p, i, first);
    if (!(first > firstSmallest)) return i;
    put(p, i, sqrt(first));
    put(q, i, (entry(q, i) - qr) / entry(p, i));
    const second = entry(q, i + 1) - qs - entry(q, i) * entry(q, i);
    const secondSmallest = smallest * entry(q, i + 1);
    put(q, i + 1, second);
    if (!(second > secondSmallest)) return i + 1;
    put(q, i + 1, sqrt(second));
    p = q + 8 * (i + 2);
  }
  return -1;
}

/** Columns j and j + 1 of row x of L. */
function solve(x: i32, r: i32, s: i32, j: i32, xr: f64, xs: f64): void {
  put(x, j, (entry(x, j) - xr) / entry(r, j));
  put(x, j + 1, (entry(x, j + 1) - xs - entry(x, j) * entry(s, j)) / entry(s, j + 1));
}

let pr: f64 = 0;
let ps: f64 = 0;
let qr: f64 = 0;
let qs: f64 = 0;

function products(p: i32, q: i32, r: i32, s: i32, count: i32): void {
  let sumPr = f64x2.splat(0);
  let sumPs = sumPr;
  let sumQr = sumPr;
  let sumQs = sumPr;
  for (let m = 0; m < count; m += 2) {
    const rowP = pair(p, m);
    const rowQ = pair(q, m);
    const rowR = pair(r, m);
    const rowS = pair(s, m);
    sumPr = f64x2.add(sumPr, f64x2.mul(rowP, rowR));
    sumPs = f64x2.add(sumPs, f64x2.mul(rowP, rowS));
    sumQr = f64x2.add(sumQr, f64x2.mul(rowQ, rowR));
    sumQs = f64x2.add(sumQs, f64x2.mul(rowQ, rowS));
  }
  pr = lanes(sumPr);
  ps = lanes(sumPs);
  qr = lanes(sumQr);
  qs = lanes(sumQs);
}

export function invert(n: i32): void {
  let p = 0;
  for (let i = 0; i < n; i += 2) {
    const q = p + 8 * (i + 1);
    let r = 0;
    for (let m = 0; m < i; m += 2) {
      const s = r + 8 * (m + 1);
      addRows(p, q, r, s, m);
      r = s + 8 * (m + 2);
    }
    const first = 1 / entry(p, i);
    const second = 1 / entry(q, i + 1);
    const qp = entry(q, i);
    const firsts = f64x2.splat(-first);
    const seconds = f64x2.splat(-second);
    const qps = f64x2.splat(qp);
    for (let j = 0; j < i; j += 2) {
      const rowP = f64x2.mul(pair(p, j), firsts);
      putPair(p, j, rowP);
      putPair(q, j, f64x2.mul(f64x2.add(pair(q, j), f64x2.mul(qps, rowP)), seconds));
    }
    put(p, i, first);
    put(q, i, qp * first * -second);
    put(q, i + 1, second);
    p = q + 8 * (i + 2);
  }
}

/** What rows m and m + 1 of W, at r and s, give to the two rows at p and q. */
function addRows(p: i32, q: i32, r: i32, s: i32, m: i32): void {
  const pr = entry(p, m);
  const ps = entry(p, m + 1);
  const qr = entry(q, m);
  const qs = entry(q, m + 1);
  const prs = f64x2.splat(pr);
  const pss = f64x2.splat(ps);
  const qrs = f64x2.splat(qr);
  const qss = f64x2.splat(qs);
  for (let j = 0; j < m; j += 2) {
    const rowR = pair(r, j);
    const rowS = pair(s, j);
    putPair(p, j, f64x2.add(pair(p, j), f64x2.add(f64x2.mul(prs, rowR), f64x2.mul(pss, rowS))));
    putPair(q, j, f64x2.add(pair(q, j), f64x2.add(f64x2.mul(qrs, rowR), f64x2.mul(qss, rowS))));
  }
  put(p, m, pr * entry(r, m) + ps * entry(s, m));
  put(q, m, qr * entry(r, m) + qs * entry(s, m));
  put(p, m + 1, ps * entry(s, m + 1));
  put(q, m + 1, qs * entry(s, m + 1));
}

function entry(row: i32, column: i32): f64 {
  return load<f64>(row + 8 * column);
}

function put(row: i32, column: i32, value: f64): void {
  store<f64>(row + 8 * column, value);
}

function pair(row: i32, column: i32): v128 {
  return v128.load(row + 8 * column);
}

function putPair(row: i32, column: i32, value: v128): void {
  v128.store(row + 8 * column, value);
}

function lanes(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
