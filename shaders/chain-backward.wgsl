// γ_t(j) = α_t(j) Σ_k Γ_jk γ_{t+1}(k) / Σ_i α_t(i) Γ_ik along pieces from their ends, one an invocation: probabilities
// alone, none of which can overflow. Each invocation leaves Σ_t ξ_t(j, k) / Γ_jk and Σ γ_1(j), times the weights.
// Everything has a name and no index, to stay in registers. FUSED: statistics of emissions are summed up here.
#include chain
#include chain-end
#if FUSED
#include chain-rows
#include components
#include staged
#endif

@group(2) @binding(0) var<storage, read_write> logits: array<vec4f>; // [QUADS, stride] log2 γ_t(k)
@group(2) @binding(1) var<storage, read> alphas: array<vec4f>;       // as chain-forward leaves them
@group(2) @binding(2) var<storage, read_write> joints: array<Joint>; // γ of the rows before them
@group(2) @binding(3) var<storage, read_write> counts: array<vec4f>; // [walkers, COUNTS]

#for q in 0..QUADS
var<private> gamma_${q}: vec4f;
var<private> sum_${q}: vec4f;
var<private> initial_${q}: vec4f;
// γ of states of the row after whose sums were lost
var<private> lost_${q}: vec4f;
#end
#for e in 0..STATES * QUADS
var<private> xi_${e}: vec4f;
#end
var<private> has_extra: bool;

// γ ∝ α at row t: exact where a sequence ends
fn filtered(t: u32) {
  var total = 0.0;
#for q in 0..QUADS
  gamma_${q} = max(alphas[alpha_at(t, ${q}u)], vec4f());
  total += sum_of(gamma_${q});
#end
#for q in 0..QUADS
  gamma_${q} /= max(total, 0x1p-100);
#end
}

// α of the row before row t
fn previous(piece: Piece, t: u32, quad: u32) -> vec4f { return alphas[alpha_at(row_before(piece, t), quad)]; }

// log2 Σ_j α(j) Γ_jk of the row before row t
fn log_sum(piece: Piece, t: u32, k: u32) -> f32 {
  var top = LOG_ZERO;
  for (var j = 0u; j < chunk.states; j++) {
    top = max(top, log_of(previous(piece, t, j / 4u)[j % 4u]) + log_transition(j, k));
  }
  var sum = 0.0;
  for (var j = 0u; j < chunk.states; j++) {
    sum += exp2(max(log_of(previous(piece, t, j / 4u)[j % 4u]) + log_transition(j, k) - top, -150.0));
  }
  return top + log2(sum);
}

// What states of row t whose sums were lost give to four states of the row before: of γ, and to what is counted. Their γ
// are where those of all go.
fn shares_of_lost(piece: Piece, t: u32, quad: u32, at: u32) -> vec4f {
  var extra = vec4f();
  let logs = logs_of(previous(piece, t, quad));
  for (var k = 0u; k < chunk.states; k++) {
    let gamma = exp2(logits[message_at(t, k / 4u)][k % 4u]);
    if (gamma <= NEGLIGIBLE) { continue; }
    let sum = log_sum(piece, t, k);
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

// From γ of row t to that of the row before. @returns whether sums were lost
fn retreat(piece: Piece, t: u32) -> bool {
  var lost = false;
#for b in 0..QUADS
  let state_${b} = max(previous(piece, t, ${b}u), vec4f());
#end
#include chain-predict
#for q in 0..QUADS
  let is_lost_${q} = (sum_${q} < vec4f(LEAST_SUM)) & (gamma_${q} > vec4f(NEGLIGIBLE));
  lost = lost || any(is_lost_${q});
  lost_${q} = select(vec4f(), gamma_${q}, is_lost_${q});
  let ratio_${q} = select(gamma_${q} / max(sum_${q}, vec4f(LEAST_SUM)), vec4f(), sum_${q} < vec4f(LEAST_SUM));
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
  return lost;
}

fn normalise() {
  var total = 0.0;
#for q in 0..QUADS
  total += sum_of(gamma_${q});
#end
  let scale = 1.0 / max(total, 0x1p-100);
#for q in 0..QUADS
  gamma_${q} *= scale;
#end
}

@compute @workgroup_size(LANES)
fn main(
  @builtin(global_invocation_id) id_in_part: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = origin * vec3u(LANES, 1u, 1u) + id_in_part;
#if FUSED
  stage_components(0u, lane);
#for c in 0..STATES
#include means
#include sums
#end
#endif
  let walker = id.x;
  if (walker >= chunk.walkers) { return; }
  if (chunk.what == CHANGED && !is_changed(walker)) { return; }
  has_extra = false;
  let at = walker * COUNTS;
  for (var index = walker; index < chunk.pieces; index += chunk.walkers) {
    let piece = pieces[index];
    if (chunk.what == WARM && piece.before == NONE) { continue; }
    let last = end_of(piece);
    if (chunk.what == WARM || piece.after == NONE) {
      filtered(last);
    } else {
#for q in 0..QUADS
      gamma_${q} = joints[piece.after].used[${q}];
#end
    }
    // Two loops: compilers that run both sides of a branch run what seldom happens once a piece, not once a row.
    var t = last;
    var is_done = false;
    loop {
      var lost = false;
      loop {
#if FUSED
        let row = chunk.begin + t;
#include row
#for q in 0..QUADS
        let weighted_${q} = piece.weight * gamma_${q};
#end
#for c in 0..STATES
        let r_${c} = weighted_${c / 4}[${c - 4 * (c / 4)}];
#include difference
#include accumulate
#end
#else
#for q in 0..QUADS
        logits[message_at(t, ${q}u)] = log_posterior(gamma_${q});
#end
#endif
        is_done = t == piece.begin;
        if (is_done && piece.before == NONE) { break; }
        lost = retreat(piece, t);
        if (lost) { break; }
        normalise();
        if (is_done) { break; }
        t--;
      }
      if (!lost) { break; }
      if (!has_extra) {
        for (var e = 0u; e < chunk.states * QUADS; e++) { counts[at + e] = vec4f(); }
        has_extra = true;
      }
#for q in 0..QUADS
#if !FUSED
      let kept_${q} = logits[message_at(t, ${q}u)];
#endif
      logits[message_at(t, ${q}u)] = log_posterior(lost_${q});
#end
#for q in 0..QUADS
      gamma_${q} += shares_of_lost(piece, t, ${q}u, at);
#end
#if !FUSED
#for q in 0..QUADS
      logits[message_at(t, ${q}u)] = kept_${q};
#end
#endif
      normalise();
      if (is_done) { break; }
      t--;
    }
#for q in 0..QUADS
    if (piece.before == NONE) {
      initial_${q} += piece.weight * gamma_${q};
    } else {
      joints[piece.before].given[${q}] = gamma_${q};
    }
#end
  }

#for e in 0..STATES * QUADS
  if (has_extra) { xi_${e} += counts[at + ${e}u]; }
  counts[at + ${e}u] = xi_${e};
#end
#for q in 0..QUADS
  counts[at + ${STATES * QUADS + q}u] = initial_${q};
#end
#if FUSED
#for c in 0..STATES
  {
    var left: array<f32, 4u * SUM_QUADS>;
#for t in 0..SUMS_PER_COMPONENT
    left[${t}] = sum_${c}_${t};
#end
    for (var quad = 0u; quad < SUM_QUADS; quad++) {
      counts[at + ${(STATES + 1) * QUADS}u + ${c}u * SUM_QUADS + quad] =
        vec4f(left[4u * quad], left[4u * quad + 1u], left[4u * quad + 2u], left[4u * quad + 3u]);
    }
  }
#end
#endif
}
