import { BUFFER_USAGE } from './constants.js';
import type { Maker } from './context.js';
import type { Grid } from './parts.js';

/** Bytes between the entries of a uniform buffer with dynamic offsets, and those of one entry. */
const STRIDE = 256;
const BYTES = 16;

/** Where the part of a grid that is dispatched begins: `origin` of shaders/include/origin.wgsl. */
export class Origin {
  /** Dynamic offsets of a whole grid, and of a part. */
  static readonly whole = 0;
  static readonly part = STRIDE;
  readonly buffer: GPUBuffer;

  constructor(make: Maker) {
    const { uniform, copyDestination } = BUFFER_USAGE;
    this.buffer = make.buffer('origin', 2 * STRIDE, uniform | copyDestination);
  }

  get binding(): GPUBufferBinding {
    return { buffer: this.buffer, size: BYTES };
  }

  /** Say where the part begins that is submitted next. */
  write(queue: GPUQueue, [x, y, z]: Grid): void {
    queue.writeBuffer(this.buffer, STRIDE, Uint32Array.of(x, y, z));
  }
}
