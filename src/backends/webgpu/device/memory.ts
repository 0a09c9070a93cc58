/** Bytes and buffers that are allocated right now. */
export interface Memory {
  buffers: number;
  bytes: number;
}

/** Makes buffers of one group: all of them stay, or none. */
export interface Maker {
  /** A counted buffer. */
  buffer(label: string, bytes: number, usage: number): GPUBuffer;
  storage(label: string, bytes: number): GPUBuffer;
}
