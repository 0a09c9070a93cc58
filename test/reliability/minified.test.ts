import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as plain from '../../src/index.js';

/** Errors keep their names in a page's minified bundle, and an abort has the name that aborts have everywhere. */

let folder: string;
let minified: typeof plain;

beforeAll(async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  folder = mkdtempSync(join(root, 'node_modules/.cache-minified-'));
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'silent',
    build: {
      outDir: folder,
      minify: true,
      lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'bundle' },
      rolldownOptions: { external: [/^node:/, 'papaparse', 'webgpu'], output: { minify: true } },
    },
  });
  minified = await import(/* @vite-ignore */ pathToFileURL(join(folder, 'bundle.js')).href);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const classes = Object.entries(plain).filter(
  ([, value]) => typeof value === 'function' && value.prototype instanceof plain.EmError,
);

test('the bundle is minified', () => {
  expect(minified.InvalidArgumentError.name).not.toBe('InvalidArgumentError');
});

test.each(classes.map(([name]) => name))('%s', name => {
  for (const library of [plain, minified]) {
    const Class = library[name as 'InvalidDataError'];
    const error = new Class('message');
    expect(error.name).toBe(name === 'AbortedError' ? 'AbortError' : name);
    expect(error).toBeInstanceOf(library.EmError);
    expect(String(error)).toMatch(/^\w+Error: /);
  }
});

test('a fit that is aborted says so as fetch does', async () => {
  const signal = AbortSignal.abort();
  for (const { GaussianMixture, AbortedError } of [plain, minified]) {
    const error = await GaussianMixture.fit([[1], [2]], { nComponents: 1, signal, device: 'cpu' }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(AbortedError);
    expect((error as Error).name).toBe(signal.reason.name);
  }
});
