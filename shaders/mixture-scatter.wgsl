// Σ_i r_ik v vᵀ with v = (x_i − μ_k, 1): one (D+1) × (D+1) Gram matrix a component holds its second moments, first
// moments and expected count. Workgroup (k, slab, panel): up to 64 4×4 blocks of the lower triangle in registers,
// √r v staged a tile of rows at a time; where there are fewer blocks the invocations split the tile's rows.
#include chunk
#include components
#include responsibilities

@group(2) @binding(3) var<storage, read_write> lanes: array<vec4f>; // [n_slabs, K, BLOCKS, 4, 4]

var<workgroup> roots: array<f32, TILE_ROWS>;
var<workgroup> tile: array<vec4f, TILE_LENGTH>; // [TILE_ROWS, BLOCK_ROWS] and later the splits' sums

fn augmented(row: u32, mean: u32, j: u32) -> f32 {
  if (j < D) { return rows[row * D + j] - components[mean + j]; }
  return select(0.0, 1.0, j == D);
}

@compute @workgroup_size(64)
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
  var total0 = vec4f();
  var total1 = vec4f();
  var total2 = vec4f();
  var total3 = vec4f();
  let slab = workgroup.y * SLAB_ROWS;
  let slab_end = min(slab + SLAB_ROWS, chunk.count);
  for (var group = slab; group < slab_end; group += GROUP_ROWS) {
    var sum0 = vec4f();
    var sum1 = vec4f();
    var sum2 = vec4f();
    var sum3 = vec4f();
    for (var begin = group; begin < group + GROUP_ROWS; begin += TILE_ROWS) {
      workgroupBarrier();
      for (var p = local; p < TILE_ROWS; p += 64u) { roots[p] = sqrt(responsibility(begin + p, k)); }
      workgroupBarrier();
      for (var entry = local; entry < TILE_ROWS * BLOCK_ROWS; entry += 64u) {
        let p = entry / BLOCK_ROWS;
        let j = 4u * (entry % BLOCK_ROWS);
        let row = chunk.begin + min(begin + p, chunk.count - 1u);
        tile[entry] = roots[p] * vec4f(
          augmented(row, mean, j), augmented(row, mean, j + 1u), augmented(row, mean, j + 2u), augmented(row, mean, j + 3u));
      }
      workgroupBarrier();
      for (var p = split; p < TILE_ROWS; p += SPLITS) {
        let left = tile[p * BLOCK_ROWS + a];
        let right = tile[p * BLOCK_ROWS + b];
        sum0 += left.x * right;
        sum1 += left.y * right;
        sum2 += left.z * right;
        sum3 += left.w * right;
      }
    }
    total0 += sum0;
    total1 += sum1;
    total2 += sum2;
    total3 += sum3;
  }

  workgroupBarrier();
  tile[4u * local] = total0;
  tile[4u * local + 1u] = total1;
  tile[4u * local + 2u] = total2;
  tile[4u * local + 3u] = total3;
  workgroupBarrier();
  let blocks_here = min(PANEL_BLOCKS, BLOCKS - workgroup.z * PANEL_BLOCKS);
  for (var entry = local; entry < 4u * blocks_here; entry += 64u) {
    var sum = tile[entry];
    for (var s = 1u; s < SPLITS; s++) { sum += tile[s * 4u * PANEL_BLOCKS + entry]; }
    lanes[4u * ((workgroup.y * chunk.n_components + k) * BLOCKS + workgroup.z * PANEL_BLOCKS) + entry] = sum;
  }
}
