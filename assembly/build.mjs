// node assembly/build.mjs: cholesky.ts to src/numerics/cholesky-wasm.ts
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const inRepository = path => fileURLToPath(new URL(`../${path}`, import.meta.url));
const source = inRepository('assembly/cholesky.ts');
const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
const binary = join(folder, 'cholesky.wasm');

execFileSync(
  'npx',
  ['--yes', '--package', 'assemblyscript@0.28.20', 'asc', source, '--outFile', binary].concat(
    ['-O3', '--noAssert'],
    ['--runtime', 'stub'],
    ['--enable', 'simd'],
  ),
  { stdio: 'inherit' },
);

const hash = createHash('sha256').update(readFileSync(source)).digest('hex');
writeFileSync(
  inRepository('src/numerics/cholesky-wasm.ts'),
  `// Made by assembly/build.mjs from assembly/cholesky.ts, whose SHA-256 this is.
export const sourceHash = '${hash}';

// biome-ignore format: one line
export const base64 = '${readFileSync(binary).toString('base64')}';
`,
);
rmSync(folder, { recursive: true });
