// v_t(k) = log2 p(x_t | k) + max_j (v_{t−1}(j) + log2 Γ_jk) along pieces, one an invocation, with the best j of each;
// ties go to the smaller j. Each row is moved by a whole number, so that nothing is rounded off the sum of these.
#include chain

@group(2) @binding(0) var<storage, read> logits: array<vec4f>;       // [QUADS, stride] log2 p(x_t | k)
@group(2) @binding(1) var<storage, read_write> pointers: array<u32>; // [QUADS, stride] four j, a byte each
@group(2) @binding(2) var<storage, read_write> joints: array<Joint>; // v less its largest
@group(2) @binding(3) var<storage, read_write> scales: array<Scale>; // [pieces]

var<private> message: array<vec4f, QUADS>;
var<private> values: array<vec4f, QUADS>;

fn advance(row: u32, first: bool) -> f32 {
  var tops = vec4f(LOG_ZERO);
  for (var quad = 0u; quad < QUADS; quad++) {
    var best = vec4f(2.0 * LOG_ZERO);
    var best_j = vec4u();
    if (first) {
      best = logs_of(transitions.initial[quad]);
    } else {
      for (var j = 0u; j < STATES; j++) {
        let value = message[j / 4u][j % 4u] + transitions.logs[j * QUADS + quad];
        let better = value > best;
        best = select(best, value, better);
        best_j = select(best_j, vec4u(j), better);
      }
      pointers[message_at(row, quad)] = best_j.x | (best_j.y << 8u) | (best_j.z << 16u) | (best_j.w << 24u);
    }
    let value = best + logits[message_at(row, quad)];
    values[quad] = select(vec4f(LOG_ZERO), value, is_state(quad) & (value > vec4f(LOG_IMPOSSIBLE)));
    tops = max(tops, values[quad]);
  }
  let top = floor(max(max(tops.x, tops.y), max(tops.z, tops.w)));
  for (var quad = 0u; quad < QUADS; quad++) {
    let value = values[quad];
    message[quad] = select(vec4f(LOG_ZERO), value - top, value > vec4f(LOG_IMPOSSIBLE));
  }
  return top;
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
  for (var quad = 0u; quad < QUADS; quad++) {
    message[quad] = select(vec4f(LOG_ZERO), vec4f(), is_state(quad)); // a walk into the unknown
    if (!is_first && chunk.what != WARM) { message[quad] = joints[piece.before].used[quad]; }
  }

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
  var best = 2.0 * LOG_ZERO;
  var state = 0u;
  for (var k = 0u; k < STATES; k++) {
    let value = message[k / 4u][k % 4u];
    if (value > best) {
      best = value;
      state = k;
    }
  }
  scales[index] = Scale(exponent, best, dead, state);
  if (piece.after == NONE) { return; }
  for (var quad = 0u; quad < QUADS; quad++) {
    let value = message[quad];
    joints[piece.after].given[quad] = select(vec4f(LOG_ZERO), value - best, value > vec4f(LOG_IMPOSSIBLE));
  }
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id_in_part: vec3u) {
  let id = origin * vec3u(LANES, 1u, 1u) + id_in_part;
  if (id.x >= chunk.walkers) { return; }
  for (var index = id.x; index < chunk.pieces; index += chunk.walkers) { walk(index); }
}
