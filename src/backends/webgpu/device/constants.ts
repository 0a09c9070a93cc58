/** GPUBufferUsage, GPUShaderStage and GPUMapMode as the specification fixes them; Node has no such globals. */
export const BUFFER_USAGE = {
  mapRead: 0x1,
  copySource: 0x4,
  copyDestination: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

export const COMPUTE_STAGE = 0x4;
export const MAP_READ = 0x1;
