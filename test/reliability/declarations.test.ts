import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The declarations in dist/ compile for callers of any compiler from 5.4 on, with `skipLibCheck: false`. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);
if (!existsSync(join(root, 'dist/index.d.ts')))
  throw new Error('There are no types to test. Run `npm run build` first.');

const USE = `
  import { GaussianMixture, HiddenMarkovModel, InvalidArgumentError, KMeans, webgpu, type DeviceChoice } from 'webgpu-em';
  const choice: DeviceChoice = 'cpu';
  const gmm = await GaussianMixture.fit([[1, 2], [3, 4]], { nComponents: 1, device: choice });
  const means: Float64Array = gmm.means;
  const centers: number[] = (await KMeans.fit(new Array<Float64Array>(), { nClusters: 2 })).center(0);
  const states: Uint32Array = (await HiddenMarkovModel.fit([1, 2], { nStates: 1 })).sample(3).states;
  const code: string = new InvalidArgumentError('').code;
  const backend = await webgpu();
  backend.dispose();
  // @ts-expect-error nComponents is a number
  await GaussianMixture.fit([[1]], { nComponents: '2' });
  export const all: unknown[] = [means, centers, states, code];
`;
const WITH_DEVICE = `
  import { webgpu } from 'webgpu-em';
  declare const device: GPUDevice;
  await webgpu(device);
  // @ts-expect-error it is no device
  await webgpu({ queue: 1 });
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(root, 'node_modules/.cache-types-'));
  writeFileSync(join(folder, 'use.ts'), USE);
  writeFileSync(join(folder, 'device.ts'), WITH_DEVICE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Errors of a caller's file, by a compiler that ts-morph carries. */
function errorsOf(version: string, file: string, types: string[]): string[] {
  const { ts, getLibFiles, libFolderInMemoryPath } = require(`ts-morph-typescript-${version}`);
  expect(ts.version).toMatch(version);
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    ...{ types, strict: true, skipLibCheck: false, noEmit: true },
    paths: { 'webgpu-em': [join(root, 'dist/index.d.ts')] },
  };
  const libraries = new Map<string, string>();
  for (const { fileName, text } of getLibFiles()) libraries.set(`${libFolderInMemoryPath}/${fileName}`, text);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  Object.assign(host, {
    getDefaultLibLocation: () => libFolderInMemoryPath,
    getCurrentDirectory: () => root,
    fileExists: (name: string) => libraries.has(name) || fileExists(name),
    readFile: (name: string) => libraries.get(name) ?? readFile(name),
    getSourceFile(name: string, language: unknown, ...rest: unknown[]) {
      const text = libraries.get(name);
      return text === undefined
        ? getSourceFile(name, language, ...rest)
        : ts.createSourceFile(name, text, language);
    },
  });
  const program = ts.createProgram([join(folder, file)], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map((found: { file?: { fileName: string }; messageText: unknown }) => {
      const text = ts.flattenDiagnosticMessageText(found.messageText, ' ');
      return `${found.file?.fileName ?? ''}: ${text}`;
    });
}

describe.each(['5.4', '5.9'])('TypeScript %s', version => {
  test('without WebGPU’s types', () => {
    expect(errorsOf(version, 'use.ts', [])).toEqual([]);
  });

  test('with them a device is a GPUDevice', () => {
    expect(errorsOf(version, 'device.ts', ['@webgpu/types'])).toEqual([]);
  });
});

test('the compiler of this repository, whose pages know WebGPU', () => {
  const config = {
    compilerOptions: {
      ...{
        target: 'ES2022',
        module: 'ESNext',
        moduleResolution: 'bundler',
        lib: ['ES2022', 'DOM'],
        types: [],
      },
      ...{ strict: true, skipLibCheck: false, noEmit: true },
      paths: { 'webgpu-em': [join(root, 'dist/index.d.ts')] },
    },
    files: ['use.ts', 'device.ts'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  expect(stdout.slice(0, 1000)).toBe('');
  expect(status).toBe(0);
});
