/**
 * Loops that the shader's author has written out by the machine: sizes of function-space arrays must be literals in
 * WGSL, and values that stay in registers need names. Between `#for i in 0..D` and `#end`, `${i}` stands for 0, 1, …,
 * D − 1; loops nest, bounds and `${…}` are integer expressions of constants and loop variables.
 */
export function unroll(source: string, constants: Record<string, number>): string {
  return unrollLines(source.split('\n'), constants).join('\n');
}

const FOR = /^\s*#for (\w+) in (.+?)\.\.(.+)$/;
const END = /^\s*#end$/;

function unrollLines(lines: string[], scope: Record<string, number>): string[] {
  const result: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const loop = FOR.exec(lines[i]);
    if (!loop) {
      result.push(substitute(lines[i], scope));
      continue;
    }
    const end = matchingEnd(lines, i);
    const body = lines.slice(i + 1, end);
    const [, name, first, last] = loop;
    for (let value = evaluate(first, scope); value < evaluate(last, scope); value++) {
      for (const line of unrollLines(body, { ...scope, [name]: value })) result.push(line);
    }
    i = end;
  }
  return result;
}

function matchingEnd(lines: string[], start: number): number {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    if (FOR.test(lines[i])) depth++;
    else if (END.test(lines[i]) && --depth === 0) return i;
  }
  throw new Error(`Shader loop without #end: ${lines[start]}`);
}

const substitute = (line: string, scope: Record<string, number>) =>
  line.includes('${')
    ? line.replace(/\$\{([^}]+)\}/g, (_, expression: string) => String(evaluate(expression, scope)))
    : line;

/** Integers, names, + − * / (rounding down) and parentheses. */
function evaluate(expression: string, scope: Record<string, number>): number {
  const tokens = expression.match(/\d+|\w+|[-+*/()]/g) ?? [];
  let position = 0;

  function factor(): number {
    const token = tokens[position++];
    if (token === '(') {
      const value = sum();
      position++; // the closing parenthesis
      return value;
    }
    const value = /^\d/.test(token) ? Number(token) : scope[token];
    if (value === undefined) throw new Error(`Unknown name ${token} in shader expression ${expression}.`);
    return value;
  }

  function product(): number {
    let value = factor();
    while (tokens[position] === '*' || tokens[position] === '/') {
      value = tokens[position++] === '*' ? value * factor() : Math.floor(value / factor());
    }
    return value;
  }

  function sum(): number {
    let value = product();
    while (tokens[position] === '+' || tokens[position] === '-') {
      value += tokens[position++] === '+' ? product() : -product();
    }
    return value;
  }

  return sum();
}
