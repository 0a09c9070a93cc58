// α_t(k) = p(x_t | k) Σ_j α_{t−1}(j) Γ_jk along pieces, one an invocation. Each row is scaled by a power of 2, so that
// scaling rounds nothing: 2^exponent · total is what a piece multiplies the likelihood by. Emissions come as base-2
// logarithms, of which only the fraction is exponentiated. Everything has a name and no index, to stay in registers.
#include chain
#include chain-start

@group(2) @binding(0) var<storage, read> logits: array<vec4f>;       // [QUADS, stride] log2 p(x_t | k)
@group(2) @binding(1) var<storage, read_write> alphas: array<vec4f>; // [QUADS, stride] encoded, largest in [1, 2)
@group(2) @binding(2) var<storage, read_write> sums: array<vec4f>;   // [QUADS, stride] Σ_j α_{t−1}(j) Γ_jk, encoded
@group(2) @binding(3) var<storage, read_write> joints: array<Joint>;
@group(2) @binding(4) var<storage, read_write> scales: array<Scale>; // [pieces]

#for q in 0..QUADS
var<private> message_${q}: vec4f;
var<private> sum_${q}: vec4f;
#end
// whether some state of the message is a logarithm
var<private> is_deep: bool;

// Σ_j α(j) Γ_jk. @returns whether some of them have to be taken in logarithms
fn predict() -> bool {
  var lost = vec4<bool>();
  let may_be_zero = !is_deep && transitions.has_small == 0u;
#for b in 0..QUADS
  let state_${b} = max(message_${b}, vec4f());
#end
#for q in 0..QUADS
  sum_${q} = vec4f();
#for b in 0..QUADS
  sum_${q} += (state_${b}.x * transitions.forth[${4 * b * QUADS + q}] + state_${b}.y * transitions.forth[${(4 * b + 1) * QUADS + q}])
    + (state_${b}.z * transitions.forth[${(4 * b + 2) * QUADS + q}] + state_${b}.w * transitions.forth[${(4 * b + 3) * QUADS + q}]);
#end
  let zero_${q} = !is_state(${q}u) | ((sum_${q} == vec4f()) & vec4<bool>(may_be_zero));
  lost = lost | ((sum_${q} < vec4f(LEAST_SUM)) & !zero_${q});
  sum_${q} = select(sum_${q}, vec4f(LOG_ZERO), zero_${q});
#end
  return any(lost);
}

// The message before `row`.
fn previous(start: Start, before: u32, row: u32, quad: u32) -> vec4f {
  if (row > start.row) { return alphas[message_at(row - 1u, quad)]; }
  if (chunk.what == WARM) { return select(vec4f(LOG_ZERO), vec4f(1.0), is_state(quad)); }
  return joints[before].used[quad];
}

// The sums again, in logarithms where they are small.
fn recover(start: Start, before: u32, row: u32) {
#for q in 0..QUADS
  sums[message_at(row, ${q}u)] = sum_${q};
#end
  for (var k = 0u; k < chunk.states; k++) {
    let at = message_at(row, k / 4u);
    if (sums[at][k % 4u] >= LEAST_SUM) { continue; }
    var top = LOG_ZERO;
    for (var j = 0u; j < chunk.states; j++) {
      top = max(top, log_of(previous(start, before, row, j / 4u)[j % 4u]) + log_transition(j, k));
    }
    var sum = 0.0;
    for (var j = 0u; j < chunk.states; j++) {
      let term = log_of(previous(start, before, row, j / 4u)[j % 4u]) + log_transition(j, k);
      sum += exp2(max(term - top, -150.0));
    }
    sums[at][k % 4u] = select(top + log2(sum), LOG_ZERO, top < LOG_IMPOSSIBLE);
  }
#for q in 0..QUADS
  sum_${q} = sums[message_at(row, ${q}u)];
#end
}

// One row from the encoded sums ahead of it. @returns the exponent of its scale, LOG_ZERO where no path is possible
fn advance(row: u32) -> f32 {
  var tops = vec4f(LOG_ZERO);
#for q in 0..QUADS
  let logarithm_${q} = min(sum_${q}, vec4f()) + logits[message_at(row, ${q}u)];
  let floor_${q} = floor(logarithm_${q});
  let value_${q} = exp2(logarithm_${q} - floor_${q}) * select(vec4f(1.0), sum_${q}, sum_${q} > vec4f());
  let alive_${q} = logarithm_${q} > vec4f(LOG_IMPOSSIBLE);
  tops = max(tops, select(vec4f(LOG_ZERO), floor_${q} + exponents(value_${q}), alive_${q}));
  sums[message_at(row, ${q}u)] = sum_${q};
#end
  let top = max(max(tops.x, tops.y), max(tops.z, tops.w));
  is_deep = false;
#for q in 0..QUADS
  let shift_${q} = floor_${q} - top;
  message_${q} = value_${q} * powers(shift_${q});
  let deep_${q} = (message_${q} < vec4f(LEAST_STATE)) & alive_${q};
  if (false) {
    message_${q} = select(message_${q}, log2(value_${q}) + shift_${q}, deep_${q});
    is_deep = true;
  }
  message_${q} = select(vec4f(LOG_ZERO), message_${q}, alive_${q});
  alphas[message_at(row, ${q}u)] = message_${q};
#end
  return top;
}

fn walk(index: u32) {
  let piece = pieces[index];
  let start = start_of(piece);
  if (start.is_skipped) { return; }
  is_deep = false;
#for q in 0..QUADS
  message_${q} = select(vec4f(LOG_ZERO), vec4f(1.0), is_state(${q}u)); // a walk into the unknown
  if (piece.before != NONE && chunk.what != WARM) { message_${q} = joints[piece.before].used[${q}]; }
  is_deep = is_deep || any(is_log(message_${q}));
#end

  var exponent = 0.0;
  var dead = NONE;
  var row = start.row;
  // Two loops: compilers that run both sides of a branch run what seldom happens once a piece, not once a row.
  loop {
    var is_lost = false;
    loop {
      is_lost = predict();
      if (start.is_first && row == start.row) {
        is_lost = false;
#for q in 0..QUADS
        sum_${q} = transitions.initial[${q}];
#end
      }
      if (is_lost) { break; }
      let top = advance(row);
      exponent += select(top, 0.0, top < LOG_IMPOSSIBLE);
      dead = min(dead, select(NONE, row, top < LOG_IMPOSSIBLE));
      row++;
      if (row == start.end) { break; }
    }
    if (!is_lost) { break; }
    recover(start, piece.before, row);
    let top = advance(row);
    exponent += select(top, 0.0, top < LOG_IMPOSSIBLE);
    dead = min(dead, select(NONE, row, top < LOG_IMPOSSIBLE));
    row++;
    if (row == start.end) { break; }
  }
  var total = 0.0;
#for q in 0..QUADS
  total += sum_of(max(message_${q}, vec4f()));
#end
  scales[index] = Scale(exponent, total, dead, 0u);
  if (piece.after == NONE) { return; }
#for q in 0..QUADS
  joints[piece.after].given[${q}] = shares_of(message_${q}, total);
#end
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= chunk.walkers) { return; }
  for (var index = id.x; index < chunk.pieces; index += chunk.walkers) { walk(index); }
}
