// chain-forward by groups of invocations. The message of the row before is in workgroup memory; its exponent, which all
// see, and the emissions' level are what a row is scaled by, so that one barrier a row is enough.
#include chain
#include chain-start
#include chain-group

@group(2) @binding(0) var<storage, read> logits: array<f32>;         // [QUADS, stride, 4] log2 p(x_t | k)
@group(2) @binding(1) var<storage, read> levels: array<f32>;         // [stride]
@group(2) @binding(2) var<storage, read_write> alphas: array<f32>;   // [QUADS, stride, 4] encoded
@group(2) @binding(3) var<storage, read_write> sums: array<f32>;     // [QUADS, stride, 4] Σ_j α_{t−1}(j) Γ_jk, encoded
@group(2) @binding(4) var<storage, read_write> joints: array<Joint>;
@group(2) @binding(5) var<storage, read_write> scales: array<Scale>; // [pieces]

var<workgroup> messages: array<f32, 2 * SLOTS * SLOT_STATES>;
// sums of each invocation's own states, where they have to be walked through
var<workgroup> own_sums: array<f32, SLOTS * SLOT_STATES>;
var<workgroup> starts: array<Start, SLOTS>;
var<workgroup> steps: u32;

fn top_of(at: u32) -> f32 {
  var top = LOG_ZERO;
  for (var j = 0u; j < chunk.states; j++) { top = max(top, log_of(messages[at + j])); }
  return top;
}

fn log_predicted(at: u32, k: u32) -> f32 {
  var top = LOG_ZERO;
  for (var j = 0u; j < chunk.states; j++) { top = max(top, log_of(messages[at + j]) + log_transition(j, k)); }
  var sum = 0.0;
  for (var j = 0u; j < chunk.states; j++) {
    sum += exp2(max(log_of(messages[at + j]) + log_transition(j, k) - top, -150.0));
  }
  return select(top + log2(sum), LOG_ZERO, top < LOG_IMPOSSIBLE);
}

@compute @workgroup_size(SPAN * SLOTS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let slot = slot_of(lane);
  let l = lane - slot * SPAN;
  let walker = workgroup.x * SLOTS + slot;
#for p in 0..PER
  let k_${p} = l + ${p}u * SPAN;
  let is_real_${p} = k_${p} < STATES;
#for q in 0..QUADS
  let column_${p}_${q} = vec4f(
    transition(${4 * q}u, k_${p}), transition(${4 * q + 1}u, k_${p}), transition(${4 * q + 2}u, k_${p}), transition(${4 * q + 3}u, k_${p}));
#end
#end

  for (var turn = 0u; turn < chunk.pieces; turn += chunk.walkers) {
    let index = min(turn + walker, chunk.pieces - 1u);
    let piece = pieces[index];
    if (l == 0u) {
      starts[slot] = start_of(piece);
      let is_none = walker >= chunk.walkers || turn + walker >= chunk.pieces;
      starts[slot].is_skipped = starts[slot].is_skipped || is_none;
    }
#for p in 0..PER
    {
      var state = 1.0; // a walk into the unknown
      if (piece.before != NONE && chunk.what != WARM) {
        let k = min(k_${p}, 4u * QUADS - 1u);
        state = joints[piece.before].used[k / 4u][k % 4u];
      }
      messages[turn_at(0u, slot) + k_${p}] = select(LOG_ZERO, state, is_real_${p});
    }
#end
    workgroupBarrier();
    if (lane == 0u) {
      steps = 0u;
      for (var s = 0u; s < SLOTS; s++) {
        steps = max(steps, select(starts[s].end - starts[s].row, 0u, starts[s].is_skipped));
      }
    }
    let all_steps = workgroupUniformLoad(&steps);
    let start = starts[slot];
    let count = select(start.end - start.row, 0u, start.is_skipped);

    var exponent = 0.0;
    var dead = NONE;
    for (var step = 0u; step < all_steps; step++) {
      let is_active = step < count;
      let is_first = start.is_first && step == 0u;
      let row = start.row + min(step, max(count, 1u) - 1u);
      let at = turn_at(step, slot);
      let next = turn_at(step + 1u, slot);
      var largest_4 = vec4f();
#for p in 0..PER
      var sums_${p} = vec4f();
#end
#for q in 0..QUADS
      let states_${q} = max(
        vec4f(messages[at + ${4 * q}u], messages[at + ${4 * q + 1}u], messages[at + ${4 * q + 2}u], messages[at + ${4 * q + 3}u]),
        vec4f());
      largest_4 = max(largest_4, states_${q});
#for p in 0..PER
      sums_${p} += states_${q} * column_${p}_${q};
#end
#end
      var is_lost = false;
#for p in 0..PER
      var sum_${p} = sum_of(sums_${p});
      is_lost = is_lost || (sum_${p} < LEAST_SUM && is_real_${p});
#end
      if (is_lost && is_active && !is_first) {
#for p in 0..PER
        own_sums[slot * SLOT_STATES + k_${p}] = sum_${p};
#end
        for (var k = l; k < STATES; k += SPAN) {
          if (own_sums[slot * SLOT_STATES + k] < LEAST_SUM) { own_sums[slot * SLOT_STATES + k] = log_predicted(at, k); }
        }
#for p in 0..PER
        sum_${p} = own_sums[slot * SLOT_STATES + k_${p}];
#end
      }
      let largest = max(max(largest_4.x, largest_4.y), max(largest_4.z, largest_4.w));
      var scale = exponents(vec4f(largest)).x;
      if (largest == 0.0) { scale = floor(top_of(at)); }
      let level = levels[row];
      let top = level + select(scale, 0.0, is_first);
      if (is_active) {
        exponent += select(0.0, top, top > LOG_IMPOSSIBLE);
        // what no path leads to is seen by the message that it leaves
        let is_late = level > LOG_IMPOSSIBLE && step > 0u;
        dead = min(dead, select(row - select(0u, 1u, is_late), NONE, top > LOG_IMPOSSIBLE));
      }
#for p in 0..PER
      {
        let initial = transitions.initial[min(k_${p}, 4u * QUADS - 1u) / 4u][k_${p} % 4u];
        let sum = select(LOG_ZERO, select(sum_${p}, initial, is_first), is_real_${p});
        let place = state_at(row, k_${p});
        let logarithm = min(sum, 0.0) + logits[place];
        let whole = floor(logarithm);
        let value = exp2(logarithm - whole) * select(1.0, sum, sum > 0.0);
        let shift = whole - top;
        var state = value * powers(vec4f(clamp(shift, -126.0, 126.0))).x;
        if (shift < -120.0 || state < LEAST_STATE) { state = log2(value) + shift; }
        state = select(LOG_ZERO, state, logarithm > LOG_IMPOSSIBLE && is_real_${p});
        if (is_active && is_real_${p}) {
          sums[place] = sum;
          alphas[place] = state;
        }
        messages[next + k_${p}] = select(messages[at + k_${p}], state, is_active);
      }
#end
      workgroupBarrier();
    }

    if (count > 0u) {
      let at = turn_at(all_steps, slot);
      let top = floor(top_of(at));
      if (top < LOG_IMPOSSIBLE) { dead = min(dead, start.end - 1u); }
      exponent += select(0.0, top, top > LOG_IMPOSSIBLE);
      var total = 0.0;
      for (var j = 0u; j < chunk.states; j++) { total += exp2(max(log_of(messages[at + j]) - top, -150.0)); }
      for (var k = l; k < STATES && piece.after != NONE; k += SPAN) {
        let share = max(log_of(messages[at + k]) - top - log2(total), LOG_ZERO);
        joints[piece.after].given[k / 4u][k % 4u] = select(share, exp2(share), share > -100.0);
      }
      if (l == 0u) { scales[index] = Scale(exponent, total, dead, 0u); }
    }
    workgroupBarrier();
  }
}
