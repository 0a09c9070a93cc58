// α_t(k) = p(x_t | k) Σ_j α_{t−1}(j) Γ_jk along pieces, one an invocation. Each row is scaled by a power of 2, so that
// scaling rounds nothing: 2^exponent · total is what a piece multiplies the likelihood by. Emissions come as base-2
// logarithms, of which only the fraction is exponentiated.
#include chain

@group(2) @binding(0) var<storage, read> logits: array<vec4f>;       // [QUADS, stride] log2 p(x_t | k)
@group(2) @binding(1) var<storage, read_write> alphas: array<vec4f>; // [QUADS, stride] encoded, largest in [1, 2)
@group(2) @binding(2) var<storage, read_write> sums: array<vec4f>;   // [QUADS, stride] Σ_j α_{t−1}(j) Γ_jk, encoded
@group(2) @binding(3) var<storage, read_write> joints: array<Joint>;
@group(2) @binding(4) var<storage, read_write> scales: array<Scale>; // [pieces]

var<private> message: array<vec4f, QUADS>;
var<private> values: array<vec4f, QUADS>;
var<private> shifts: array<vec4f, QUADS>;
// whether some state of the message is a logarithm
var<private> is_deep: bool;

fn log_predicted(quad: u32, c: u32) -> f32 {
  var top = LOG_ZERO;
  for (var j = 0u; j < STATES; j++) {
    top = max(top, log_of(message[j / 4u][j % 4u]) + transitions.logs[j * QUADS + quad][c]);
  }
  if (top < LOG_IMPOSSIBLE) { return LOG_ZERO; }
  var sum = 0.0;
  for (var j = 0u; j < STATES; j++) {
    let term = log_of(message[j / 4u][j % 4u]) + transitions.logs[j * QUADS + quad][c];
    sum += exp2(max(term - top, -150.0));
  }
  return top + log2(sum);
}

fn predicted(quad: u32) -> vec4f {
  var sum = vec4f();
  for (var from = 0u; from < QUADS; from++) {
    let p = max(message[from], vec4f());
    let at = 4u * from * QUADS + quad;
    sum += (p.x * transitions.forth[at] + p.y * transitions.forth[at + QUADS])
      + (p.z * transitions.forth[at + 2u * QUADS] + p.w * transitions.forth[at + 3u * QUADS]);
  }
  let lost = sum < vec4f(LEAST_SUM) & is_state(quad);
  if (any(lost)) {
    for (var c = 0u; c < 4u; c++) {
      if (!lost[c]) { continue; }
      let exact_zero = sum[c] == 0.0 && !is_deep && transitions.has_small == 0u;
      if (exact_zero) { sum[c] = LOG_ZERO; } else { sum[c] = log_predicted(quad, c); }
    }
  }
  return select(vec4f(LOG_ZERO), sum, is_state(quad));
}

// One row from the encoded sums ahead of it. @returns the exponent of its scale, LOG_ZERO where no path is possible
fn advance(row: u32, first: bool) -> f32 {
  var tops = vec4f(LOG_ZERO);
  for (var quad = 0u; quad < QUADS; quad++) {
    var sum = vec4f();
    if (first) { sum = transitions.initial[quad]; } else { sum = predicted(quad); }
    sums[message_at(row, quad)] = sum;
    let logarithm = min(sum, vec4f()) + logits[message_at(row, quad)];
    let shift = floor(logarithm);
    let value = exp2(logarithm - shift) * select(vec4f(1.0), sum, sum > vec4f());
    let alive = logarithm > vec4f(LOG_IMPOSSIBLE);
    values[quad] = value;
    shifts[quad] = select(vec4f(LOG_ZERO), shift, alive);
    tops = max(tops, select(vec4f(LOG_ZERO), shift + exponents(value), alive));
  }
  let top = max(max(tops.x, tops.y), max(tops.z, tops.w));
  is_deep = false;
  for (var quad = 0u; quad < QUADS; quad++) {
    let alive = shifts[quad] > vec4f(LOG_IMPOSSIBLE);
    let shift = shifts[quad] - top;
    let value = values[quad];
    var state = value * powers(shift);
    let deep = state < vec4f(LEAST_STATE) & alive;
    if (any(deep)) {
      state = select(state, log2(value) + shift, deep);
      is_deep = true;
    }
    state = select(vec4f(LOG_ZERO), state, alive);
    message[quad] = state;
    alphas[message_at(row, quad)] = state;
  }
  return top;
}

// The message before the first row of a walk, unless a sequence begins there.
fn take(piece: Piece, goes_on: bool) {
  is_deep = false;
  for (var quad = 0u; quad < QUADS; quad++) {
    var state = select(vec4f(LOG_ZERO), vec4f(1.0 / f32(STATES)), is_state(quad)); // a walk into the unknown
    if (goes_on) { state = joints[piece.before].used[quad]; }
    message[quad] = state;
    is_deep = is_deep || any(state <= vec4f() & state > vec4f(LOG_IMPOSSIBLE));
  }
}

fn leave(joint: u32, total: f32) {
  for (var quad = 0u; quad < QUADS; quad++) {
    let state = message[quad];
    let share = select(state - log2(max(total, 0x1p-100)), state / max(total, 0x1p-100), state > vec4f());
    joints[joint].given[quad] = select(vec4f(LOG_ZERO), share, state > vec4f(LOG_IMPOSSIBLE));
  }
}

fn walk(index: u32) {
  let piece = pieces[index];
  let end = piece.begin + piece.count;
  var begin = piece.begin;
  if (chunk.what == WARM) {
    if (piece.after == NONE) { return; }
    begin = max(begin, max(end, chunk.warm_rows) - chunk.warm_rows);
  }
  if (chunk.what == CHANGED) {
    if (piece.before == NONE) { return; }
    if (joints[piece.before].changed == 0u) { return; }
  }
  let is_first = begin == piece.begin && piece.before == NONE;
  if (!is_first) { take(piece, chunk.what != WARM); }

  var exponent = 0.0;
  var dead = NONE;
  for (var row = begin; row < end; row++) {
    let top = advance(row, is_first && row == begin);
    if (top < LOG_IMPOSSIBLE) {
      dead = min(dead, row);
    } else {
      exponent += top;
    }
  }
  var total = 0.0;
  for (var quad = 0u; quad < QUADS; quad++) { total += sum_of(max(message[quad], vec4f())); }
  if (piece.after != NONE) { leave(piece.after, total); }
  scales[index] = Scale(exponent, total, dead, 0u);
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= chunk.walkers) { return; }
  for (var index = id.x; index < chunk.pieces; index += chunk.walkers) { walk(index); }
}
