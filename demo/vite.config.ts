import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The demo page: served from the sources, or built into static files that any web server can offer. */
export default defineConfig({
  root: here('.'),
  base: './',
  publicDir: false,
  cacheDir: here('../node_modules/.vite/demo'),
  server: { fs: { allow: [here('..')] } },
  worker: { format: 'es' },
  build: { target: 'es2022', outDir: here('../dist/demo'), emptyOutDir: true },
});
