import { wgsl } from 'wgsl-preprocessor/wgsl-preprocessor.js';
import { unroll } from './unroll.js';

export interface ShaderOptions {
  /** Optional features of WGSL to enable. */
  features?: readonly string[];
  /** `#include name` → the text it stands for (which may include others). */
  includes: Record<string, string>;
  /** `#if NAME` and `#elif NAME`, or `!NAME`. */
  flags?: Record<string, boolean>;
  /** `const NAME = 3u;` at the head of the shader, and names in `#for` loops. */
  constants?: Record<string, number>;
}

const DIRECTIVE = /^[ \t]*#(if|elif)[ \t]+(!?)(\w+)[ \t]*$/m;

/** A .wgsl file as the compiler takes it: includes expanded, branches chosen, loops unrolled, constants declared. */
export function expandShader(
  source: string,
  { features = [], includes, flags = {}, constants = {} }: ShaderOptions,
): string {
  const expanded = expandIncludes(source, includes);
  const strings: string[] = [];
  const values: boolean[] = [];
  let rest = expanded;
  for (let match = DIRECTIVE.exec(rest); match; match = DIRECTIVE.exec(rest)) {
    const [directive, word, negation, name] = match;
    if (!(name in flags)) throw new Error(`Shader flag ${name} is not given.`);
    strings.push(`${rest.slice(0, match.index)}#${word} `);
    values.push(negation ? !flags[name] : flags[name]);
    rest = rest.slice(match.index + directive.length);
  }
  const declarations = Object.entries(constants).map(([name, value]) => `const ${name} = ${value}u;\n`);
  const enabled = features.map(feature => `enable ${feature};\n`);
  return [...enabled, ...declarations, unroll(wgsl([...strings, rest], ...values), constants)].join('');
}

function expandIncludes(source: string, includes: Record<string, string>): string {
  return source.replace(/^[ \t]*#include (\S+)$/gm, (_, name: string) => {
    if (!(name in includes)) throw new Error(`Shader include ${name} is not given.`);
    return expandIncludes(includes[name], includes);
  });
}

/** The parts of a file that `#section name` lines divide, by name. */
export function sections(source: string): Record<string, string> {
  const [, ...parts] = source.split(/^#section /m);
  return Object.fromEntries(
    parts.map(part => {
      const end = part.indexOf('\n');
      return [part.slice(0, end).trim(), part.slice(end + 1)];
    }),
  );
}
