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
var<private> alpha_${q}: vec4f;
var<private> initial_${q}: vec4f;
#end
#for e in 0..STATES * QUADS
var<private> xi_${e}: vec4f;
#end
// α, and what states whose sums are logarithms add to γ and to ξ, where they have to be walked through
var<private> logarithms: array<f32, 4 * QUADS>;
var<private> extra: array<f32, 4 * QUADS>;
var<private> extra_xi: array<vec4f, STATES * QUADS>;
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

fn add_deep(quad: u32, deep: vec4<bool>, sum: vec4f, gamma: vec4f, weight: f32) {
  for (var j = 0u; j < chunk.states; j++) {
    let shares = logarithms[j] + transitions.logs[j * QUADS + quad] - sum;
    let joint = select(vec4f(), gamma * exp2(clamp(shares, vec4f(-150.0), vec4f())), deep & (shares > vec4f(-150.0)));
    extra[j] += sum_of(joint);
    extra_xi[j * QUADS + quad] += weight * joint / max(transitions.forth[j * QUADS + quad], vec4f(SMALLEST_TRANSITION));
  }
}

// From γ of `row` to that of the row before, whose α is here.
fn retreat(row: u32, weight: f32) {
  var deep = vec4<bool>();
#for q in 0..QUADS
  let sum_${q} = sums[message_at(row, ${q}u)];
  let ratio_${q} = select(vec4f(), gamma_${q} / max(sum_${q}, vec4f(LEAST_SUM)), sum_${q} > vec4f());
  let times_${q} = weight * ratio_${q};
  let deep_${q} = is_log(sum_${q}) & (gamma_${q} > vec4f(NEGLIGIBLE));
  deep = deep | deep_${q};
#end
  let is_deep = any(deep);
  if (is_deep) {
    has_extra = true;
    for (var j = 0u; j < chunk.states; j++) { extra[j] = 0.0; }
#for q in 0..QUADS
    let log_${q} = logs_of(alpha_${q});
#for c in 0..4
    logarithms[${4 * q + c}] = log_${q}[${c}];
#end
#end
#for q in 0..QUADS
    if (any(deep_${q})) { add_deep(${q}u, deep_${q}, sum_${q}, gamma_${q}, weight); }
#end
  }
#for b in 0..QUADS
  let state_${b} = max(alpha_${b}, vec4f());
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
  if (is_deep) {
#for q in 0..QUADS
    gamma_${q} += vec4f(extra[${4 * q}], extra[${4 * q + 1}], extra[${4 * q + 2}], extra[${4 * q + 3}]);
#end
  }
  var total = 0.0;
#for q in 0..QUADS
  total += sum_of(gamma_${q});
#end
  let scale = 1.0 / max(total, 0x1p-100);
#for q in 0..QUADS
  gamma_${q} *= scale;
#end
}

fn walk(piece: Piece) {
  var row = end_of(piece);
  if (chunk.what == WARM && piece.before == NONE) { return; }
  if (chunk.what == WARM || piece.after == NONE) {
    filtered(row);
  } else {
#for q in 0..QUADS
    gamma_${q} = joints[piece.after].used[${q}];
#end
  }
  loop {
#for q in 0..QUADS
    logits[message_at(row, ${q}u)] = log_posterior(gamma_${q});
#end
    if (row == piece.begin) { break; }
#for q in 0..QUADS
    alpha_${q} = alphas[message_at(row - 1u, ${q}u)];
#end
    retreat(row, piece.weight);
    row--;
  }
  if (piece.before == NONE) {
#for q in 0..QUADS
    initial_${q} += piece.weight * gamma_${q};
#end
    return;
  }
#for q in 0..QUADS
  alpha_${q} = forward_joints[piece.before].used[${q}];
#end
  retreat(row, piece.weight);
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
  for (var index = walker; index < chunk.pieces; index += chunk.walkers) { walk(pieces[index]); }
  let at = walker * (STATES + 1u) * QUADS;
#for e in 0..STATES * QUADS
  counts[at + ${e}u] = xi_${e};
#end
#for q in 0..QUADS
  counts[at + ${STATES * QUADS + q}u] = initial_${q};
#end
  if (has_extra) {
    for (var e = 0u; e < chunk.states * QUADS; e++) { counts[at + e] += extra_xi[e]; }
  }
}
