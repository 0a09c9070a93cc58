// Written out: of the well-kept libraries the one with types is 160 CommonJS packages, which a page cannot import unbundled.

/** Arguments from here on are large: the asymptotic series then end below 1e-16. */
const LARGE = 12;

/**
 * ψ(x) = d/dx log Γ(x) for x > 0, to about 1e-15: ψ(x) = ψ(x + 1) − 1/x until x is large, then
 * log x − 1/(2x) − Σ B_2n / (2n x^2n) (Abramowitz & Stegun 6.3.5, 6.3.18).
 */
export function digamma(x: number): number {
  let shifted = x;
  let below = 0;
  for (; shifted < LARGE; shifted++) below += 1 / shifted;
  const s = 1 / (shifted * shifted);
  const series =
    s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * (691 / 32760 - s / 12))))));
  return Math.log(shifted) - 0.5 / shifted - series - below;
}

/**
 * log Γ(x) for x > 0, to about 1e-15 of its largest term: log Γ(x) = log Γ(x + 1) − log x until x is large, then
 * (x − ½) log x − x + ½ log 2π + Σ B_2n / (2n (2n − 1) x^(2n−1)) (Abramowitz & Stegun 6.1.15, 6.1.41).
 */
export function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  let shifted = x;
  let product = 1;
  for (; shifted < LARGE; shifted++) product *= shifted;
  const r = 1 / shifted;
  const s = r * r;
  const series =
    r *
    (1 / 12 -
      s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - s * (691 / 360360 - s / 156))))));
  return (
    (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product)
  );
}
