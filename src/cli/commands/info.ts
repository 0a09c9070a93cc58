import type { Command } from 'commander';
import { version } from '../../../package.json';
import { chooseBackend } from '../../backends/choose.js';
import { describe } from '../exit.js';
import { readModel } from '../models.js';
import { addJson, MODEL_HELP } from '../options.js';
import { print, printJson } from '../output.js';
import { formatPairs } from '../table.js';

/** What a device is, and whether its adapter computes on the CPU; or why there is none. */
export type DeviceInfo =
  | { available: true; adapter: string; isFallback: boolean }
  | { available: false; reason: string };

export function addInfo(program: Command): void {
  const command = program
    .command('info')
    .description('Describe a model, or this program and the devices that it finds.')
    .argument('[model]', MODEL_HELP);
  addJson(command).action((path: string | undefined, options: { json?: boolean }) =>
    path === undefined ? describeProgram(options.json) : describeModel(path, options.json),
  );
}

async function describeModel(path: string, json?: boolean): Promise<void> {
  const model = await readModel(path);
  await (json ? printJson(model.toJSON()) : print(model.describe()));
}

async function describeProgram(json?: boolean): Promise<void> {
  const devices = { webgpu: await deviceInfo('webgpu'), cpu: await deviceInfo('cpu') };
  const system = { node: process.version, platform: `${process.platform} ${process.arch}` };
  if (json) return printJson({ version, ...system, devices });
  await print(
    formatPairs([
      ['webgpu-em', version],
      ['Node', `${system.node}, ${system.platform}`],
      ['webgpu', inWords(devices.webgpu)],
      ['cpu', inWords(devices.cpu)],
    ]),
  );
}

async function deviceInfo(name: 'webgpu' | 'cpu'): Promise<DeviceInfo> {
  try {
    const { backend } = await chooseBackend(name);
    backend.dispose();
    return {
      available: true,
      adapter: backend.adapter,
      isFallback: 'isFallback' in backend && backend.isFallback === true,
    };
  } catch (error) {
    return { available: false, reason: describe(error) };
  }
}

const inWords = (info: DeviceInfo) => (info.available ? info.adapter : `not available: ${info.reason}`);
