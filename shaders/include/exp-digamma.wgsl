// ψ and log Γ at x > 0, by recurrence to y = x + 6 and the asymptotic series there (Abramowitz & Stegun 6.3.5, 6.3.18,
// 6.1.15, 6.1.41). Neither takes a logarithm of a large number away from another.

// Σ_{i<6} 1 / (x + i) = ψ(y) − ψ(x)
fn recurrence(x: vec4f) -> vec4f {
  return (1.0 / x + 1.0 / (x + 1.0) + 1.0 / (x + 2.0)) + (1.0 / (x + 3.0) + 1.0 / (x + 4.0) + 1.0 / (x + 5.0));
}

// log y − ψ(y)
fn digamma_tail(y: vec4f) -> vec4f {
  let z = 1.0 / (y * y);
  return 0.5 / y + z * (1.0 / 12.0 - z * (1.0 / 120.0 - z * (1.0 / 252.0)));
}

// ψ(x) − ψ(z) less log ((x + 6) / (z + 6))
fn tails_difference(x: vec4f, z: vec4f) -> vec4f {
  return (digamma_tail(z + 6.0) + recurrence(z)) - (digamma_tail(x + 6.0) + recurrence(x));
}

fn digamma_difference(x: vec4f, z: vec4f) -> vec4f {
  return log((x + 6.0) / (z + 6.0)) + tails_difference(x, z);
}

// exp(ψ(x) − ψ(z))
fn exp_digamma_ratio(x: vec4f, z: vec4f) -> vec4f {
  return (x + 6.0) / (z + 6.0) * exp(tails_difference(x, z));
}

// log Γ(x) − (x − prior) (ψ(x) − 1) − ½ log 2π + prior + 6
fn gamma_term(x: vec4f, prior: f32) -> vec4f {
  let y = x + 6.0;
  let z = 1.0 / (y * y);
  let stirling = (1.0 / 12.0 - z * (1.0 / 360.0 - z * (1.0 / 1260.0))) / y;
  let product = log(x * (x + 1.0)) + log((x + 2.0) * (x + 3.0)) + log((x + 4.0) * (x + 5.0));
  return (5.5 + prior) * log(y) + stirling - product + (x - prior) * (digamma_tail(y) + recurrence(x));
}
