import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { scripts } from '../package.json';
import { createProgram } from '../src/cli/program.js';
import * as library from '../src/index.js';

/** What README.md and docs/*.md name is there: files, scripts, commands, flags, members. */

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const NOT_OURS = /^(node_modules|dist|coverage|\.git)\b/;

const folders: string[] = [];
const files: string[] = [];
(function walk(folder: string) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = relative('.', join(folder, entry.name)).replaceAll('\\', '/');
    if (NOT_OURS.test(path)) continue;
    if (!entry.isDirectory()) files.push(path);
    else {
      folders.push(`${path}/`);
      walk(path);
    }
  }
})('');

const documents = ['README.md', ...files.filter(file => /^docs\/.*\.md$/.test(file))];
const FENCE = /^```[^\n]*\n([\s\S]*?)^```/gm;
const unique = (names: Iterable<string>) => [...new Set(names)].sort();
const matchesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, found]) => found);

/** Code in the text, code of its own, and links. */
function partsOf(document: string) {
  const text = read(document);
  const prose = text.replace(FENCE, '');
  return {
    text,
    inline: matchesIn(prose, /`([^`\n]+)`/g),
    blocks: matchesIn(text, FENCE),
    links: matchesIn(prose, /\]\(([^)\s]+)\)/g),
  };
}

/** `chain-*.ts` and `<name>.wgsl` stand for names; a document may leave out the folders before a path. */
const isThere = (path: string, among: readonly string[]): boolean => {
  const pattern = path.replace(/[.+]/g, '\\$&').replace(/\*|<\w+>/g, '[^/]+');
  return among.some(file => new RegExp(`(^|/)${pattern}$`).test(file));
};

const FILE = /^[\w.<>*/-]*[\w>*]\.(?:ts|js|cjs|mjs|json|csv|md|wgsl|html|py|png|svg)$/;
/** What the builds make: of entries that their configurations name. */
const BUILT = /^dist\/(?:(\w+)\/)?([\w-]+)\.js$/;

function isBuilt(path: string): boolean {
  const [, folder, name] = BUILT.exec(path) ?? [];
  const config = read(folder ? `${folder}/vite.config.ts` : 'vite.config.ts');
  return new RegExp(`['{ ]${name}'?: (here\\(|')`).test(config);
}

describe.each(documents)('files in %s', document => {
  const { inline, blocks, links } = partsOf(document);

  test('that it links to', () => {
    const targets = links.filter(link => !/^(https?:|#)/.test(link)).map(link => link.replace(/#.*$/, ''));
    const paths = targets.map(target => join(dirname(document), target).replaceAll('\\', '/'));
    expect(paths.filter(path => !files.includes(path) && !folders.includes(`${path}/`))).toEqual([]);
  });

  test('that it names', () => {
    const named = inline.filter(code => FILE.test(code) && !BUILT.test(code));
    expect(unique(named.filter(path => !isThere(path, files)))).toEqual([]);
    const inFolders = inline.filter(word => /^[\w./-]+\/$/.test(word));
    expect(unique(inFolders.filter(path => !isThere(path, folders)))).toEqual([]);
  });

  test('that it runs', () => {
    const words = [...inline, ...blocks].flatMap(code => code.split(/\s+/));
    expect(unique(words.filter(word => BUILT.test(word) && !isBuilt(word)))).toEqual([]);
    const given = words.filter(word => /^(test|docs|bench|demo|assembly)\/.*\.\w+$/.test(word));
    expect(unique(given.filter(path => !isThere(path, files)))).toEqual([]);
  });
});

test.each(documents)('scripts in %s', document => {
  const { inline, blocks } = partsOf(document);
  const code = [...inline, ...blocks].join('\n');
  const names = [...matchesIn(code, /\bnpm run ([\w:-]+)/g), ...matchesIn(code, /\bnpm (start|test)\b/g)];
  expect(unique(names.filter(name => !(name in scripts)))).toEqual([]);
});

const program = createProgram(() => {});
const everyCommand = (function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)];
})(program);
const OF_ALL = ['--help', '--version'];
const flagsOf = (command: Command) => [...OF_ALL, ...command.options.map(({ long }) => long)];

/** What is wrong with a line of arguments; the command is the last that they name. */
function wrongIn(line: string): string[] {
  const args = line.trim().split(/\s+/);
  let command = program;
  while (command.commands.length > 0 && args.length > 0 && !args[0].startsWith('-')) {
    const next = command.commands.find(sub => sub.name() === args[0]);
    if (!next) return [`${command.name()} ${args[0]}`];
    command = next;
    args.shift();
  }
  const flags = args.filter(arg => arg.startsWith('--')).map(flag => flag.replace(/=.*/, ''));
  return flags.filter(flag => !flagsOf(command).includes(flag)).map(flag => `${command.name()} ${flag}`);
}

describe.each(documents)('the command line in %s', document => {
  const { inline, blocks } = partsOf(document);

  test('commands and their flags', () => {
    const code = [...inline, ...blocks.flatMap(block => block.split('\n'))];
    const lines = code.flatMap(line =>
      matchesIn(line, /(?:^|[|&$] ?)(?:webgpu-em|node dist\/cli\.js) ([^|#;&]+)/g),
    );
    expect(unique(lines.flatMap(wrongIn))).toEqual([]);
  });

  test('commands and flags by themselves', () => {
    const flags = inline.flatMap(code => matchesIn(code, /^(--[\w-]+)/g));
    const known = everyCommand.flatMap(flagsOf);
    expect(unique(flags.filter(flag => !known.includes(flag)))).toEqual([]);
  });
});

/** The words of all that is written in code: members, options, kernels. */
const written = new Set(
  files
    .filter(file => /^(src|shaders|demo|bench)\/.*\.(ts|wgsl|html)$/.test(file))
    .flatMap(file => [...read(file).matchAll(/[A-Za-z]\w*/g)].map(([word]) => word)),
);

describe.each(documents)('names in %s', document => {
  const { inline, blocks } = partsOf(document);

  test('members, options and types', () => {
    const words = inline.flatMap(code => code.match(/\b[a-zA-Z]+[a-z][A-Z]\w*/g) ?? []);
    expect(unique(words.filter(word => !written.has(word)))).toEqual([]);
  });

  test('kernels and settings', () => {
    const stems = new Set(files.map(file => file.replace(/^.*\/|\.\w+$/g, '')));
    const values = files
      .filter(file => /^src\/.*\.ts$/.test(file))
      .map(read)
      .join('\n');
    const words = inline
      .filter(code => /^'?[a-z]+(-[a-z]+)+'?$/.test(code))
      .map(code => code.replaceAll("'", ''));
    expect(unique(words.filter(word => !stems.has(word) && !values.includes(`'${word}'`)))).toEqual([]);
  });

  test('what examples import', () => {
    const imports = blocks.flatMap(block => matchesIn(block, /import \{([^}]+)\} from 'webgpu-em'/g));
    const names = imports
      .flatMap(list => list.split(',').map(name => name.trim()))
      .filter(name => name !== '');
    expect(names.filter(name => !(name in library))).toEqual([]);
  });
});
