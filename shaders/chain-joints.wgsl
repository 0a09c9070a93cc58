// Hand messages over at joints, one an invocation. A message that is what the receiving piece has taken already, to
// rounding, changes nothing; the others are counted.
#include chain

@group(2) @binding(0) var<storage, read_write> joints: array<Joint>;
@group(2) @binding(1) var<storage, read_write> changes: atomic<u32>;

const TOLERANCE = 0x1p-18;

fn same(used: vec4f, given: vec4f) -> bool {
#if BACKWARD
  return all(abs(used - given) <= vec4f(TOLERANCE));
#else
  // Messages along the chain may be off by the same factor in each state, however small it is, and no more.
#if VITERBI
  let logs = used;
  let difference = abs(used - given);
#else
  let logs = logs_of(used);
  let difference = abs(logs - logs_of(given));
#endif
  return all(difference <= TOLERANCE + 0x1p-21 * abs(logs));
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id_in_part: vec3u) {
  let id = origin * vec3u(64u, 1u, 1u) + id_in_part;
  let joint = chunk.joint_begin + id.x;
  if (joint >= chunk.joint_end) { return; }
  var changed = chunk.what != CHANGED;
  for (var quad = 0u; quad < QUADS; quad++) {
    changed = changed || !same(joints[joint].used[quad], joints[joint].given[quad]);
  }
  joints[joint].changed = select(0u, 1u, changed);
  if (!changed) { return; }
  for (var quad = 0u; quad < QUADS; quad++) { joints[joint].used[quad] = joints[joint].given[quad]; }
  if (chunk.what == CHANGED) { atomicAdd(&changes, 1u); }
}
