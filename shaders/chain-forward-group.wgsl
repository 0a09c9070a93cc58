// chain-forward with an invocation a state: SPAN of them share a piece, and SLOTS pieces a workgroup. The message of the
// row before is in workgroup memory, and its exponent is what the next row is scaled by, beside the emissions' level: so
// that one barrier a row is enough, and α stays near 1.
#include chain
#include chain-start

@group(2) @binding(0) var<storage, read> logits: array<f32>;         // [QUADS, stride, 4] log2 p(x_t | k)
@group(2) @binding(1) var<storage, read> levels: array<f32>;         // [stride]
@group(2) @binding(2) var<storage, read_write> alphas: array<f32>;   // [QUADS, stride, 4] encoded
@group(2) @binding(3) var<storage, read_write> sums: array<f32>;     // [QUADS, stride, 4] Σ_j α_{t−1}(j) Γ_jk, encoded
@group(2) @binding(4) var<storage, read_write> joints: array<Joint>;
@group(2) @binding(5) var<storage, read_write> scales: array<Scale>; // [pieces]

var<workgroup> messages: array<f32, 2 * SLOTS * SPAN>;
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
  if (top < LOG_IMPOSSIBLE) { return LOG_ZERO; }
  var sum = 0.0;
  for (var j = 0u; j < chunk.states; j++) {
    sum += exp2(max(log_of(messages[at + j]) + log_transition(j, k) - top, -150.0));
  }
  return top + log2(sum);
}

@compute @workgroup_size(SPAN * SLOTS)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
#if ONE_SLOT
  let slot = 0u;
  let k = lane;
#else
  let slot = lane / SPAN;
  let k = lane % SPAN;
#endif
  let is_real = k < STATES;
  let walker = workgroup.x * SLOTS + slot;
#for q in 0..QUADS
  let column_${q} = vec4f(
    transitions.forth[${4 * q * QUADS}u + k / 4u][k % 4u], transitions.forth[${(4 * q + 1) * QUADS}u + k / 4u][k % 4u],
    transitions.forth[${(4 * q + 2) * QUADS}u + k / 4u][k % 4u], transitions.forth[${(4 * q + 3) * QUADS}u + k / 4u][k % 4u]);
#end

  for (var turn = 0u; turn < chunk.pieces; turn += chunk.walkers) {
    let index = min(turn + walker, chunk.pieces - 1u);
    let piece = pieces[index];
    if (k == 0u) {
      starts[slot] = start_of(piece);
      let is_twice = walker >= chunk.walkers || turn + walker >= chunk.pieces;
      starts[slot].is_skipped = starts[slot].is_skipped || is_twice;
    }
    workgroupBarrier();
    if (lane == 0u) {
      steps = 0u;
      for (var s = 0u; s < SLOTS; s++) {
        if (!starts[s].is_skipped) { steps = max(steps, starts[s].end - starts[s].row); }
      }
    }
    let start = starts[slot];
    let count = select(start.end - start.row, 0u, start.is_skipped);
    var at = slot * SPAN;
    var state = select(LOG_ZERO, 1.0, is_real); // a walk into the unknown
    if (piece.before != NONE && chunk.what != WARM) { state = joints[piece.before].used[k / 4u][k % 4u]; }
    messages[at + k] = state;

    let all_steps = workgroupUniformLoad(&steps);
    var exponent = 0.0;
    var dead = NONE;
    for (var step = 0u; step < all_steps; step++) {
      let row = start.row + min(step, max(count, 1u) - 1u);
      let is_active = step < count;
      var sums_4 = vec4f();
      var largest_4 = vec4f();
#for q in 0..QUADS
      let states_${q} = max(
        vec4f(messages[at + ${4 * q}u], messages[at + ${4 * q + 1}u], messages[at + ${4 * q + 2}u], messages[at + ${4 * q + 3}u]),
        vec4f());
      sums_4 += states_${q} * column_${q};
      largest_4 = max(largest_4, states_${q});
#end
      var sum = sum_of(sums_4);
      let largest = max(max(largest_4.x, largest_4.y), max(largest_4.z, largest_4.w));
      var scale = exponents(vec4f(largest)).x;
      if (largest == 0.0) { scale = floor(top_of(at)); }
      if (sum < LEAST_SUM && is_active) { sum = log_predicted(at, k); }
      if (start.is_first && step == 0u) {
        sum = transitions.initial[k / 4u][k % 4u];
        scale = 0.0;
      }
      sum = select(LOG_ZERO, sum, is_real);

      let place = 4u * message_at(row, k / 4u) + k % 4u;
      let logarithm = min(sum, 0.0) + logits[place];
      let alive = logarithm > LOG_IMPOSSIBLE;
      let whole = floor(logarithm);
      let value = exp2(logarithm - whole) * select(1.0, sum, sum > 0.0);
      let top = levels[row] + scale;
      let shift = whole - top;
      let small = shift < -120.0 || shift > 60.0;
      state = value * powers(vec4f(clamp(shift, -120.0, 60.0))).x;
      if (small || state < LEAST_STATE) { state = min(log2(value) + shift, -0x1p-20); }
      state = select(LOG_ZERO, state, alive);
      if (is_active) {
        if (top > LOG_IMPOSSIBLE) {
          exponent += top;
        } else {
          dead = min(dead, row - select(0u, 1u, step > 0u && scale < LOG_IMPOSSIBLE));
        }
        sums[place] = sum;
        alphas[place] = state;
      }
      let next = ((step + 1u) & 1u) * SLOTS * SPAN + slot * SPAN;
      messages[next + k] = select(messages[at + k], state, is_active);
      at = next;
      workgroupBarrier();
    }

    if (count > 0u) {
      let top = floor(top_of(at));
      if (top < LOG_IMPOSSIBLE) {
        dead = min(dead, start.end - 1u);
      } else {
        exponent += top;
      }
      var total = 0.0;
      for (var j = 0u; j < chunk.states; j++) { total += exp2(max(log_of(messages[at + j]) - top, -150.0)); }
      if (piece.after != NONE) {
        let share = max(log_of(messages[at + k]) - top - log2(total), LOG_ZERO);
        joints[piece.after].given[k / 4u][k % 4u] = select(share, exp2(share), share > -100.0);
      }
      if (k == 0u) { scales[index] = Scale(exponent, total, dead, 0u); }
    }
    workgroupBarrier();
  }
}
