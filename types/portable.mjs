/**
 * Makes the declarations in dist/ readable by compilers that lack what ours has, with `skipLibCheck: false`: typed arrays
 * without a type parameter (before TypeScript 5.7), and pages' types without WebGPU (before 6.0). Run after tsc.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
const GPU_TYPES = 'webgpu-types.d.ts';

/** What a compiler without WebGPU's types still sees of those that callers hold in their hands. */
const SEEN = {
  GPUDevice: 'Something & { createComputePipelineAsync: unknown }',
  GPUBuffer: 'Something & { size: number }',
};

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.d.ts') && name !== GPU_TYPES)
  .map(name => join(dist, name));
const used = new Set();

for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const plain = text.replaceAll(/\b((?:Float|Int|Uint)\d+(?:Clamped)?Array)<ArrayBuffer(?:Like)?>/g, '$1');
  const code = plain.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const names = [...new Set(code.match(/\bGPU[A-Z]\w*/g))].sort();
  for (const name of names) used.add(name);
  const from = `./${relative(dirname(file), join(dist, 'webgpu-types.js')).replaceAll('\\', '/')}`.replace(
    './..',
    '..',
  );
  const imports = names.length > 0 ? `import type { ${names.join(', ')} } from '${from}';\n` : '';
  if (imports || plain !== text) writeFileSync(file, imports + plain);
}

/** The environment's own type where it has one: its constructor stands among the globals. */
const declarations = [...used].sort().map(name => {
  const otherwise = SEEN[name] ?? 'Something';
  return `export type ${name} = typeof globalThis extends { ${name}: { prototype: infer T } } ? T : ${otherwise};`;
});
writeFileSync(
  join(dist, GPU_TYPES),
  `/** WebGPU's types, where the environment has them. */\ntype Something = { readonly [member: string]: any };\n${declarations.join('\n')}\n`,
);
