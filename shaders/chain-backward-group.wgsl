// chain-backward by groups of invocations, each with its rows of Γ and of ξ in registers. They hand each other the ratios
// γ / Σ_i α(i) Γ_ik of the row after.
#include chain
#include chain-end
#include chain-group

@group(2) @binding(0) var<storage, read_write> logits: array<f32>; // [QUADS, stride, 4] log2 γ_t(k)
@group(2) @binding(1) var<storage, read> alphas: array<f32>;       // as chain-forward leaves them
@group(2) @binding(2) var<storage, read> sums: array<f32>;
@group(2) @binding(3) var<storage, read_write> joints: array<Joint>; // γ of the rows before them
@group(2) @binding(4) var<storage, read_write> counts: array<f32>; // [walkers, STATES + 1, QUADS, 4]
@group(2) @binding(5) var<storage, read> scales: array<Scale>;     // [pieces]

// γ, and sums that are logarithms or 1, where an invocation needs those of all
var<workgroup> gammas: array<f32, SLOTS * SLOT_STATES>;
var<workgroup> log_sums: array<f32, SLOTS * SLOT_STATES>;
// what each invocation's own states have of these
var<workgroup> extras: array<f32, SLOTS * SLOT_STATES>;
var<workgroup> lengths: array<u32, SLOTS>;
var<workgroup> steps: u32;
var<workgroup> is_walking: array<u32, SLOTS>;
// whether a forward walk took sums in logarithms
var<workgroup> has_logs: array<u32, SLOTS>;
var<workgroup> has_any_logs: u32;

// What states of the row after whose sums are logarithms give to γ of state j, and to what is counted.
fn deep_share(n_states: u32, base: u32, j: u32, before: f32, total: f32, weight: f32, count_at: u32) -> f32 {
  var extra = 0.0;
  for (var k = 0u; k < n_states; k++) {
    let share = log_of(before) + log_transition(j, k) - log_sums[base + k];
    if (log_sums[base + k] > 0.0 || before <= LOG_IMPOSSIBLE || share <= -150.0) { continue; }
    let joint = gammas[base + k] / total * exp2(min(share, 0.0));
    extra += joint;
    let transition = max(transitions.forth[j * QUADS + k / 4u][k % 4u], SMALLEST_TRANSITION);
    counts[count_at + j * 4u * QUADS + k] += weight * joint / transition;
  }
  return extra;
}

@compute @workgroup_size(SPAN * SLOTS)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
#if SUBGROUPS
  @builtin(subgroup_invocation_id) lane: u32,
#else
  @builtin(local_invocation_index) lane: u32,
#endif
) {
  let workgroup = origin + workgroup_in_part;
  let slot = slot_of(lane);
  let l = lane - slot * SPAN;
  let base = slot * SLOT_STATES;
  let walker = workgroup.x * SLOTS + slot;
  let count_at = walker * (STATES + 1u) * 4u * QUADS;
  if (l == 0u) {
    var walks = walker < chunk.walkers;
    if (walks && chunk.what == CHANGED) { walks = is_changed(walker); }
    is_walking[slot] = select(0u, 1u, walks);
  }
#for p in 0..PER
  let j_${p} = l + ${p}u * SPAN;
  let is_real_${p} = j_${p} < STATES;
  var initial_${p} = 0.0;
#for q in 0..QUADS
  let row_${p}_${q} = transitions.forth[clamped(j_${p}) * QUADS + ${q}u];
  var xi_${p}_${q} = vec4f();
#end
#end
  workgroupBarrier();
  let walks = is_walking[slot] != 0u;
  if (walks) {
    for (var j = l; j < STATES; j += SPAN) {
      for (var k = 0u; k < 4u * QUADS; k++) { counts[count_at + j * 4u * QUADS + k] = 0.0; }
    }
  }

  for (var turn = 0u; turn < chunk.pieces; turn += chunk.walkers) {
    let index = min(turn + walker, chunk.pieces - 1u);
    let piece = pieces[index];
    let is_skipped = !walks || turn + walker >= chunk.pieces || (chunk.what == WARM && piece.before == NONE);
    let last = end_of(piece);
    // a step more than rows before the last where the piece goes on from another
    let count = select(last - piece.begin + select(1u, 0u, piece.before == NONE), 0u, is_skipped);
    if (l == 0u) {
      lengths[slot] = count;
      has_logs[slot] = select(scales[index].state, 0u, is_skipped);
    }
#for p in 0..PER
    gammas[base + j_${p}] = select(LOG_ZERO, alphas[alpha_state_at(last, j_${p})], is_real_${p});
#end
    workgroupBarrier();
    if (lane == 0u) {
      steps = 0u;
      has_any_logs = 0u;
      for (var s = 0u; s < SLOTS; s++) {
        steps = max(steps, lengths[s]);
        has_any_logs = max(has_any_logs, has_logs[s]);
      }
    }
    // γ ∝ α of the last row: exact where a sequence ends
    let is_filtered = chunk.what == WARM || piece.after == NONE;
    var top = LOG_ZERO;
    var total_alpha = 0.0;
    for (var k = 0u; k < chunk.states; k++) { top = max(top, log_of(gammas[base + k])); }
    for (var k = 0u; k < chunk.states; k++) {
      total_alpha += exp2(max(log_of(gammas[base + k]) - top, -150.0));
    }
#for p in 0..PER
    let alpha_${p} = gammas[base + j_${p}];
    var gamma_${p} = exp2(clamp(log_of(alpha_${p}) - top, -150.0, 0.0)) / total_alpha;
    if (!is_filtered) { gamma_${p} = joints[piece.after].used[clamped(j_${p})]; }
    gamma_${p} = select(0.0, gamma_${p}, is_real_${p} && (!is_filtered || alpha_${p} > LOG_IMPOSSIBLE));
    if (!is_skipped && is_real_${p}) { logits[state_at(last, j_${p})] = log_posterior(vec4f(gamma_${p})).x; }
#end
    let all_steps = workgroupUniformLoad(&steps);
    let is_careful = workgroupUniformLoad(&has_any_logs) != 0u;

    // Rows are walked in blocks, of one row if sums may be logarithms: what is seldom needed stays out of the inner loop.
    for (var step = 0u; ; ) {
      let first_row = row_of(piece, last, step);
#for p in 0..PER
      gammas[base + j_${p}] = gamma_${p};
      let log_sum_${p} = select(LOG_ZERO, sums[state_at(first_row, j_${p})], is_real_${p});
      log_sums[base + j_${p}] = select(1.0, log_sum_${p}, is_log(vec4f(log_sum_${p})).x && gamma_${p} > NEGLIGIBLE);
      extras[base + j_${p}] = 0.0;
#end
      workgroupBarrier();
      var total = 0.0;
      for (var k = 0u; k < chunk.states; k++) { total += gammas[base + k]; }
      total = max(total, 0x1p-100);
      let deep_states = select(0u, STATES, is_careful && step < count);
      for (var j = l; j < deep_states; j += SPAN) {
        let before = alphas[alpha_state_at(row_before(piece, first_row), j)];
        extras[base + j] = deep_share(deep_states, base, j, before, total, piece.weight, count_at);
      }
#for p in 0..PER
      gamma_${p} /= total;
      var extra_${p} = extras[base + j_${p}];
#end
      workgroupBarrier();
      if (step == all_steps) { break; }

      let block_end = min(step + select(BLOCK_ROWS, 1u, is_careful), all_steps);
      for (; step < block_end; step++) {
        let is_active = step < count;
        let row = row_of(piece, last, step);
#for p in 0..PER
        let sum_${p} = select(LOG_ZERO, sums[state_at(row, j_${p})], is_real_${p});
        let own_${p} = select(0.0, gamma_${p} / max(sum_${p}, LEAST_SUM), sum_${p} > 0.0);
        let before_${p} = alphas[alpha_state_at(row_before(piece, row), j_${p})];
        let state_${p} = select(0.0, max(before_${p}, 0.0), is_real_${p} && is_active);
        let times_${p} = state_${p} * piece.weight;
        var totals_${p} = vec4f();
#end
#include chain-share
#for q in 0..QUADS
#for p in 0..PER
        totals_${p} += row_${p}_${q} * all_${q};
        xi_${p}_${q} += times_${p} * all_${q};
#end
#end
#for p in 0..PER
        gamma_${p} = select(gamma_${p}, state_${p} * sum_of(totals_${p}) + extra_${p}, is_active);
        extra_${p} = 0.0;
        if (is_active && row > piece.begin && is_real_${p}) {
          logits[state_at(row - 1u, j_${p})] = log_posterior(vec4f(gamma_${p})).x;
        }
#end
      }
    }
#for p in 0..PER
    if (!is_skipped && is_real_${p}) {
      if (piece.before == NONE) {
        initial_${p} += piece.weight * gamma_${p};
      } else {
        joints[piece.before].given[j_${p}] = gamma_${p};
      }
    }
#end
    workgroupBarrier();
  }

  if (!walks) { return; }
#for p in 0..PER
  if (is_real_${p}) {
    let at = count_at + j_${p} * 4u * QUADS;
#for q in 0..QUADS
#for c in 0..4
    counts[at + ${4 * q + c}u] += xi_${p}_${q}[${c}];
#end
#end
    counts[count_at + STATES * 4u * QUADS + j_${p}] = initial_${p};
  }
#end
}
