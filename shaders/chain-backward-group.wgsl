// chain-backward by groups of invocations, each with its rows of Γ and of ξ in registers. Ratios of the row after are in
// workgroup memory, two rows of them in turn, so that one barrier a row is enough.
#include chain
#include chain-end
#include chain-group

@group(2) @binding(0) var<storage, read_write> logits: array<f32>; // [QUADS, stride, 4] log2 γ_t(k)
@group(2) @binding(1) var<storage, read> alphas: array<f32>;       // as chain-forward leaves them
@group(2) @binding(2) var<storage, read> sums: array<f32>;
@group(2) @binding(3) var<storage, read> forward_joints: array<Joint>;
@group(2) @binding(4) var<storage, read_write> joints: array<Joint>; // γ of the rows before them
@group(2) @binding(5) var<storage, read_write> counts: array<f32>; // [walkers, STATES + 1, QUADS, 4]

// Rows after which γ is made to add up to 1 again.
const NORMALISE_ROWS = 16u;

var<workgroup> ratios: array<f32, 2 * SLOTS * SLOT_STATES>;
// of the row after, where some of its sums are logarithms: γ, and these or 1
var<workgroup> gammas: array<f32, 2 * SLOTS * SLOT_STATES>;
var<workgroup> log_sums: array<f32, 2 * SLOTS * SLOT_STATES>;
var<workgroup> deep_steps: array<atomic<u32>, SLOTS>;
var<workgroup> lengths: array<u32, SLOTS>;
var<workgroup> steps: u32;
var<workgroup> is_walking: array<u32, SLOTS>;

// What states of the row after whose sums are logarithms give to γ of state j, and to what is counted.
fn deep_share(at: u32, j: u32, log_alpha: f32, weight: f32, count_at: u32) -> f32 {
  var extra = 0.0;
  for (var k = 0u; k < chunk.states; k++) {
    let share = log_alpha + log_transition(j, k) - log_sums[at + k];
    if (log_sums[at + k] > 0.0 || share <= -150.0) { continue; }
    let joint = gammas[at + k] * exp2(min(share, 0.0));
    extra += joint;
    counts[count_at + j * 4u * QUADS + k] += weight * joint / max(transition(j, k), SMALLEST_TRANSITION);
  }
  return extra;
}

@compute @workgroup_size(SPAN * SLOTS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let slot = slot_of(lane);
  let l = lane - slot * SPAN;
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
  let row_${p}_${q} = transitions.forth[min(j_${p}, 4u * QUADS - 1u) * QUADS + ${q}u];
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
    let piece = pieces[min(turn + walker, chunk.pieces - 1u)];
    let is_skipped = !walks || turn + walker >= chunk.pieces || (chunk.what == WARM && piece.before == NONE);
    let last = end_of(piece);
    // a step more than rows before the last where the piece goes on from another
    let count = select(last - piece.begin + select(1u, 0u, piece.before == NONE), 0u, is_skipped);
    if (l == 0u) {
      lengths[slot] = count;
      atomicStore(&deep_steps[slot], NONE);
    }
#for p in 0..PER
    gammas[turn_at(0u, slot) + j_${p}] = select(LOG_ZERO, alphas[state_at(last, j_${p})], is_real_${p});
#end
    workgroupBarrier();
    if (lane == 0u) {
      steps = 0u;
      for (var s = 0u; s < SLOTS; s++) { steps = max(steps, lengths[s]); }
    }
    // γ ∝ α of the last row: exact where a sequence ends
    let is_filtered = chunk.what == WARM || piece.after == NONE;
    var top = LOG_ZERO;
    var total_alpha = 0.0;
    for (var k = 0u; k < chunk.states; k++) { top = max(top, log_of(gammas[turn_at(0u, slot) + k])); }
    for (var k = 0u; k < chunk.states; k++) {
      total_alpha += exp2(max(log_of(gammas[turn_at(0u, slot) + k]) - top, -150.0));
    }
#for p in 0..PER
    let alpha_${p} = gammas[turn_at(0u, slot) + j_${p}];
    var gamma_${p} = exp2(clamp(log_of(alpha_${p}) - top, -150.0, 0.0)) / total_alpha;
    if (!is_filtered) {
      let k = min(j_${p}, 4u * QUADS - 1u);
      gamma_${p} = joints[piece.after].used[k / 4u][k % 4u];
    }
    gamma_${p} = select(0.0, gamma_${p}, is_real_${p} && (!is_filtered || alpha_${p} > LOG_IMPOSSIBLE));
    if (!is_skipped && is_real_${p}) { logits[state_at(last, j_${p})] = log_posterior(vec4f(gamma_${p})).x; }
#end
    let all_steps = workgroupUniformLoad(&steps);

    for (var step = 0u; step < all_steps; step++) {
      let is_active = step < count;
      let row = last - min(step, last - piece.begin); // from this one to the one before
      let at = turn_at(step, slot);
#for p in 0..PER
      {
        let sum = select(LOG_ZERO, sums[state_at(row, j_${p})], is_real_${p});
        let deep = is_log(vec4f(sum)).x && gamma_${p} > NEGLIGIBLE && is_active;
        ratios[at + j_${p}] = select(0.0, gamma_${p} / max(sum, LEAST_SUM), sum > 0.0);
        gammas[at + j_${p}] = gamma_${p};
        log_sums[at + j_${p}] = select(1.0, sum, deep);
        if (deep) { atomicStore(&deep_steps[slot], step); }
      }
#end
      workgroupBarrier();

#for p in 0..PER
      var before_${p} = LOG_ZERO;
      if (row > piece.begin) {
        before_${p} = alphas[state_at(row - 1u, j_${p})];
      } else if (piece.before != NONE) {
        let k = min(j_${p}, 4u * QUADS - 1u);
        before_${p} = forward_joints[piece.before].used[k / 4u][k % 4u];
      }
      before_${p} = select(LOG_ZERO, before_${p}, is_real_${p} && is_active);
      let state_${p} = max(before_${p}, 0.0);
      let times_${p} = state_${p} * piece.weight;
      var totals_${p} = vec4f();
#end
#for q in 0..QUADS
      let ratio_${q} = vec4f(ratios[at + ${4 * q}u], ratios[at + ${4 * q + 1}u], ratios[at + ${4 * q + 2}u], ratios[at + ${4 * q + 3}u]);
#for p in 0..PER
      totals_${p} += row_${p}_${q} * ratio_${q};
      xi_${p}_${q} += times_${p} * ratio_${q};
#end
#end
      let deep = atomicLoad(&deep_steps[slot]) == step && is_active;
#for p in 0..PER
      var next_${p} = state_${p} * sum_of(totals_${p});
      if (deep && before_${p} > LOG_IMPOSSIBLE) { next_${p} += deep_share(at, j_${p}, log_of(before_${p}), piece.weight, count_at); }
      gamma_${p} = select(gamma_${p}, next_${p}, is_active);
#end
      if (step % NORMALISE_ROWS == NORMALISE_ROWS - 1u || step + 1u == all_steps) {
        workgroupBarrier();
#for p in 0..PER
        gammas[at + j_${p}] = gamma_${p};
#end
        workgroupBarrier();
        var total = 0.0;
        for (var k = 0u; k < chunk.states; k++) { total += gammas[at + k]; }
#for p in 0..PER
        gamma_${p} /= max(total, 0x1p-100);
#end
        workgroupBarrier();
      }
#for p in 0..PER
      if (is_active && row > piece.begin && is_real_${p}) {
        logits[state_at(row - 1u, j_${p})] = log_posterior(vec4f(gamma_${p})).x;
      }
#end
    }
#for p in 0..PER
    if (!is_skipped && is_real_${p}) {
      if (piece.before == NONE) {
        initial_${p} += piece.weight * gamma_${p};
      } else {
        joints[piece.before].given[j_${p} / 4u][j_${p} % 4u] = gamma_${p};
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
