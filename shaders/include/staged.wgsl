// The parameters of this workgroup's components in workgroup memory, from where they are read at constant offsets.
var<workgroup> staged: array<f32, COMPONENTS * COMPONENT_LENGTH>;

fn stage_components(block: u32, lane: u32) {
  let last = arrayLength(&components) - 1u;
  for (var e = lane; e < COMPONENTS * COMPONENT_LENGTH; e += LANES) {
    staged[e] = components[min(block * COMPONENTS * COMPONENT_LENGTH + e, last)];
  }
  workgroupBarrier();
}
