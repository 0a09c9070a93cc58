// α_t(k) = p(x_t | k) Σ_j α_{t−1}(j) Γ_jk along pieces, one an invocation. Each row is scaled by a power of 2, so that
// scaling rounds nothing: 2^exponent · total is what a piece multiplies the likelihood by. Emissions come as base-2
// logarithms, of which only the fraction is exponentiated. Everything has a name and no index, to stay in registers.
// FUSED: emissions are evaluated here.
#include chain
#include chain-start
#if FUSED
#include chain-rows
#include components
#include staged
#else
@group(2) @binding(0) var<storage, read> logits: array<vec4f>;       // [QUADS, stride] log2 p(x_t | k)
#endif
@group(2) @binding(1) var<storage, read_write> alphas: array<vec4f>; // [QUADS, alpha_stride] encoded, largest in [1, 2)
@group(2) @binding(2) var<storage, read_write> joints: array<Joint>;
@group(2) @binding(3) var<storage, read_write> scales: array<Scale>; // [pieces]

#for q in 0..QUADS
var<private> message_${q}: vec4f;
var<private> sum_${q}: vec4f;
#end
// whether some state of the message is a logarithm
var<private> is_deep: bool;

// Σ_j α(j) Γ_jk, encoded. @returns whether some of them have to be taken in logarithms
fn predict() -> bool {
  var lost = vec4<bool>();
  let may_be_zero = !is_deep && transitions.has_small == 0u;
#for b in 0..QUADS
  let state_${b} = max(message_${b}, vec4f());
#end
#include chain-predict
#for q in 0..QUADS
  let zero_${q} = !is_state(${q}u) | ((sum_${q} == vec4f()) & vec4<bool>(may_be_zero));
  lost = lost | ((sum_${q} < vec4f(LEAST_SUM)) & !zero_${q});
  sum_${q} = select(sum_${q}, vec4f(LOG_ZERO), zero_${q});
#end
  return any(lost);
}

// The message before row t.
fn previous(piece: Piece, start: Start, t: u32, quad: u32) -> vec4f {
  if (chunk.what == WARM && t == start.row) { return select(vec4f(LOG_ZERO), vec4f(1.0), is_state(quad)); }
  return alphas[alpha_at(row_before(piece, t), quad)];
}

// The sums again, in logarithms where they are small. They pass through where α is about to be.
fn recover(piece: Piece, start: Start, t: u32) {
#for q in 0..QUADS
  alphas[alpha_at(t, ${q}u)] = sum_${q};
#end
  for (var k = 0u; k < chunk.states; k++) {
    let at = alpha_at(t, k / 4u);
    if (alphas[at][k % 4u] >= LEAST_SUM) { continue; }
    var top = LOG_ZERO;
    for (var j = 0u; j < chunk.states; j++) {
      top = max(top, log_of(previous(piece, start, t, j / 4u)[j % 4u]) + log_transition(j, k));
    }
    var sum = 0.0;
    for (var j = 0u; j < chunk.states; j++) {
      let term = log_of(previous(piece, start, t, j / 4u)[j % 4u]) + log_transition(j, k);
      sum += exp2(max(term - top, -150.0));
    }
    alphas[at][k % 4u] = select(top + log2(sum), LOG_ZERO, top < LOG_IMPOSSIBLE);
  }
#for q in 0..QUADS
  sum_${q} = alphas[alpha_at(t, ${q}u)];
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
#include parameters
#end
#endif
  if (id.x >= chunk.walkers) { return; }
  for (var index = id.x; index < chunk.pieces; index += chunk.walkers) {
    let piece = pieces[index];
    let start = start_of(piece);
    if (start.is_skipped) { continue; }
    is_deep = false;
#for q in 0..QUADS
    message_${q} = select(vec4f(LOG_ZERO), vec4f(1.0), is_state(${q}u)); // a walk into the unknown
    if (piece.before != NONE && chunk.what != WARM) {
      message_${q} = joints[piece.before].used[${q}];
      alphas[alpha_at(row_ahead(piece), ${q}u)] = message_${q};
    }
    is_deep = is_deep || any(is_log(message_${q}));
#end

    var exponent = 0.0;
    var dead = NONE;
    // Two loops: compilers that run both sides of a branch run what seldom happens once a piece, not once a row.
    for (var t = start.row; t < start.end; t++) {
      var is_lost = false;
      loop {
        is_lost = predict();
        if (start.is_first && t == start.row) {
          is_lost = false;
#for q in 0..QUADS
          sum_${q} = transitions.initial[${q}];
#end
        }
        if (is_lost) { break; }
#include chain-advance
        t++;
        if (t == start.end) { break; }
      }
      if (!is_lost) { break; }
      recover(piece, start, t);
#include chain-advance
    }
    var total = 0.0;
#for q in 0..QUADS
    total += sum_of(max(message_${q}, vec4f()));
#end
    scales[index] = Scale(exponent, total, dead, 0u);
    if (piece.after == NONE) { continue; }
#for q in 0..QUADS
    joints[piece.after].given[${q}] = shares_of(message_${q}, total);
#end
  }
}
