// Vectors over topics are quads: [QUADS] vec4f, topics beyond K being 0. A workgroup's lanes form GROUPS groups that
// share the tokens of a document, or the documents of a word; SPAN lanes of each share the quads.
@group(1) @binding(0) var<storage, read> topics: array<vec4f>; // [P, QUADS] scaled exp(E[log β_kv])
#include origin
