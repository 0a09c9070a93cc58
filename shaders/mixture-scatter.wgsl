// Σ_i r_ik v vᵀ with v = (x_i − μ_k, 1): one (D+1) × (D+1) Gram matrix a component holds its second moments, first
// moments and expected count. Workgroup (k, slab, panel): blocks of SIDE × SIDE of the lower triangle in registers, √r v
// staged a tile of rows at a time; where there are few blocks, invocations split the tile's rows. Rows that add nothing
// are left out: a window's others are listed first, in order.
#include chunk
#include components
#include responsibilities

@group(2) @binding(3) var<storage, read_write> lanes: array<vec4f>; // [n_slabs, K, BLOCKS, SIDE, SIDE / 4]

// No float32 sum notices a row that weighs less.
const NOTHING = 0x1p-64;
// vec4s of a row of a block, of a block, and of a staged row
const QUADS = SIDE / 4u;
const BLOCK_LENGTH = SIDE * QUADS;
const ROW_LENGTH = BLOCK_ROWS * QUADS;

var<workgroup> is_live: array<atomic<u32>, WINDOW_ROWS / 32u>; // a bit a row
var<workgroup> n_live: u32;
var<workgroup> live: array<u32, WINDOW_ROWS>;
var<workgroup> roots: array<f32, WINDOW_ROWS>;
var<workgroup> tile: array<vec4f, TILE_LENGTH>; // [TILE_ROWS, QUADS, BLOCK_ROWS], and later the splits' sums

// Features j to j + 3 of v.
fn augmented(row: u32, mean: u32, j: u32) -> vec4f {
  let mu = vec4f(components[mean + j], components[mean + j + 1u], components[mean + j + 2u], components[mean + j + 3u]);
#if ROWS_VEC4
  if (j < D) { return rows[(row * D + j) / 4u] - mu; }
  return select(vec4f(), vec4f(1.0, 0.0, 0.0, 0.0), j == D);
#else
  var v = vec4f();
  for (var p = 0u; p < 4u; p++) {
    if (j + p < D) { v[p] = rows[row * D + j + p] - mu[p]; }
    if (j + p == D) { v[p] = 1.0; }
  }
  return v;
#endif
}

// List the rows of [begin, end) that count for component k. Returns how many they are.
fn list_live(begin: u32, end: u32, k: u32, local: u32) -> u32 {
  for (var word = local; word < WINDOW_ROWS / 32u; word += INVOCATIONS) { atomicStore(&is_live[word], 0u); }
  workgroupBarrier();
  for (var p = local; p < end - begin; p += INVOCATIONS) {
    let r = responsibility(begin + p, k);
    roots[p] = sqrt(r);
    if (!(r <= NOTHING)) { atomicOr(&is_live[p / 32u], 1u << (p % 32u)); } // NaN counts
  }
  workgroupBarrier();
  for (var p = local; p < WINDOW_ROWS; p += INVOCATIONS) {
    var before = 0u;
    for (var word = 0u; word < p / 32u; word++) { before += countOneBits(atomicLoad(&is_live[word])); }
    let bits = atomicLoad(&is_live[p / 32u]);
    let bit = 1u << (p % 32u);
    before += countOneBits(bits & (bit - 1u));
    let counts = (bits & bit) != 0u;
    if (counts) { live[before] = p; }
    if (p == WINDOW_ROWS - 1u) { n_live = before + select(0u, 1u, counts); }
  }
  return workgroupUniformLoad(&n_live);
}

@compute @workgroup_size(INVOCATIONS)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let workgroup = origin + workgroup_in_part;
  let k = workgroup.x;
  let mean = k * COMPONENT_LENGTH + MEAN;
  let split = local / PANEL_BLOCKS;
  let block = min(workgroup.z * PANEL_BLOCKS + local % PANEL_BLOCKS, BLOCKS - 1u);
  // Block (a, b), b ≤ a, of the packed triangle of blocks.
  var a = 0u;
  while ((a + 1u) * (a + 2u) / 2u <= block) { a++; }
  let b = block - a * (a + 1u) / 2u;

  // Sums in two levels, GROUP_ROWS rows and then groups: half the digits lost of one running sum.
#for v in 0..SIDE * SIDE / 4
  var total_${v} = vec4f();
#end
  let slab = workgroup.y * SLAB_ROWS;
  let slab_end = min(slab + SLAB_ROWS, chunk.count);
  for (var window = slab; window < slab_end; window += WINDOW_ROWS) {
    let count = list_live(window, min(window + WINDOW_ROWS, slab_end), k, local);
    for (var group = 0u; group < count; group += GROUP_ROWS) {
#for v in 0..SIDE * SIDE / 4
      var sum_${v} = vec4f();
#end
      let group_end = min(group + GROUP_ROWS, count);
      for (var begin = group; begin < group_end; begin += TILE_ROWS) {
        let tile_rows = min(TILE_ROWS, group_end - begin);
        for (var entry = local; entry < tile_rows * ROW_LENGTH; entry += INVOCATIONS) {
          let p = entry / ROW_LENGTH;
          let quad = entry % ROW_LENGTH;
          let i = live[begin + p];
          let at = (p * QUADS + quad % QUADS) * BLOCK_ROWS + quad / QUADS;
          tile[at] = roots[i] * augmented(chunk.begin + window + i, mean, 4u * quad);
        }
        workgroupBarrier();
        for (var p = split; p < tile_rows; p += SPLITS) {
          let at = p * ROW_LENGTH;
#for q in 0..SIDE / 4
          let left_${q} = tile[at + ${q}u * BLOCK_ROWS + a];
          let right_${q} = tile[at + ${q}u * BLOCK_ROWS + b];
#end
#for r in 0..SIDE
#for q in 0..SIDE / 4
          sum_${r * (SIDE / 4) + q} += left_${r / 4}[${r - 4 * (r / 4)}] * right_${q};
#end
#end
        }
        workgroupBarrier();
      }
#for v in 0..SIDE * SIDE / 4
      total_${v} += sum_${v};
#end
    }
    workgroupBarrier();
  }

  let blocks_here = min(PANEL_BLOCKS, BLOCKS - workgroup.z * PANEL_BLOCKS);
  let first = ((workgroup.y * chunk.n_components + k) * BLOCKS + workgroup.z * PANEL_BLOCKS) * BLOCK_LENGTH;
#for pass in 0..SIDE * SIDE / 16
#for q in 0..4
  tile[4u * local + ${q}u] = total_${4 * pass + q};
#end
  workgroupBarrier();
  for (var entry = local; entry < 4u * blocks_here; entry += INVOCATIONS) {
    var sum = tile[entry];
    for (var s = 1u; s < SPLITS; s++) { sum += tile[s * 4u * PANEL_BLOCKS + entry]; }
    lanes[first + (entry / 4u) * BLOCK_LENGTH + ${4 * pass}u + entry % 4u] = sum;
  }
  workgroupBarrier();
#end
}
