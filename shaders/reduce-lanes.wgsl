// Add what the lanes of a chunk's slabs left to partial sums: partials[g, s] += Σ over lanes and over slabs g,
// g + groups, g + 2 groups, … . One invocation a sum; lanes are added in four columns of four fours, so that no running
// sum is long.
#include chunk

@group(2) @binding(0) var<storage, read> lanes: array<vec4f>;         // [n_slabs, sums, LANES / 4]
@group(2) @binding(1) var<storage, read_write> partials: array<f32>;  // [groups, sums]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id_in_part: vec3u) {
  let id = origin * vec3u(64u, 1u, 1u) + id_in_part;
  if (id.x >= chunk.sums) { return; }
  var total = 0.0;
  for (var slab = id.y; slab < chunk.n_slabs; slab += chunk.groups) {
    let at = (slab * chunk.sums + id.x) * (LANES / 4u);
    var columns = vec4f();
    for (var lane = 0u; lane < LANES / 4u; lane += 4u) {
      columns += (lanes[at + lane] + lanes[at + lane + 1u]) + (lanes[at + lane + 2u] + lanes[at + lane + 3u]);
    }
    total += (columns.x + columns.y) + (columns.z + columns.w);
  }
  partials[id.y * chunk.sums + id.x] += total;
}
