import { BUFFER_USAGE } from './constants.js';
import type { Maker } from './memory.js';
import type { Grid } from './parts.js';

/** Bytes between the entries of a uniform buffer with dynamic offsets, and those of one entry. */
const STRIDE = 256;
const BYTES = 16;

/** Where the parts of grids that are dispatched begin: `origin` of shaders/include/origin.wgsl. */
export class Origin {
  /** The dynamic offset of a whole grid. */
  static readonly whole = 0;
  /** Parts that one submission may have. */
  static readonly parts = 4;
  readonly buffer: GPUBuffer;

  constructor(make: Maker) {
    const { uniform, copyDestination } = BUFFER_USAGE;
    this.buffer = make.buffer('origin', STRIDE * (1 + Origin.parts), uniform | copyDestination);
  }

  get binding(): GPUBufferBinding {
    return { buffer: this.buffer, size: BYTES };
  }

  /** Say where a part begins, the `index`-th of the next submission. @returns its dynamic offset */
  write(queue: GPUQueue, index: number, [x, y, z]: Grid): number {
    const offset = STRIDE * (1 + index);
    queue.writeBuffer(this.buffer, offset, Uint32Array.of(x, y, z));
    return offset;
  }
}
