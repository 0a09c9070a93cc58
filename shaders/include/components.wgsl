// One component's parameters: log constant (base 2), mean [D], whitening factor.
@group(1) @binding(0) var<storage, read> components: array<f32>; // [K, COMPONENT_LENGTH]

// Finite stand-in for log 0: no infinity is relied on in a shader.
const LOG_ZERO = -1e30;
