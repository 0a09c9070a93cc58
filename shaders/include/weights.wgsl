// How often each resident row counts.
@group(0) @binding(2) var<storage, read> weights: array<f32>; // [n]
