import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DeviceInfo } from './commands/info.js';

/** A driver that takes longer is taken for broken. */
const MOST_SECONDS = 30;

/**
 * What WebGPU is here, as `webgpu-em info` says it: in a process of its own, because Dawn and drivers write to standard
 * error past Node, and a driver that crashes or hangs would take the fit with it.
 */
export async function lookForWebGpu(): Promise<DeviceInfo> {
  const args = [...process.execArgv, process.argv[1], 'info', '--json'];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: MOST_SECONDS * 1000 });
    return JSON.parse(stdout).devices.webgpu;
  } catch (error) {
    return { available: false, reason: `Looking for a WebGPU adapter ${failureOf(error)}.` };
  }
}

function failureOf(error: unknown): string {
  const { killed, signal } = error as { killed?: boolean; signal?: string };
  if (killed) return `took more than ${MOST_SECONDS} s`;
  return signal ? `ended with ${signal}` : 'failed';
}
