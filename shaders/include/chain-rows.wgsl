// [n, D] of the chunk's segment
#if ROWS_VEC4
@group(0) @binding(2) var<storage, read> rows: array<vec4f>;
#elif ROWS_VEC2
@group(0) @binding(2) var<storage, read> rows: array<vec2f>;
#else
@group(0) @binding(2) var<storage, read> rows: array<f32>;
#endif
