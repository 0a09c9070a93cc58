import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** How a command of the tests, test/NAME/command.ts, is built: with all it needs but packages, as dist/NAME/command.js. */
export const commandConfig = (name: string): UserConfig => ({
  root: here(`../${name}`),
  publicDir: false,
  build: {
    ssr: true,
    target: 'es2022',
    minify: false,
    outDir: here(`../../dist/${name}`),
    emptyOutDir: true,
    rolldownOptions: { input: { command: here(`../${name}/command.ts`) } },
  },
});
