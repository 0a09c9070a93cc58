// Add the walkers' sums to groups of totals, which the host adds in float64. Invocation: (number, group).
#include chain

@group(2) @binding(0) var<storage, read> counts: array<vec4f>;       // [walkers, COUNTS]
@group(2) @binding(1) var<storage, read_write> totals: array<vec4f>; // [GROUPS, COUNTS]

const SHORT_SUM = 16u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id_in_part: vec3u) {
  let id = origin * vec3u(64u, 1u, 1u) + id_in_part;
  if (id.x >= COUNTS) { return; }
  var total = vec4f();
  for (var walker = id.y; walker < chunk.walkers; ) {
    var sum = vec4f();
    for (var s = 0u; s < SHORT_SUM && walker < chunk.walkers; s++) {
      sum += counts[walker * COUNTS + id.x];
      walker += GROUPS;
    }
    total += sum;
  }
  totals[id.y * COUNTS + id.x] += total;
}
