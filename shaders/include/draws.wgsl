// Uniform numbers that are a function of their place; the twin of src/numerics/counter-rng.ts, bit for bit.
struct Draws {
  draws: u32, // a row
  seed_low: u32,
  seed_high: u32,
  iteration: u32,
  begin: u32, // what the first resident row counts as
}

@group(1) @binding(0) var<storage, read> draws: Draws;

fn draw_uniform(row: u32, draw: u32) -> f32 {
  var v = vec4u(draws.seed_low ^ 0x9e3779b9u, draws.iteration, draws.begin + row, draw ^ draws.seed_high) * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return f32((v.w >> 9u) * 2u + 1u) * 0x1p-24;
}
