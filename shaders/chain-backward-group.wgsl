// chain-backward with an invocation a state: SPAN of them share a piece, and SLOTS pieces a workgroup. An invocation keeps
// its row of Γ and of ξ in registers; ratios of the row after are in workgroup memory, two of them in turn, so that one
// barrier a row is enough.
#include chain
#include chain-end

@group(2) @binding(0) var<storage, read_write> logits: array<f32>; // [QUADS, stride, 4] log2 γ_t(k)
@group(2) @binding(1) var<storage, read> alphas: array<f32>;       // as chain-forward leaves them
@group(2) @binding(2) var<storage, read> sums: array<f32>;
@group(2) @binding(3) var<storage, read> forward_joints: array<Joint>;
@group(2) @binding(4) var<storage, read_write> joints: array<Joint>; // γ of the rows before them
@group(2) @binding(5) var<storage, read_write> counts: array<vec4f>; // [walkers, STATES + 1, QUADS]

// Rows after which γ is made to add up to 1 again.
const NORMALISE_ROWS = 16u;

var<workgroup> ratios: array<f32, 2 * SLOTS * SPAN>;
// what the states of the row after are, where some of their sums are logarithms: γ, and these
var<workgroup> gammas: array<f32, 2 * SLOTS * SPAN>;
var<workgroup> log_sums: array<f32, 2 * SLOTS * SPAN>;
var<workgroup> deep_steps: array<atomic<u32>, SLOTS>;
var<workgroup> lengths: array<u32, SLOTS>;
var<workgroup> steps: u32;
var<workgroup> walker_changed: array<u32, SLOTS>;

var<private> extra_xi: array<f32, SPAN>;
var<private> has_extra: bool;

fn log_posterior_of(gamma: f32) -> f32 { return log_posterior(vec4f(gamma)).x; }

fn add_deep(at: u32, j: u32, alpha: f32, weight: f32) -> f32 {
  var extra = 0.0;
  has_extra = true;
  for (var k = 0u; k < chunk.states; k++) {
    if (log_sums[at + k] > 0.0) { continue; }
    let share = log_of(alpha) + log_transition(j, k) - log_sums[at + k];
    if (share <= -150.0) { continue; }
    let joint = gammas[at + k] * exp2(min(share, 0.0));
    extra += joint;
    let transition = transitions.forth[j * QUADS + k / 4u][k % 4u];
    extra_xi[k] += weight * joint / max(transition, SMALLEST_TRANSITION);
  }
  return extra;
}

@compute @workgroup_size(SPAN * SLOTS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
#if ONE_SLOT
  let slot = 0u;
  let j = lane;
#else
  let slot = lane / SPAN;
  let j = lane % SPAN;
#endif
  let is_real = j < STATES;
  let walker = workgroup.x * SLOTS + slot;
  let base = slot * SPAN;
  if (j == 0u) {
    var changed = walker < chunk.walkers;
    if (changed && chunk.what == CHANGED) { changed = is_changed(walker); }
    walker_changed[slot] = select(0u, 1u, changed);
  }
#for q in 0..QUADS
  let row_${q} = transitions.forth[j * QUADS + ${q}u];
  var xi_${q} = vec4f();
#end
  var initial = 0.0;
  has_extra = false;
  workgroupBarrier();
  let is_walking = walker_changed[slot] != 0u;

  for (var turn = 0u; turn < chunk.pieces; turn += chunk.walkers) {
    let piece = pieces[min(turn + walker, chunk.pieces - 1u)];
    let is_skipped = !is_walking || turn + walker >= chunk.pieces || (chunk.what == WARM && piece.before == NONE);
    let last = end_of(piece);
    // a step more than rows where the piece goes on from another
    let count = select(last - piece.begin + select(1u, 0u, piece.before == NONE), 0u, is_skipped);
    if (j == 0u) {
      lengths[slot] = count;
      atomicStore(&deep_steps[slot], NONE);
    }
    let is_filtered = chunk.what == WARM || piece.after == NONE;
    let end_alpha = select(LOG_ZERO, alphas[4u * message_at(last, j / 4u) + j % 4u], is_real);
    gammas[base + j] = end_alpha;
    workgroupBarrier();
    if (lane == 0u) {
      steps = 0u;
      for (var s = 0u; s < SLOTS; s++) { steps = max(steps, lengths[s]); }
    }
    var gamma = 0.0;
    if (is_filtered) {
      var top = LOG_ZERO;
      for (var k = 0u; k < chunk.states; k++) { top = max(top, log_of(gammas[base + k])); }
      var total = 0.0;
      for (var k = 0u; k < chunk.states; k++) { total += exp2(max(log_of(gammas[base + k]) - top, -150.0)); }
      gamma = select(0.0, exp2(clamp(log_of(end_alpha) - top, -150.0, 0.0)) / total, end_alpha > LOG_IMPOSSIBLE);
    } else {
      gamma = joints[piece.after].used[j / 4u][j % 4u];
    }
    let all_steps = workgroupUniformLoad(&steps);
    if (!is_skipped) { logits[4u * message_at(last, j / 4u) + j % 4u] = log_posterior_of(gamma); }

    for (var step = 0u; step < all_steps; step++) {
      let is_active = step < count;
      let row = last - min(step, last - piece.begin); // from this one to the one before
      let at = (step & 1u) * SLOTS * SPAN + base;
      let sum = select(1.0, sums[4u * message_at(row, j / 4u) + j % 4u], is_real);
      let deep = any(is_log(vec4f(sum))) && gamma > NEGLIGIBLE && is_active;
      ratios[at + j] = select(0.0, gamma / max(sum, LEAST_SUM), sum > 0.0);
      gammas[at + j] = gamma;
      log_sums[at + j] = select(1.0, sum, deep);
      if (deep) { atomicStore(&deep_steps[slot], step); }
      workgroupBarrier();

      var alpha = LOG_ZERO;
      if (row > piece.begin) {
        alpha = alphas[4u * message_at(row - 1u, j / 4u) + j % 4u];
      } else if (piece.before != NONE) {
        alpha = forward_joints[piece.before].used[j / 4u][j % 4u];
      }
      alpha = select(LOG_ZERO, alpha, is_real && is_active);
      let state = max(alpha, 0.0);
      let times = state * piece.weight;
      var total = vec4f();
#for q in 0..QUADS
      let ratio_${q} = vec4f(ratios[at + ${4 * q}u], ratios[at + ${4 * q + 1}u], ratios[at + ${4 * q + 2}u], ratios[at + ${4 * q + 3}u]);
      total += row_${q} * ratio_${q};
      xi_${q} += times * ratio_${q};
#end
      var next = state * sum_of(total);
      if (atomicLoad(&deep_steps[slot]) == step && is_active) { next += add_deep(at, j, alpha, piece.weight); }
      gamma = select(gamma, next, is_active);
      if (step % NORMALISE_ROWS == NORMALISE_ROWS - 1u || step + 1u == all_steps) {
        workgroupBarrier();
        gammas[at + j] = gamma;
        workgroupBarrier();
        var sum_gamma = 0.0;
        for (var k = 0u; k < chunk.states; k++) { sum_gamma += gammas[at + k]; }
        gamma /= max(sum_gamma, 0x1p-100);
        workgroupBarrier();
      }
      if (is_active && row > piece.begin) {
        logits[4u * message_at(row - 1u, j / 4u) + j % 4u] = log_posterior_of(gamma);
      }
    }
    if (!is_skipped) {
      if (piece.before == NONE) {
        initial += piece.weight * gamma;
      } else {
        joints[piece.before].given[j / 4u][j % 4u] = gamma;
      }
    }
    workgroupBarrier();
  }

  if (!is_walking) { return; }
  let at = walker * (STATES + 1u) * QUADS;
  if (is_real) {
#for q in 0..QUADS
    counts[at + j * QUADS + ${q}u] = xi_${q};
#end
    if (has_extra) {
      for (var k = 0u; k < chunk.states; k++) { counts[at + j * QUADS + k / 4u][k % 4u] += extra_xi[k]; }
    }
  }
  counts[at + STATES * QUADS + j / 4u][j % 4u] = select(0.0, initial, is_real);
}
