/**
 * A Chromium that needs neither root nor the internet: the npm package `@sparticuz/chromium`. It also
 * carries SwiftShader and a Vulkan loader, which give Node an adapter on a machine without a GPU.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const packageRoot = join(nodeModules, '@sparticuz', 'chromium');

/** The package holds binaries for Linux on x64 only. */
export const hasBundledChromium = () =>
  process.platform === 'linux' && process.arch === 'x64' && existsSync(packageRoot);

/** The folder with `chromium`, `libvulkan.so.1`, `vk_swiftshader_icd.json`; unpacked on first use. */
export function bundledChromium(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const cache = join(nodeModules, '.cache', 'webgpu-em');
  const folder = join(cache, `chromium-${version}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    const staging = mkdtempSync(join(cache, 'unpacking-'));
    unpack(staging);
    publish(staging, folder);
  }
  return folder;
}

/** The variables that the bundled browser needs where the system has no NSS libraries or no fonts. */
export function bundledEnvironment(folder: string): Record<string, string> {
  const environment: Record<string, string> = {};
  if (spawnSync(join(folder, 'chromium'), ['--version']).status !== 0)
    environment.LD_LIBRARY_PATH = join(folder, 'al2023', 'lib');
  if (!existsSync('/etc/fonts/fonts.conf')) environment.FONTCONFIG_FILE = join(folder, 'fonts.conf');
  return environment;
}

/**
 * The package unpacks into the temporary folder, takes whatever is there for complete, and adds the
 * system libraries only on Amazon Linux. A child process with its own TMPDIR keeps that from the rest.
 */
function unpack(folder: string): void {
  const code = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: nodeModules,
    env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    encoding: 'utf8',
  });
  if (child.status !== 0)
    throw new Error(`Unpacking the Chromium of @sparticuz/chromium into ${folder} failed. ${child.stderr}`);
  writeFileSync(
    join(folder, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir prefix="relative">fonts</dir></fontconfig>`,
  );
}

/** Renaming is atomic: of two processes that unpack at once, one publishes and the other yields. */
function publish(staging: string, folder: string): void {
  try {
    renameSync(staging, folder);
  } catch (error) {
    rmSync(staging, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}
