// l_ik = log2 π_k N(x_i | μ_k, Σ_k) = c_k − |W_k (x_i − μ_k)|² of a chunk, for components too large for registers.
// Workgroup: TILE_ROWS rows, staged once, [feature][row]; an invocation takes HELD quads of them and every
// COMPONENT_LANES-th component of a block, and computes 8 rows of W at a time: 64 products for every 4 vec4 loads where
// it holds two.
#include chunk
#include logits

@group(1) @binding(0) var<storage, read> components: array<vec4f>;      // [K, COMPONENT_LENGTH / 4]
@group(2) @binding(0) var<storage, read_write> logits: array<f32>;      // [⌈K / 4⌉, stride, 4]

const LOG_ZERO = -1e30;
const QUADS = TILE_ROWS / 4u;
const ROW_LANES = QUADS / HELD;
const COMPONENT_LANES = 64u / ROW_LANES;

var<workgroup> tile: array<vec4f, TILE_LENGTH>; // [PADDED, QUADS]

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let workgroup = origin + workgroup_in_part;
  let first = workgroup.x * TILE_ROWS;
  for (var entry = local; entry < PADDED * QUADS; entry += 64u) {
    let j = entry / QUADS;
    let i = first + 4u * (entry % QUADS);
    var x = vec4f();
    if (j < D) {
      for (var p = 0u; p < 4u; p++) {
        x[p] = rows[(chunk.begin + min(i + p, chunk.count - 1u)) * D + j];
      }
    }
    tile[entry] = x;
  }
  workgroupBarrier();

  let lane = local % ROW_LANES;
  for (var b = local / ROW_LANES; b < COMPONENT_BLOCK; b += COMPONENT_LANES) {
    let k = min(workgroup.y * COMPONENT_BLOCK + b, chunk.n_components - 1u);
    let component = k * (COMPONENT_LENGTH / 4u);
    let mean = component + 1u;
    var at = mean + PADDED / 4u;
#for h in 0..HELD
    var squares_${h} = vec4f();
#end
    for (var columns = 8u; columns <= PADDED; columns += 8u) {
      // y_r_h: row r of this band of W times the differences of quad h.
#for r in 0..8
#for h in 0..HELD
      var y_${r}_${h} = vec4f();
#end
#end
      for (var j = 0u; j < columns; j += 4u) {
        let mu = components[mean + j / 4u];
#for q in 0..4
        {
          let upper = components[at + ${2 * q}u];
          let lower = components[at + ${2 * q + 1}u];
#for h in 0..HELD
          let u_${h} = tile[(j + ${q}u) * QUADS + ${h}u * ROW_LANES + lane] - mu[${q}];
#for r in 0..4
          y_${r}_${h} += upper[${r}] * u_${h};
          y_${4 + r}_${h} += lower[${r}] * u_${h};
#end
#end
        }
#end
        at += 8u;
      }
#for r in 0..8
#for h in 0..HELD
      squares_${h} += y_${r}_${h} * y_${r}_${h};
#end
#end
    }
#for h in 0..HELD
    {
      let i = first + 4u * (${h}u * ROW_LANES + lane);
      let logit = max(components[component].x - squares_${h}, vec4f(LOG_ZERO));
      for (var p = 0u; p < 4u; p++) {
        if (i + p < chunk.count) { logits[logit_at(i + p, k)] = logit[p]; }
      }
    }
#end
  }
}
