import { cpus, totalmem } from 'node:os';

/** The machine in words, for reports. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** Browsers may not tell. */
  readonly memoryGiB?: number;
  readonly platform: string;
  /** What runs the JavaScript: Node with its version, or a browser. */
  readonly runtime: string;
}

export const nodeMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  runtime: `Node ${process.version}`,
});
