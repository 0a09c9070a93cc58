import type { Context } from './context.js';
import { workgroupsAtOnce } from './device.js';
import type { Stage } from './kernel.js';
import { Origin } from './origin.js';
import { Load } from './pace.js';
import { cutGrid, type Grid, type LineWork, workOf } from './parts.js';

/** How a stage runs. */
export interface Dispatch {
  readonly grid: Grid;
  readonly work: LineWork;
  /** Where its entry of `chunk` is. */
  readonly offset?: number;
  /** Whether the work may be less than it says. */
  readonly isBound?: boolean;
}

/**
 * Commands in order, submitted so that no submission takes long. What runs long is cut into parts of a grid: workgroups
 * do not know of each other, so that no sum's order depends on the cuts.
 */
export class Commands {
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #load = new Load();
  /** Parts of grids that it has. */
  #parts = 0;

  constructor(private readonly context: Context) {}

  async dispatch(stage: Stage, { grid, work, offset, isBound = false }: Dispatch): Promise<void> {
    const { pace, device } = this.context;
    const { pipeline } = stage.kernel;
    const all = workOf(grid, work);
    const isLong = !pace.fits(new Load(), pipeline, all);
    const hasRoom = isLong ? pace.hasRoom(this.#load, pipeline) : pace.fits(this.#load, pipeline, all);
    if (!hasRoom || this.#parts === Origin.parts) await this.submit();
    if (!isLong) {
      this.#encode(stage, grid, offset, Origin.whole);
      this.#count(pipeline, all, isBound);
      return;
    }
    const least = workgroupsAtOnce(device.adapterInfo);
    for (const part of cutGrid(grid, work, least, () => pace.allowance(pipeline, this.#load))) {
      const [x, y, z] = part.size;
      const [from] = part.origin;
      const moved = stage.origin.write(device.queue, this.#parts++, part.origin);
      this.#encode(stage, part.size, offset, moved);
      this.#count(pipeline, (work(from + x) - work(from)) * y * z, isBound);
      const isLast = part.size.every((length, i) => part.origin[i] + length === grid[i]);
      if (!isLast) await this.submit(true); // what follows may go with the last part
    }
  }

  #encode({ kernel, groups }: Stage, grid: Grid, offset: number | undefined, moved: number): void {
    this.#pass ??= this.#open.beginComputePass();
    const pass = this.#pass;
    const offsets = [offset, undefined, undefined, moved];
    pass.setPipeline(kernel.pipeline);
    groups.forEach((group, index) => {
      const own = offsets[index];
      if (group) pass.setBindGroup(index, group, own === undefined ? [] : [own]);
    });
    pass.dispatchWorkgroups(...grid);
  }

  #count(pipeline: GPUComputePipeline, work: number, isBound: boolean): void {
    this.#load.add(pipeline, work);
    this.#load.isBound ||= isBound;
  }

  clear(buffer: GPUBuffer): void {
    this.#outside.clearBuffer(buffer);
  }

  copy(source: GPUBuffer, from: number, target: GPUBuffer, to: number, bytes: number): void {
    this.#outside.copyBufferToBuffer(source, from, target, to, bytes);
  }

  /** Submit what there is, once the device has room for it. */
  async submit(isPart = false): Promise<void> {
    if (!this.#encoder) return;
    const commands = this.#outside.finish();
    const load = this.#load;
    this.#encoder = undefined;
    this.#load = new Load();
    this.#parts = 0;
    await this.context.pace.submit(commands, load, isPart);
  }

  get #open(): GPUCommandEncoder {
    this.#encoder ??= this.context.device.createCommandEncoder();
    return this.#encoder;
  }

  /** The encoder, outside of any pass. */
  get #outside(): GPUCommandEncoder {
    this.#pass?.end();
    this.#pass = undefined;
    return this.#open;
  }
}
