import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The command that feeds broken inputs, with all it needs but packages. */
export default defineConfig({
  root: here('.'),
  publicDir: false,
  build: {
    ssr: true,
    target: 'es2022',
    minify: false,
    outDir: here('../../dist/fuzz'),
    emptyOutDir: true,
    rolldownOptions: { input: { command: here('command.ts') } },
  },
});
