#include origin
// A chunk: consecutive resident rows that are worked on together.
struct Chunk {
  begin: u32,            // first row, in `rows`
  count: u32,            // rows
  stride: u32,           // rows that a [·, rows] scratch array has room for
  n_components: u32,     // K
  likelihood_begin: u32, // where this chunk's partial log-likelihoods go
  n_slabs: u32,          // slabs of this chunk
  lane_rows: u32,        // rows that a lane walks
  sums: u32,             // numbers that one slab leaves: K components' sums, and in strips the log-likelihood
  groups: u32,           // groups of partial sums that the slabs are added to
  row_begin: u32,        // first row, of all that are resident
}

// [n, D]
#if ROWS_VEC4
@group(0) @binding(0) var<storage, read> rows: array<vec4f>;
#elif ROWS_VEC2
@group(0) @binding(0) var<storage, read> rows: array<vec2f>;
#else
@group(0) @binding(0) var<storage, read> rows: array<f32>;
#endif
@group(0) @binding(1) var<uniform> chunk: Chunk;
