// chain-forward by groups of invocations, each with its columns of Γ in registers. They hand each other the message of the
// row before; its exponent, which all see, and the emissions' level are what a row is scaled by.
#include chain
#include chain-start
#include chain-group

@group(2) @binding(0) var<storage, read> logits: array<f32>;         // [QUADS, stride, 4] log2 p(x_t | k)
@group(2) @binding(1) var<storage, read> levels: array<f32>;         // [stride]
@group(2) @binding(2) var<storage, read_write> alphas: array<f32>;   // [QUADS, alpha_stride, 4] encoded
@group(2) @binding(3) var<storage, read_write> sums: array<f32>;     // [QUADS, stride, 4] Σ_j α_{t−1}(j) Γ_jk, encoded
@group(2) @binding(4) var<storage, read_write> joints: array<Joint>;
@group(2) @binding(5) var<storage, read_write> scales: array<Scale>; // [pieces]

var<workgroup> messages: array<f32, SLOTS * SLOT_STATES>;
// sums of each invocation's own states, where they have to be walked through
var<workgroup> own_sums: array<f32, SLOTS * SLOT_STATES>;
var<workgroup> starts: array<Start, SLOTS>;
var<workgroup> steps: u32;
// whether some sum of a block has to be taken in logarithms
var<workgroup> is_lost: u32;

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
#for p in 0..PER
  let k_${p} = l + ${p}u * SPAN;
  let is_real_${p} = k_${p} < STATES;
  let initial_${p} = transitions.initial[clamped(k_${p}) / 4u][k_${p} % 4u];
#for q in 0..QUADS
  let column_${p}_${q} = transitions.columns[clamped(k_${p}) * QUADS + ${q}u];
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
    workgroupBarrier();
    if (lane == 0u) {
      is_lost = 0u;
      steps = 0u;
      for (var s = 0u; s < SLOTS; s++) {
        steps = max(steps, select(starts[s].end - starts[s].row, 0u, starts[s].is_skipped));
      }
    }
    let all_steps = workgroupUniformLoad(&steps);
    let start = starts[slot];
    let count = select(start.end - start.row, 0u, start.is_skipped);
    let goes_on = piece.before != NONE && chunk.what != WARM;
#for p in 0..PER
    var own_${p} = select(LOG_ZERO, 1.0, is_real_${p}); // a walk into the unknown
    if (goes_on && is_real_${p}) {
      own_${p} = joints[piece.before].used[clamped(k_${p})];
      if (!start.is_skipped) { alphas[alpha_state_at(row_ahead(piece), k_${p})] = own_${p}; }
    }
    var sum_${p} = 0.0;
    var recovered_${p} = 0.0;
#end
    var recovered_scale = 0.0;
    var is_recovered = false;
    var has_logs = 0u;
    var exponent = 0.0;
    var dead = NONE;

    // Rows are walked in blocks: compilers that run both sides of a branch run what is seldom needed once a block, not once
    // a row. A block with lost sums is walked again, in blocks of one row up to `careful_end`; one of these with lost sums
    // again with these in logarithms, which are what it has `recovered`.
    var step = 0u;
    var careful_end = 0u;
    while (step < all_steps) {
      let first = step;
      let block_end = min(first + select(BLOCK_ROWS, 1u, first < careful_end), all_steps);
#for p in 0..PER
      let kept_${p} = own_${p};
#end
      let kept_exponent = exponent;
      let kept_dead = dead;
      var lost = false;
      for (; step < block_end; step++) {
        let is_active = step < count;
        let is_first = start.is_first && step == 0u;
        let row = start.row + min(step, max(count, 1u) - 1u);
#include chain-share
        var largest_4 = vec4f();
        var deepest_4 = vec4f();
#for p in 0..PER
        var sums_${p} = vec4f();
#end
#for q in 0..QUADS
        let states_${q} = max(all_${q}, vec4f());
        largest_4 = max(largest_4, states_${q});
        deepest_4 = min(deepest_4, select(vec4f(), all_${q}, all_${q} > vec4f(LOG_IMPOSSIBLE)));
#for p in 0..PER
        sums_${p} += states_${q} * column_${p}_${q};
#end
#end
        let largest = max(max(largest_4.x, largest_4.y), max(largest_4.z, largest_4.w));
        let may_be_zero = all(deepest_4 == vec4f()) && transitions.has_small == 0u;
        let level = levels[row];
        var scale = select(exponents(vec4f(largest)).x, recovered_scale, is_recovered);
        scale = select(scale, 0.0, is_first);
        let top = level + scale;
        var is_short = largest == 0.0;
#for p in 0..PER
        {
          sum_${p} = sum_of(sums_${p});
          is_short = is_short || (is_real_${p} && sum_${p} < LEAST_SUM && !(may_be_zero && sum_${p} == 0.0));
          var sum = select(sum_${p}, LOG_ZERO, sum_${p} == 0.0);
          sum = select(sum, recovered_${p}, is_recovered);
          sum = select(sum, initial_${p}, is_first);
          let place = state_at(row, k_${p});
          let logarithm = min(sum, 0.0) + logits[place];
          let whole = floor(logarithm);
          let value = exp2(logarithm - whole) * select(1.0, sum, sum > 0.0);
          let shift = whole - top;
          var state = value * powers(vec4f(clamp(shift, -126.0, 126.0))).x;
          if (shift < -120.0 || state < LEAST_STATE) { state = log2(value) + shift; }
          state = select(LOG_ZERO, state, logarithm > LOG_IMPOSSIBLE);
          if (is_active && is_real_${p}) {
            sums[place] = sum;
            alphas[alpha_state_at(row, k_${p})] = state;
            own_${p} = state;
          }
        }
#end
        lost = lost || (is_short && is_active && !is_first && !is_recovered);
        if (is_active) {
          exponent += select(0.0, top, top > LOG_IMPOSSIBLE);
          // what no path leads to is seen by the message that it leaves
          let is_late = scale < LOG_IMPOSSIBLE && step > 0u;
          dead = min(dead, select(row - select(0u, 1u, is_late), NONE, top > LOG_IMPOSSIBLE));
        }
      }
      is_recovered = false;
      if (lost) { is_lost = 1u; }
      if (workgroupUniformLoad(&is_lost) == 0u) { continue; }

      exponent = kept_exponent;
      dead = kept_dead;
#for p in 0..PER
      own_${p} = kept_${p};
      messages[base + k_${p}] = kept_${p};
      own_sums[base + k_${p}] = sum_${p};
#end
      step = first;
      if (lane == 0u) { is_lost = 0u; }
      workgroupBarrier();
      if (block_end > first + 1u) {
        careful_end = block_end;
        continue;
      }
      has_logs = 1u;
      is_recovered = true;
      recovered_scale = floor(top_of(base));
      for (var k = l; k < STATES; k += SPAN) {
        if (own_sums[base + k] < LEAST_SUM) { own_sums[base + k] = log_predicted(base, k); }
      }
#for p in 0..PER
      recovered_${p} = own_sums[base + k_${p}];
#end
      workgroupBarrier();
    }

#for p in 0..PER
    messages[base + k_${p}] = own_${p};
#end
    workgroupBarrier();
    if (count > 0u) {
      let top = floor(top_of(base));
      if (top < LOG_IMPOSSIBLE) { dead = min(dead, start.end - 1u); }
      exponent += select(0.0, top, top > LOG_IMPOSSIBLE);
      var total = 0.0;
      for (var j = 0u; j < chunk.states; j++) { total += exp2(max(log_of(messages[base + j]) - top, -150.0)); }
      for (var k = l; k < STATES && piece.after != NONE; k += SPAN) {
        let share = log_of(messages[base + k]) - top - log2(total);
        let encoded = select(share, exp2(share), share > -100.0);
        joints[piece.after].given[k] = select(LOG_ZERO, encoded, messages[base + k] > LOG_IMPOSSIBLE);
      }
      if (l == 0u) { scales[index] = Scale(exponent, total, dead, has_logs); }
    }
    workgroupBarrier();
  }
}
