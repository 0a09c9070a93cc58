// Add what a chunk's slabs left to partial sums: partials[g, s] += Σ over slabs g, g + groups, g + 2 groups, … and their
// lanes. One invocation a sum; slabs are added in four columns, and lanes in four columns of four fours, so that no
// running sum is long.
#include chunk

#if TILED
@group(2) @binding(0) var<storage, read> lanes: array<f32>;           // [n_slabs, sums]
#else
@group(2) @binding(0) var<storage, read> lanes: array<vec4f>;         // [n_slabs, sums, LANES / 4]
#endif
@group(2) @binding(1) var<storage, read_write> partials: array<f32>;  // [groups, sums]

fn sum_of(slab: u32, sum: u32) -> f32 {
  if (slab >= chunk.n_slabs) { return 0.0; }
#if TILED
  return lanes[slab * chunk.sums + sum];
#else
  let at = (slab * chunk.sums + sum) * (LANES / 4u);
  var columns = vec4f();
  for (var lane = 0u; lane < LANES / 4u; lane += 4u) {
    columns += (lanes[at + lane] + lanes[at + lane + 1u]) + (lanes[at + lane + 2u] + lanes[at + lane + 3u]);
  }
  return (columns.x + columns.y) + (columns.z + columns.w);
#endif
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(global_invocation_id) id_in_part: vec3u) {
  let id = origin * vec3u(INVOCATIONS, 1u, 1u) + id_in_part;
  if (id.x >= chunk.sums) { return; }
  let groups = chunk.groups;
  var columns = vec4f();
  for (var slab = id.y; slab < chunk.n_slabs; slab += 4u * groups) {
    columns += vec4f(
      sum_of(slab, id.x), sum_of(slab + groups, id.x), sum_of(slab + 2u * groups, id.x), sum_of(slab + 3u * groups, id.x));
  }
  partials[id.y * chunk.sums + id.x] += (columns.x + columns.y) + (columns.z + columns.w);
}
