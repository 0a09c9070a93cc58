// A smaller γ is not looked for in logarithms.
const NEGLIGIBLE = 0x1p-60;
// Sums of ξ lack the factor Γ_jk, or this if that is smaller.
const SMALLEST_TRANSITION = 0x1p-100;

// γ as kernels of mixtures take it
fn log_posterior(gamma: vec4f) -> vec4f {
  return select(vec4f(-300.0), log2(max(gamma, vec4f(0x1p-126))), gamma > vec4f(0x1p-120));
}

// The row from which a walk goes back.
fn end_of(piece: Piece) -> u32 {
  let last = piece.begin + piece.count - 1u;
  return select(last, min(last, piece.begin + chunk.warm_rows - 1u), chunk.what == WARM);
}

// The row that step `step` of a walk goes back from.
fn row_of(piece: Piece, last: u32, step: u32) -> u32 { return last - min(step, last - piece.begin); }

// Whether a walker has to go again: its sums are of all its pieces or of none.
fn is_changed(walker: u32) -> bool {
  for (var index = walker; index < chunk.pieces; index += chunk.walkers) {
    let after = pieces[index].after;
    if (after != NONE) {
      if (joints[after].changed != 0u) { return true; }
    }
  }
  return false;
}
