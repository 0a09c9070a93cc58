// Where the part of a grid that is dispatched begins: long dispatches are submitted in parts.
@group(3) @binding(0) var<uniform> origin: vec3u;
