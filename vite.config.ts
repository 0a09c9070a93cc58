import { defineConfig } from 'vite';

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
      external: [/^node:/, 'papaparse', 'commander', 'cli-progress', 'webgpu'],
    },
  },
});
