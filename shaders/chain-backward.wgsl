// γ_t(j) = α_t(j) Σ_k Γ_jk γ_{t+1}(k) / Σ_i α_t(i) Γ_ik along pieces from their ends, one an invocation: probabilities
// alone, none of which can overflow. Each invocation leaves Σ_t ξ_t(j, k) / Γ_jk and Σ γ_1(j), times the weights.
#include chain

@group(2) @binding(0) var<storage, read_write> logits: array<vec4f>; // [QUADS, stride] log2 γ_t(k)
@group(2) @binding(1) var<storage, read> alphas: array<vec4f>;       // as chain-forward leaves them
@group(2) @binding(2) var<storage, read> sums: array<vec4f>;
@group(2) @binding(3) var<storage, read> forward_joints: array<Joint>;
@group(2) @binding(4) var<storage, read_write> joints: array<Joint>; // γ of the rows before them
@group(2) @binding(5) var<storage, read_write> counts: array<vec4f>; // [walkers, STATES + 1, QUADS]

const LOG_NOTHING = -300.0;
// A smaller γ is not looked for in logarithms.
const NEGLIGIBLE = 0x1p-60;
const SMALLEST_TRANSITION = 0x1p-100;

var<private> gamma: array<vec4f, QUADS>;
var<private> alpha: array<vec4f, QUADS>;
var<private> ratios: array<vec4f, QUADS>;
var<private> weighted: array<vec4f, QUADS>;
var<private> xi: array<vec4f, STATES * QUADS>;
var<private> initial: array<vec4f, QUADS>;

// γ ∝ α at row: exact where a sequence ends
fn filtered(row: u32) {
  var total = 0.0;
  for (var quad = 0u; quad < QUADS; quad++) {
    let state = max(alphas[message_at(row, quad)], vec4f());
    gamma[quad] = state;
    total += sum_of(state);
  }
  for (var quad = 0u; quad < QUADS; quad++) { gamma[quad] /= max(total, 0x1p-100); }
}

// What the states of a quad whose sums were taken in logarithms give to all before: added to γ, and to ξ.
fn add_deep(quad: u32, deep: vec4<bool>, sum: vec4f, after: vec4f, weight: f32) {
  for (var j = 0u; j < STATES; j++) {
    let shares = log_of(alpha[j / 4u][j % 4u]) + transitions.logs[j * QUADS + quad] - sum;
    let joint = select(vec4f(), after * exp2(clamp(shares, vec4f(-150.0), vec4f())), deep & shares > vec4f(-150.0));
    gamma[j / 4u][j % 4u] += sum_of(joint);
    xi[j * QUADS + quad] += weight * joint / max(transitions.forth[j * QUADS + quad], vec4f(SMALLEST_TRANSITION));
  }
}

// From γ of `row` to that of the row before, whose α is here.
fn retreat(row: u32, weight: f32) {
  for (var quad = 0u; quad < QUADS; quad++) {
    let sum = sums[message_at(row, quad)];
    let after = gamma[quad];
    let ratio = select(vec4f(), after / max(sum, vec4f(LEAST_SUM)), sum > vec4f());
    ratios[quad] = ratio;
    weighted[quad] = weight * ratio;
  }
  var has_deep = false;
  for (var quad = 0u; quad < QUADS; quad++) {
    let sum = sums[message_at(row, quad)];
    has_deep = has_deep || any(sum <= vec4f() & sum > vec4f(LOG_IMPOSSIBLE) & gamma[quad] > vec4f(NEGLIGIBLE));
  }
  var after_row = array<vec4f, QUADS>();
  if (has_deep) { after_row = gamma; }

  for (var from = 0u; from < QUADS; from++) {
    let state = max(alpha[from], vec4f());
    var total_0 = vec4f();
    var total_1 = vec4f();
    var total_2 = vec4f();
    var total_3 = vec4f();
    for (var quad = 0u; quad < QUADS; quad++) {
      let at = 4u * from * QUADS + quad;
      let ratio = ratios[quad];
      let times = weighted[quad];
#for c in 0..4
      total_${c} += transitions.forth[at + ${c}u * QUADS] * ratio;
#if !WHOLE
      if (4u * from + ${c}u < STATES)
#endif
      { xi[at + ${c}u * QUADS] += state[${c}] * times; }
#end
    }
    gamma[from] = state * vec4f(sum_of(total_0), sum_of(total_1), sum_of(total_2), sum_of(total_3));
  }
  if (has_deep) {
    for (var quad = 0u; quad < QUADS; quad++) {
      let sum = sums[message_at(row, quad)];
      let deep = sum <= vec4f() & sum > vec4f(LOG_IMPOSSIBLE) & after_row[quad] > vec4f(NEGLIGIBLE);
      if (any(deep)) { add_deep(quad, deep, sum, after_row[quad], weight); }
    }
  }
  var total = 0.0;
  for (var quad = 0u; quad < QUADS; quad++) { total += sum_of(gamma[quad]); }
  let scale = 1.0 / max(total, 0x1p-100);
  for (var quad = 0u; quad < QUADS; quad++) { gamma[quad] *= scale; }
}

fn keep(row: u32) {
  for (var quad = 0u; quad < QUADS; quad++) {
    logits[message_at(row, quad)] = select(vec4f(LOG_NOTHING), log2(max(gamma[quad], vec4f(0x1p-126))), gamma[quad] > vec4f(0x1p-120));
  }
}

fn walk(piece: Piece) {
  var row = piece.begin + piece.count - 1u;
  if (chunk.what == WARM) {
    if (piece.before == NONE) { return; }
    row = min(row, piece.begin + chunk.warm_rows - 1u);
  }
  if (chunk.what == WARM || piece.after == NONE) {
    filtered(row);
  } else {
    for (var quad = 0u; quad < QUADS; quad++) { gamma[quad] = joints[piece.after].used[quad]; }
  }
  loop {
    keep(row);
    if (row == piece.begin) { break; }
    for (var quad = 0u; quad < QUADS; quad++) { alpha[quad] = alphas[message_at(row - 1u, quad)]; }
    retreat(row, piece.weight);
    row--;
  }
  if (piece.before == NONE) {
    for (var quad = 0u; quad < QUADS; quad++) { initial[quad] += piece.weight * gamma[quad]; }
    return;
  }
  for (var quad = 0u; quad < QUADS; quad++) { alpha[quad] = forward_joints[piece.before].used[quad]; }
  retreat(row, piece.weight);
  for (var quad = 0u; quad < QUADS; quad++) { joints[piece.before].given[quad] = gamma[quad]; }
}

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

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let walker = id.x;
  if (walker >= chunk.walkers) { return; }
  if (chunk.what == CHANGED && !is_changed(walker)) { return; }
  for (var index = walker; index < chunk.pieces; index += chunk.walkers) { walk(pieces[index]); }
  let at = walker * (STATES + 1u) * QUADS;
  for (var e = 0u; e < STATES * QUADS; e++) { counts[at + e] = xi[e]; }
  for (var quad = 0u; quad < QUADS; quad++) { counts[at + STATES * QUADS + quad] = initial[quad]; }
}
