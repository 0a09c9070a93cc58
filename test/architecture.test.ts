import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** The rooms of docs/architecture.md, kept mechanically. */

const root = fileURLToPath(new URL('..', import.meta.url));

function filesUnder(folder: string, extension: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith(extension))
    .map(name => join(folder, name).replaceAll('\\', '/'));
}

const read = (file: string) => readFileSync(join(root, file), 'utf8');
/** Without comments and the text of messages. */
const code = (file: string) => read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$|`[^`]*`|"[^"\n]*"/gm, '');
const sources = filesUnder('src', '.ts');

/** What backends compute with. */
const COMPUTES = [
  'errors.ts',
  'numerics/',
  'data/',
  'contract/',
  'families/',
  'models/',
  'backends/checks.ts',
];

/** What a room's files may import, besides their own room; rooms are folders of src/, or files of it. */
const MAY_IMPORT: Record<string, string[]> = {
  'errors.ts': [],
  'quote.ts': [],
  'option-names.ts': ['errors.ts'],
  'numbers.ts': ['errors.ts'],
  'selection.ts': [],
  'numerics/': ['errors.ts'],
  'data/': ['errors.ts'],
  'contract/': ['numerics/', 'data/'],
  'families/': ['errors.ts', 'numerics/', 'data/columns.ts', 'contract/'],
  'models/': ['errors.ts', 'numerics/', 'data/', 'contract/', 'families/'],
  'backends/choose.ts': ['errors.ts', 'contract/', 'backends/'],
  'backends/checks.ts': ['errors.ts', 'contract/', 'families/', 'models/'],
  'backends/sum-of-tables.ts': ['errors.ts', 'data/', 'contract/', 'backends/checks.ts'],
  'backends/cpu/': COMPUTES,
  'backends/webgpu/': [...COMPUTES, 'backends/cpu/'],
  'em/e-step/': ['errors.ts', 'contract/', 'models/'],
  'em/m-step/': ['errors.ts', 'contract/', 'models/'],
  'em/acceleration/': ['models/model.ts'],
  'em/': ['errors.ts', 'contract/', 'models/model.ts'],
  'init/': [...COMPUTES, 'backends/cpu/', 'em/'],
  'serialize.ts': ['errors.ts', 'em/convergence.ts', 'families/', 'models/', 'init/'],
};

/** What every room may import. */
const EVERYWHERE = ['numbers.ts', 'option-names.ts', 'quote.ts'];

const roomOf = (file: string) => Object.keys(MAY_IMPORT).find(room => file.startsWith(room));

describe('imports go one way', () => {
  const inner = sources
    .map(file => relative('src', file).replaceAll('\\', '/'))
    .filter(file => !/^(index\.ts|estimators\/|cli\/)/.test(file));

  test.each(inner.filter(file => !file.endsWith('.d.ts')))('%s', file => {
    const room = roomOf(file);
    expect(
      room,
      `${file} belongs to no room: give it one in this test and in docs/architecture.md`,
    ).toBeDefined();
    const imports = [...read(`src/${file}`).matchAll(/from '(\.[^']+)\.js'/g)].map(([, path]) =>
      relative('src', join('src', file, '..', `${path}.ts`)).replaceAll('\\', '/'),
    );
    const forbidden = imports.filter(
      path => ![room!, ...EVERYWHERE, ...MAY_IMPORT[room!]].some(allowed => path.startsWith(allowed)),
    );
    expect(forbidden).toEqual([]);
  });
});

describe('words stay in their rooms', () => {
  const naming = (word: RegExp, allowed: RegExp) =>
    sources.filter(file => word.test(code(file)) && !allowed.test(file));

  test('GPU types under backends/webgpu only', () =>
    expect(naming(/\bGPU[A-Z]/, /backends\/webgpu\//)).toEqual([]));
  test('postMessage under worker only', () => expect(naming(/\bpostMessage\b/, /src\/worker\//)).toEqual([]));
  test('Math.random nowhere: every draw is seeded', () => expect(naming(/Math\.random/, /^$/)).toEqual([]));
  test('Node under cli only', () => expect(naming(/from 'node:/, /src\/cli\//)).toEqual([]));
  test.each(['em/em.ts', 'em/alternation.ts'])('%s names neither D, K nor N', file =>
    expect(code(`src/${file}`)).not.toMatch(/nFeatures|nComponents|\bshape\b/),
  );
  test('wgsl-preprocessor behind one module', () =>
    expect(naming(/wgsl-preprocessor\//, /webgpu\/device\/(shader|wgsl-preprocessor\.d)\.ts$/)).toEqual([]));
  test('the demo uses the public surface only', () => {
    const imports = filesUnder('demo', '.ts').flatMap(file =>
      [...read(file).matchAll(/from '([^']*src\/[^']*)'/g)].map(([, path]) => path),
    );
    expect(imports.filter(path => !path.endsWith('src/index.js'))).toEqual([]);
  });
});

/** Kernels differ in where they keep things, not in what they compute: the CPU twins that define each, and its test. */
const KERNELS: Record<string, { twins: string[]; test: string }> = {
  'mixture-strip': {
    twins: ['mixture/posterior', 'mixture/scatter', 'mixture/moments'],
    test: 'mixture-strip',
  },
  'mixture-logits': { twins: ['mixture/posterior'], test: 'mixture-logits' },
  'mixture-logits-tiled': { twins: ['mixture/posterior'], test: 'mixture-logits-tiled' },
  'mixture-normalise': { twins: ['mixture/posterior'], test: 'mixture-logits' },
  'mixture-accumulate': { twins: ['mixture/scatter', 'mixture/moments'], test: 'mixture-accumulate' },
  'mixture-scatter': { twins: ['mixture/scatter'], test: 'mixture-scatter' },
  'lda-documents': { twins: ['topics/documents'], test: 'lda' },
  'lda-statistics': { twins: ['topics/statistics'], test: 'lda' },
  'lda-bound': { twins: ['topics/documents'], test: 'lda' },
  'chain-forward': { twins: ['chain/forward'], test: 'chain' },
  'chain-forward-group': { twins: ['chain/forward'], test: 'chain' },
  'chain-levels': { twins: ['chain/forward'], test: 'chain' },
  'chain-backward': { twins: ['chain/backward'], test: 'chain' },
  'chain-backward-group': { twins: ['chain/backward'], test: 'chain' },
  'chain-reduce': { twins: ['chain/backward'], test: 'chain' },
  'chain-joints': { twins: ['chain/forward', 'chain/backward'], test: 'chain-joints' },
  'chain-viterbi': { twins: ['chain/viterbi'], test: 'chain-viterbi' },
  'reduce-lanes': { twins: ['mixture/scatter', 'mixture/moments'], test: 'mixture-accumulate' },
};

describe('a kernel has its twins and its test', () => {
  const stems = readdirSync(join(root, 'shaders'))
    .filter(name => name.endsWith('.wgsl'))
    .map(name => name.replace('.wgsl', ''));

  test.each(stems)('%s', stem => {
    expect(KERNELS, `${stem} needs a row in the table of this test`).toHaveProperty([stem]);
    const { twins, test: file } = KERNELS[stem];
    for (const twin of twins) expect(sources).toContain(`src/backends/cpu/${twin}.ts`);
    expect(filesUnder('test/kernels', '.test.ts')).toContain(`test/kernels/${file}.test.ts`);
  });

  test('no row of the table is without its kernel', () =>
    expect(Object.keys(KERNELS).sort()).toEqual(stems.sort()));
});

test('no file is long enough to be several rooms', () => {
  const long = [...sources, ...filesUnder('shaders', '.wgsl')].filter(
    file => read(file).split('\n').length > 350,
  );
  expect(long).toEqual([]);
});
