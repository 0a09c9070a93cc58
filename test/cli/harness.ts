import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';
import { parseCsv } from '../../src/index.js';

export const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export const cli = inRepository('dist/cli.js');
export const faithful = inRepository('test/reference/faithful.csv');
export const iris = inRepository('test/reference/iris.csv');
export const earthquakes = inRepository('test/reference/earthquakes.csv');
export const onCpu = ['--device', 'cpu'];

if (!existsSync(cli)) throw new Error('There is no dist/cli.js to test. Run `npm run build` first.');

/** Of the test file, while it runs. */
export const folder = mkdtempSync(join(tmpdir(), 'webgpu-em-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export const at = (name: string) => join(folder, name);
export const put = (name: string, content: string | Uint8Array) => {
  writeFileSync(at(name), content);
  return at(name);
};

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Run the built command; `interrupt` sends Ctrl-C that many ms after the first note. */
export function run(
  args: string[],
  { input = '', node = [], interrupt }: { input?: string; node?: string[]; interrupt?: number } = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [...node, cli, ...args]);
  const outcome: Outcome = { code: null, stdout: '', stderr: '' };
  child.stdin.on('error', () => {}); // it may end before it has read all
  child.stdin.end(input);
  child.stdout.on('data', data => {
    outcome.stdout += data;
  });
  child.stderr.on('data', data => {
    if (interrupt !== undefined && outcome.stderr === '') setTimeout(() => child.kill('SIGINT'), interrupt);
    outcome.stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => resolve({ ...outcome, code }));
  });
}

/** What a command prints that must go well. */
export async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args);
  expect(code, stderr).toBe(0);
  return stdout;
}

export const json = async (...args: string[]) => JSON.parse(await done(...args, '--json'));

export const pointsOf = (file: string, columns?: string[]) =>
  parseCsv(readFileSync(file, 'utf8'), { columns }).points;
