// Σ_d n_dv φ_dvk = β_kv Σ_d (n_dv / φ-norm_dv) θ_dk of one word a workgroup, over the documents of a segment that have
// the word: columns of the counts, so that each sum has one owner and one order.
#include lda-topics

struct Entry {
  document: u32,
  token: u32,
}

@group(0) @binding(0) var<storage, read> columns: array<u32>;            // [P + 1]
@group(0) @binding(1) var<storage, read> entries: array<Entry>;          // [nnz] by word, then by document
@group(2) @binding(0) var<storage, read> thetas: array<vec4f>;           // [n, QUADS]
@group(2) @binding(1) var<storage, read> ratios: array<f32>;             // [nnz]
@group(2) @binding(2) var<storage, read_write> statistics: array<vec4f>; // [P, QUADS]

var<workgroup> partials: array<vec4f, GROUPS * QUADS>;

@compute @workgroup_size(LANES)
fn main(
  @builtin(workgroup_id) workgroup_in_part: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let workgroup = origin + workgroup_in_part;
  let asked = workgroup.y * LINE + workgroup.x;
  let word = min(asked, arrayLength(&columns) - 2u);
  let begin = columns[word];
  let end = columns[word + 1u];
  let group = lane / SPAN;
  let first = lane % SPAN;

  if (group < GROUPS) {
    for (var quad = first; quad < QUADS; quad += LANES) {
      var total = vec4f();
      for (var block = begin + group; block < end; block += GROUPS * SHORT_SUM) {
        var sum = vec4f();
        let stop = min(end, block + GROUPS * SHORT_SUM);
        for (var e = block; e < stop; e += GROUPS) {
          sum += ratios[entries[e].token] * thetas[entries[e].document * QUADS + quad];
        }
        total += sum;
      }
      partials[group * QUADS + quad] = total;
    }
  }
  workgroupBarrier();
  if (group == 0u && asked == word) {
    for (var quad = first; quad < QUADS; quad += LANES) {
      var total = vec4f();
      for (var g = 0u; g < GROUPS; g++) { total += partials[g * QUADS + quad]; }
      statistics[word * QUADS + quad] += topics[word * QUADS + quad] * total;
    }
  }
}
