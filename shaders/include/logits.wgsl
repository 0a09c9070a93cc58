// Where l_ik of a chunk's row i is. Components lie in quads, so that one load brings four: `logits` is [⌈K / 4⌉, stride]
// of vec4f, or the same memory as f32 for kernels that take one component at a time. What the last quad holds beyond K
// is any number.
fn quad_at(i: u32, quad: u32) -> u32 { return quad * chunk.stride + i; }
fn logit_at(i: u32, k: u32) -> u32 { return 4u * quad_at(i, k / 4u) + k % 4u; }
