import type { Geometry } from '../mixture/geometry.js';
import type { Chunk } from './chunks.js';

/** Bytes between the entries of a uniform buffer with dynamic offsets, and those of one entry. */
export const UNIFORM_STRIDE = 256;
export const UNIFORM_BYTES = 48;

/** What kernels are told of each chunk: `Chunk` of shaders/include/chunk.wgsl, an entry every UNIFORM_STRIDE bytes. */
export function chunkUniforms(
  chunks: readonly Chunk[],
  { chunkRows, laneRows, slabRows, groupLength, groups }: Geometry,
  nComponents: number,
): Uint32Array<ArrayBuffer> {
  const words = UNIFORM_STRIDE / 4;
  const uniforms = new Uint32Array(words * chunks.length);
  for (const { index, begin, rowBegin, count, likelihoodBegin } of chunks) {
    const slabs = Math.ceil(count / slabRows);
    const place = [begin, count, chunkRows, nComponents, likelihoodBegin];
    uniforms.set([...place, slabs, laneRows, groupLength, groups, rowBegin], index * words);
  }
  return uniforms;
}
