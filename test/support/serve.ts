/** A Vite server for the pages of this repository. */
import { mkdtemp, rm } from 'node:fs/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

export interface Server {
  /** Such as `http://localhost:40123/`; its path is the root of the repository. */
  url: string;
  /** The stack of an error thrown in a page, with files and lines as they are in the sources. */
  sourceStack(stack: string): string;
  close(): Promise<void>;
}

export async function serve(): Promise<Server> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'webgpu-em-vite-')); // not shared: test files run side by side
  const vite = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('../..', import.meta.url)),
    appType: 'mpa',
    cacheDir,
    logLevel: 'error',
    optimizeDeps: { noDiscovery: true },
    server: { host: 'localhost', port: 0, hmr: false, watch: null },
  });
  await vite.listen();
  const url = vite.resolvedUrls!.local[0];
  const modules = vite.environments.client.moduleGraph;

  return {
    url,
    sourceStack(stack) {
      return stack.replace(/(http:\S+?):(\d+):(\d+)/g, (location, module, line, column) => {
        const { file, transformResult } = modules.urlToModuleMap.get(module.slice(url.length - 1)) ?? {};
        if (!file || !transformResult?.map?.mappings) return location;
        const map = new SourceMap(transformResult.map as SourceMapPayload);
        const at = map.findEntry(line - 1, column - 1);
        return 'originalLine' in at ? `${file}:${at.originalLine + 1}:${at.originalColumn + 1}` : location;
      });
    },
    async close() {
      await vite.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}
