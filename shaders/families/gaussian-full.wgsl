// log2 N(x | μ_k, Σ_k) + log2 π_k = c_k − |W_k (x − μ_k)|², W_k lower triangular with √(½ log2 e) folded in.
var<private> x: array<f32, D>;

fn load_row(row: u32) {
  for (var j = 0u; j < D; j++) { x[j] = rows[row * D + j]; }
}

fn log_density(k: u32) -> f32 {
  let component = k * COMPONENT_LENGTH;
  var u: array<f32, D>;
  for (var j = 0u; j < D; j++) { u[j] = x[j] - components[component + 1u + j]; }
  var squares = 0.0;
  var t = component + 1u + D;
  for (var i = 0u; i < D; i++) {
    var y = 0.0;
    for (var j = 0u; j <= i; j++) {
      y = fma(components[t], u[j], y);
      t++;
    }
    squares = fma(y, y, squares);
  }
  return max(components[component] - squares, LOG_ZERO);
}
