import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const peers = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-backend-wasm',
  'gaussian-mixture-model',
];

/** Built: the bench for Node, with all it needs but the peers' packages. Served: the page for browsers. */
export default defineConfig({
  root: here('.'),
  publicDir: false,
  cacheDir: here('../node_modules/.vite/bench'),
  build: {
    ssr: true,
    target: 'es2022',
    minify: false,
    outDir: here('../dist/bench'),
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        cli: here('../src/cli/main.ts'),
        'start-up': here('start-up.ts'),
        scaling: here('scaling.ts'),
        seeding: here('seeding.ts'),
        starts: here('starts.ts'),
        stopping: here('stopping.ts'),
        counts: here('counts.ts'),
        rules: here('rules.ts'),
        hmm: here('hmm.ts'),
        submissions: here('submissions.ts'),
        bits: here('bits.ts'),
        profile: here('profile.ts'),
        reliability: here('../test/reliability/command.ts'),
        'start-up-child': here('start-up-child.ts'),
      },
    },
  },
  ssr: { noExternal: true, external: ['webgpu', ...peers] },
  // All at the start: one found later would reload the page in the middle of a run.
  optimizeDeps: { noDiscovery: true, include: [...peers, 'papaparse'] },
  worker: { format: 'es' },
  server: {
    fs: { allow: [here('..')] },
    // WebAssembly gets threads only where memory may be shared.
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
});
