// γ_t(j) = α_t(j) Σ_k Γ_jk γ_{t+1}(k) / Σ_i α_t(i) Γ_ik along pieces from their ends, one an invocation: probabilities
// alone, none of which can overflow. Each invocation leaves Σ_t ξ_t(j, k) / Γ_jk and Σ γ_1(j), times the weights.
// Everything has a name and no index, to stay in registers.
#include chain
#include chain-end

@group(2) @binding(0) var<storage, read_write> logits: array<vec4f>; // [QUADS, stride] log2 γ_t(k)
@group(2) @binding(1) var<storage, read> alphas: array<vec4f>;       // as chain-forward leaves them
@group(2) @binding(2) var<storage, read> sums: array<vec4f>;
@group(2) @binding(3) var<storage, read> forward_joints: array<Joint>;
@group(2) @binding(4) var<storage, read_write> joints: array<Joint>; // γ of the rows before them
@group(2) @binding(5) var<storage, read_write> counts: array<vec4f>; // [walkers, STATES + 1, QUADS]

#for q in 0..QUADS
var<private> gamma_${q}: vec4f;
var<private> initial_${q}: vec4f;
#end
#for e in 0..STATES * QUADS
var<private> xi_${e}: vec4f;
#end
var<private> has_extra: bool;

// γ ∝ α at row: exact where a sequence ends
fn filtered(row: u32) {
  var total = 0.0;
#for q in 0..QUADS
  gamma_${q} = max(alphas[message_at(row, ${q}u)], vec4f());
  total += sum_of(gamma_${q});
#end
#for q in 0..QUADS
  gamma_${q} /= max(total, 0x1p-100);
#end
}

// α of the row before `row`
fn previous(piece: Piece, row: u32, quad: u32) -> vec4f {
  if (row > piece.begin) { return alphas[message_at(row - 1u, quad)]; }
  return forward_joints[piece.before].used[quad];
}

fn is_deep(row: u32) -> bool {
  var deep = vec4<bool>();
#for q in 0..QUADS
  deep = deep | (is_log(sums[message_at(row, ${q}u)]) & (gamma_${q} > vec4f(NEGLIGIBLE)));
#end
  return any(deep);
}

// What states of `row` whose sums are logarithms give to four states of the row before: of γ, and to what is counted.
fn deep_shares(piece: Piece, row: u32, quad: u32, at: u32) -> vec4f {
  var extra = vec4f();
  let logs = logs_of(previous(piece, row, quad));
  for (var k = 0u; k < chunk.states; k++) {
    let sum = sums[message_at(row, k / 4u)][k % 4u];
    let gamma = exp2(logits[message_at(row, k / 4u)][k % 4u]);
    if (sum > 0.0 || sum < LOG_IMPOSSIBLE || gamma <= NEGLIGIBLE) { continue; }
    for (var c = 0u; c < 4u; c++) {
      let j = 4u * quad + c;
      let share = logs[c] + log_transition(j, k) - sum;
      if (j >= STATES || share <= -150.0) { continue; }
      let joint = gamma * exp2(min(share, 0.0));
      extra[c] += joint;
      let transition = max(transitions.forth[j * QUADS + k / 4u][k % 4u], SMALLEST_TRANSITION);
      counts[at + j * QUADS + k / 4u][k % 4u] += piece.weight * joint / transition;
    }
  }
  return extra;
}

// From γ of `row` to that of the row before.
fn retreat(piece: Piece, row: u32) {
#for q in 0..QUADS
  let state_${q} = max(previous(piece, row, ${q}u), vec4f());
  let sum_${q} = sums[message_at(row, ${q}u)];
  let ratio_${q} = select(vec4f(), gamma_${q} / max(sum_${q}, vec4f(LEAST_SUM)), sum_${q} > vec4f());
  let times_${q} = piece.weight * ratio_${q};
#end
#for j in 0..STATES
  var total_${j} = vec4f();
#for q in 0..QUADS
  total_${j} += transitions.forth[${j * QUADS + q}] * ratio_${q};
  xi_${j * QUADS + q} += state_${j / 4}[${j - 4 * (j / 4)}] * times_${q};
#end
#end
#for j in STATES..4 * QUADS
  let total_${j} = vec4f();
#end
#for b in 0..QUADS
  gamma_${b} = state_${b} * vec4f(
    sum_of(total_${4 * b}), sum_of(total_${4 * b + 1}), sum_of(total_${4 * b + 2}), sum_of(total_${4 * b + 3}));
#end
}

fn keep(piece: Piece, row: u32) {
  var total = 0.0;
#for q in 0..QUADS
  total += sum_of(gamma_${q});
#end
  let scale = 1.0 / max(total, 0x1p-100);
#for q in 0..QUADS
  gamma_${q} *= scale;
  if (row > piece.begin) { logits[message_at(row - 1u, ${q}u)] = log_posterior(gamma_${q}); }
#end
}

fn walk(piece: Piece, at: u32) {
  if (chunk.what == WARM && piece.before == NONE) { return; }
  let last = end_of(piece);
  if (chunk.what == WARM || piece.after == NONE) {
    filtered(last);
  } else {
#for q in 0..QUADS
    gamma_${q} = joints[piece.after].used[${q}];
#end
  }
#for q in 0..QUADS
  logits[message_at(last, ${q}u)] = log_posterior(gamma_${q});
#end
  let steps = last - piece.begin + select(1u, 0u, piece.before == NONE);
  // Two loops: compilers that run both sides of a branch run what seldom happens once a piece, not once a row.
  for (var step = 0u; step < steps; step++) {
    var deep = false;
    loop {
      deep = is_deep(last - step);
      retreat(piece, last - step);
      if (deep) { break; }
      keep(piece, last - step);
      step++;
      if (step == steps) { break; }
    }
    if (!deep) { break; }
    if (!has_extra) {
      for (var e = 0u; e < chunk.states * QUADS; e++) { counts[at + e] = vec4f(); }
      has_extra = true;
    }
#for q in 0..QUADS
    gamma_${q} += deep_shares(piece, last - step, ${q}u, at);
#end
    keep(piece, last - step);
  }
  if (piece.before == NONE) {
#for q in 0..QUADS
    initial_${q} += piece.weight * gamma_${q};
#end
    return;
  }
#for q in 0..QUADS
  joints[piece.before].given[${q}] = gamma_${q};
#end
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let walker = id.x;
  if (walker >= chunk.walkers) { return; }
  if (chunk.what == CHANGED && !is_changed(walker)) { return; }
  has_extra = false;
  let at = walker * (STATES + 1u) * QUADS;
  for (var index = walker; index < chunk.pieces; index += chunk.walkers) { walk(pieces[index], at); }
#for q in 0..QUADS
  counts[at + ${STATES * QUADS + q}u] = initial_${q};
#end
#for e in 0..STATES * QUADS
  if (has_extra) { xi_${e} += counts[at + ${e}u]; }
  counts[at + ${e}u] = xi_${e};
#end
}
