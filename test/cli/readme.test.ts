import { spawnSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { at, cli, folder, inRepository } from './harness.js';

/** The sessions in README.md, in its order: commands print what it shows. */

const sessions = [...readFileSync(inRepository('README.md'), 'utf8').matchAll(/^```\n(\$ [\s\S]*?)^```/gm)]
  .flatMap(([, session]) => session.split(/^\$ /m).slice(1))
  .map(shown => {
    const [command, ...lines] = shown.trimEnd().split('\n');
    return { command, printed: lines };
  });

symlinkSync(inRepository('test'), at('test'));
const shell = `webgpu-em() { "${process.execPath}" "${cli}" "$@"; }\n`;

test('there are some', () => expect(sessions.length).toBeGreaterThan(5));

describe.runIf(process.platform !== 'win32')('$', () => {
  test.each(sessions)('$command', ({ command, printed }) => {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', shell + command], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const isNote = (line: string) => line.startsWith('note: ');
    expect(stdout.trimEnd().split('\n')).toEqual(printed.filter(line => !isNote(line)));
    for (const note of printed.filter(isNote)) expect(stderr).toContain(note);
  });
});
