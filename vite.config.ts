import { defineConfig } from 'vite';

/** What `webgpu-em bench` compares with, where it is installed. */
const benchPeers = [/^@tensorflow\//, 'gaussian-mixture-model'];

/** The library (browser and Node from one source) and the command; shaders are inlined as text. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    sourcemap: true,
    minify: false,
    lib: {
      entry: { index: 'src/index.ts', cli: 'src/cli/main.ts' },
      formats: ['es'],
    },
    rolldownOptions: {
      external: [/^node:/, 'papaparse', 'commander', 'cli-progress', 'webgpu', ...benchPeers],
    },
  },
});
