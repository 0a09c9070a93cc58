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

/** What models and backends alike are made of. */
const COMPUTES = [
  'errors.ts',
  'numerics/',
  'statistics.ts',
  'data/',
  'families/',
  'models/',
  'backends/backend.ts',
  'backends/topic-backend.ts',
  'backends/chain-backend.ts',
];

/** What a room's files may import; rooms are folders of src/, or files of it. */
const MAY_IMPORT: Record<string, string[]> = {
  'errors.ts': [],
  'quote.ts': [],
  'option-names.ts': ['errors.ts'],
  'numbers.ts': ['errors.ts'],
  'numerics/': ['errors.ts', 'numerics/'],
  'statistics.ts': ['numerics/triangle.ts'],
  'selection.ts': [],
  'convergence.ts': ['errors.ts'],
  'families/': ['errors.ts', 'numerics/', 'statistics.ts', 'families/'],
  'data/matrix.ts': ['errors.ts'],
  'data/columns.ts': ['data/'],
  'data/csv': ['errors.ts', 'data/'],
  'data/text.ts': ['errors.ts'],
  'data/npy': ['errors.ts', 'data/'],
  'data/points.ts': ['errors.ts', 'data/', 'families/family.ts', 'backends/backend.ts'],
  'models/': COMPUTES,
  'data/one-hot.ts': ['errors.ts', 'data/'],
  'data/sequences.ts': ['errors.ts', 'data/'],
  'data/sparse-counts.ts': ['errors.ts', 'data/'],
  'data/table.ts': ['errors.ts'],
  'backends/backend.ts': [
    'data/',
    'families/family.ts',
    'models/',
    'statistics.ts',
    'backends/topic-backend.ts',
    'backends/chain-backend.ts',
  ],
  'backends/topic-backend.ts': ['data/', 'models/', 'statistics.ts', 'backends/backend.ts'],
  'backends/chain-backend.ts': ['models/', 'statistics.ts', 'backends/backend.ts'],
  'backends/cpu/': [...COMPUTES, 'backends/checks.ts', 'backends/cpu/'],
  'backends/webgpu/': [...COMPUTES, 'backends/checks.ts', 'backends/cpu/', 'backends/webgpu/'],
  'backends/sum-of-tables.ts': ['data/', 'errors.ts', 'statistics.ts', 'models/', 'backends/'],
  'backends/checks.ts': ['errors.ts', 'statistics.ts', 'families/', 'models/', 'backends/backend.ts'],
  'backends/choose.ts': ['errors.ts', 'backends/'],
  'monotonicity.ts': ['errors.ts', 'statistics.ts', 'models/model.ts', 'backends/backend.ts'],
  'e-step/': [
    'errors.ts',
    'statistics.ts',
    'models/',
    'backends/backend.ts',
    'backends/topic-backend.ts',
    'e-step/',
  ],
  'm-step/': ['errors.ts', 'statistics.ts', 'models/', 'backends/backend.ts', 'm-step/'],
  'acceleration/': ['models/model.ts', 'acceleration/'],
  'online.ts': ['errors.ts', 'statistics.ts', 'e-step/', 'm-step/', 'models/model.ts', 'backends/backend.ts'],
  'fit.ts': ['acceleration/', 'e-step/', 'm-step/', 'convergence.ts', 'models/model.ts'],
  'in-float64.ts': ['errors.ts', 'backends/backend.ts'],
  'em.ts': [
    'alternation.ts',
    'in-float64.ts',
    'fit.ts',
    'e-step/',
    'errors.ts',
    'models/model.ts',
    'backends/backend.ts',
  ],
  'alternation.ts': [
    'fit.ts',
    'acceleration/',
    'e-step/',
    'm-step/',
    'errors.ts',
    'statistics.ts',
    'convergence.ts',
    'monotonicity.ts',
    'models/model.ts',
    'backends/backend.ts',
  ],
  'init/': [
    'statistics.ts',
    'errors.ts',
    'numerics/',
    'data/',
    'families/',
    'models/',
    'backends/backend.ts',
    'backends/cpu/',
    'e-step/',
    'em.ts',
    'fit.ts',
    'init/',
  ],
  'serialize.ts': ['errors.ts', 'convergence.ts', 'families/', 'models/', 'init/'],
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
      path => ![...EVERYWHERE, ...MAY_IMPORT[room!]].some(allowed => path.startsWith(allowed)),
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
  test.each(['em.ts', 'alternation.ts'])('%s names neither D, K nor N', file =>
    expect(code(`src/${file}`)).not.toMatch(/nFeatures|nComponents|\bshape\b/),
  );
  test('wgsl-preprocessor behind one module', () =>
    expect(naming(/wgsl-preprocessor\//, /webgpu\/(shader|wgsl-preprocessor\.d)\.ts$/)).toEqual([]));
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
    twins: ['mixture-posterior', 'mixture-scatter', 'mixture-moments'],
    test: 'mixture-strip',
  },
  'mixture-logits': { twins: ['mixture-posterior'], test: 'mixture-logits' },
  'mixture-logits-tiled': { twins: ['mixture-posterior'], test: 'mixture-logits-tiled' },
  'mixture-normalise': { twins: ['mixture-posterior'], test: 'mixture-logits' },
  'mixture-accumulate': { twins: ['mixture-scatter', 'mixture-moments'], test: 'mixture-accumulate' },
  'mixture-scatter': { twins: ['mixture-scatter'], test: 'mixture-scatter' },
  'lda-documents': { twins: ['lda-documents'], test: 'lda' },
  'lda-statistics': { twins: ['lda-statistics'], test: 'lda' },
  'lda-bound': { twins: ['lda-documents'], test: 'lda' },
  'chain-forward': { twins: ['chain-forward'], test: 'chain' },
  'chain-forward-group': { twins: ['chain-forward'], test: 'chain' },
  'chain-levels': { twins: ['chain-forward'], test: 'chain' },
  'chain-backward': { twins: ['chain-backward'], test: 'chain' },
  'chain-backward-group': { twins: ['chain-backward'], test: 'chain' },
  'chain-reduce': { twins: ['chain-backward'], test: 'chain' },
  'chain-joints': { twins: ['chain-forward', 'chain-backward'], test: 'chain-joints' },
  'chain-viterbi': { twins: ['chain-viterbi'], test: 'chain-viterbi' },
  'reduce-lanes': { twins: ['mixture-scatter', 'mixture-moments'], test: 'mixture-accumulate' },
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
