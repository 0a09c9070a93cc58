import { DeviceError, type WebGpuBackend, webgpu } from '../../src/index.js';
import { type Fault, FaultyDevice } from './faulty-device.js';
import type { Work } from './works.js';

/** A work on a device of its own, whose moments go wrong one at a time. */
export class Trial {
  private constructor(
    readonly work: Work,
    readonly device: FaultyDevice,
    readonly backend: WebGpuBackend,
  ) {}

  static async begin(work: Work, real: GPUDevice): Promise<Trial> {
    const { binding } = work;
    const device = new FaultyDevice(real, binding ? { maxStorageBufferBindingSize: binding } : {});
    return new Trial(work, device, await webgpu(device.device, work.options));
  }

  /**
   * Run the work with a fault at the `at`-th moment; `at` 0: with none.
   *
   * @returns whether there were so many moments
   * @throws Error saying what is not as it should be
   */
  async run(at: number, fault: Fault): Promise<boolean> {
    const { work, device, backend } = this;
    device.arm(at, fault);
    const before = backend.memory;
    let iterations = 0;
    const onIteration = () => {
      iterations++;
    };
    const error = await work.run(backend, onIteration).then(
      () => undefined,
      (thrown: unknown) => thrown ?? 'nothing',
    );
    const where = `${work.name}, moment ${at} ${fault}`;
    const after = backend.memory;
    if (after.bytes !== before.bytes || after.buffers !== before.buffers) {
      throw new Error(`${where}: ${JSON.stringify(after)} are left, ${JSON.stringify(before)} were there`);
    }
    if (!device.hasFailed && error) throw new Error(`${where}: failed without a fault`, { cause: error });
    if (!device.hasFailed) return false;
    if (!error && work.forgives) return true;
    if (!error) throw new Error(`${where}: nobody says so`);
    if (!(error instanceof DeviceError)) throw new Error(`${where}: ${error}`, { cause: error });
    if (
      !/device: 'cpu'/.test(error.message) ||
      /\b(Operation|Type|Reference|Abort)Error\b/.test(error.message)
    ) {
      throw new Error(`${where}: ${error.message}`, { cause: error });
    }
    const { lastGood } = error;
    if (iterations > 0 && lastGood === undefined)
      throw new Error(`${where}: no model is left`, { cause: error });
    if (lastGood !== undefined && lastGood?.constructor !== work.model) {
      throw new Error(`${where}: lastGood is a ${lastGood?.constructor?.name}`, { cause: error });
    }
    return true;
  }
}
