// log2 N(x | μ_k, σ²_k) + log2 π_k = c_k − Σ_j (w_kj (x_j − μ_kj))², w = √(½ log2 e) / σ.
var<private> x: array<f32, D>;

fn load_row(row: u32) {
  for (var j = 0u; j < D; j++) { x[j] = rows[row * D + j]; }
}

fn log_density(k: u32) -> f32 {
  let component = k * COMPONENT_LENGTH;
  var squares = 0.0;
  for (var j = 0u; j < D; j++) {
    let y = components[component + 1u + D + j] * (x[j] - components[component + 1u + j]);
    squares = fma(y, y, squares);
  }
  return max(components[component] - squares, LOG_ZERO);
}
