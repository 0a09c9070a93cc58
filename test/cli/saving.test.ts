import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { replaceFile } from '../../src/cli/replace-file.js';
import { GaussianMixture } from '../../src/index.js';
import { at, cli, faithful, folder, onCpu, put, run } from './harness.js';

/** Nothing lost: what a command has worked for is saved or printed, whatever happens to its files, readers and itself. */

const two = ['fit', faithful, '--components', '2', ...onCpu];
/** More iterations than there is time for. */
const endless = [...two, '--tol', '0', '--max-iter', '100000000'];
const model = at('model.json');
const modelIn = (text: string) => GaussianMixture.fromJSON(JSON.parse(text));
const temporaries = (path = folder) => readdirSync(path).filter(name => name.endsWith('.tmp'));

/** By the shell: `$0` is Node, `$@` the command and its arguments. */
function shell(script: string, args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn('sh', ['-c', script, process.execPath, cli, ...args]);
  const outcome = { out: '', err: '' };
  child.stdout.on('data', data => {
    outcome.out += data;
  });
  child.stderr.on('data', data => {
    outcome.err += data;
  });
  return new Promise(resolve => child.on('close', code => resolve({ code, ...outcome })));
}

const ended = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: string | null }>(resolve =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  );

beforeAll(async () => {
  expect((await run([...two, '--out', model])).code).toBe(0);
});

describe('a file is replaced all at once', () => {
  test('it keeps its mode, and links still lead to it', () => {
    const target = put('target.txt', 'old');
    chmodSync(target, 0o640);
    const link = at('link.txt');
    symlinkSync('target.txt', link);
    replaceFile(link, () => ['ne', 'w']);
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect(temporaries()).toEqual([]);
  });

  test('a link that leads nowhere yet gets its file', () => {
    symlinkSync('later.txt', at('ahead.txt'));
    replaceFile(at('ahead.txt'), () => ['here']);
    expect(readFileSync(at('later.txt'), 'utf8')).toBe('here');
  });

  test('a new file has the mode that the umask gives', () => {
    writeFileSync(at('usual.txt'), '');
    replaceFile(at('fresh.txt'), () => ['x']);
    expect(statSync(at('fresh.txt')).mode).toBe(statSync(at('usual.txt')).mode);
  });

  test('until the new content is whole the old one stands', () => {
    const file = put('kept.txt', 'old');
    const breaking = function* () {
      yield 'ne';
      expect(readFileSync(file, 'utf8')).toBe('old');
      throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    };
    expect(() => replaceFile(file, breaking)).toThrow(`${file} cannot be written: the disk is full.`);
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(temporaries()).toEqual([]);
  });

  test('names as long as the system takes can be written', () => {
    const file = at('n'.repeat(255));
    replaceFile(file, () => ['x']);
    expect(readFileSync(file, 'utf8')).toBe('x');
    unlinkSync(file);
  });

  test.runIf(process.platform === 'linux')('a pipe and a device are written to as they are', async () => {
    const fifo = at('pipe');
    const { out } = await shell(
      `mkfifo ${fifo}; cat ${fifo} & "$0" "$@" --out ${fifo} 2>/dev/null >&2; wait`,
      two,
    );
    expect(modelIn(out).nComponents).toBe(2);
    expect(statSync(fifo).isFIFO()).toBe(true);
    const { code } = await shell('"$0" "$@" --out /dev/null', two);
    expect(code).toBe(0);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test.runIf(process.platform === 'linux')('/dev/stdout is stdout, once', async () => {
    const file = at('stdout.json');
    const { code, out } = await shell(`"$0" "$@" --out /dev/stdout >${file}; cat ${file}`, two);
    expect(code).toBe(0);
    expect(modelIn(out).nComponents).toBe(2);
  });

  test('a mode that forbids writing is respected', async () => {
    const file = put('read-only.json', 'old');
    chmodSync(file, 0o444);
    const { code, stdout, stderr } = await run([...two, '--out', file]);
    if (process.getuid?.() === 0) return expect(code, stderr).toBe(0); // root may write anything
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`error: ${file} cannot be written: permission denied.\n`);
  });
});

/** As on a disk that fills up: no file may grow beyond a few blocks. */
const onFullDisk = (script: string) => `trap '' XFSZ; ulimit -f 1; ${script}`;

describe.runIf(process.platform === 'linux')('a full disk', () => {
  test('prints the model that it cannot save, and keeps the old file', async () => {
    const file = put('old.json', 'old');
    const large = ['fit', faithful, '--components', '40', ...onCpu];
    const { code, out, err } = await shell(onFullDisk(`"$0" "$@" --out ${file}`), large);
    expect(code).toBe(1);
    expect(modelIn(out).nComponents).toBe(40);
    expect(err.split('\n').at(-2)).toMatch(
      /^error: .*old\.json cannot be written: .*\. The result is on stdout instead\.$/,
    );
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(temporaries()).toEqual([]);
  });

  test.each([
    ['predict', [model, faithful, ...onCpu], 'rows.csv', 273],
    ['predict', [model, faithful, '--proba', ...onCpu], 'rows.npy', 273],
    ['sample', [model, '--n', '300'], 'rows.csv', 301],
  ])('prints the rows of %s', async (command, args, name, lines) => {
    const script = onFullDisk(`"$0" "$@" --out ${at(name)}`);
    const { code, out, err } = await shell(script, [command, ...args]);
    if (code === 0) expect(statSync(at(name)).size).toBeLessThanOrEqual(512);
    else {
      expect(code).toBe(1);
      expect(err).toMatch(/cannot be written: .*\. The result is on stdout instead\.\n$/);
      expect(out.trimEnd().split('\n')).toHaveLength(lines);
      expect(existsSync(at(name))).toBe(false);
    }
  });

  test('is said of devices and of stdout, in one line', async () => {
    const device = await shell('"$0" "$@" --out /dev/full', two);
    expect(device.code).toBe(1);
    expect(modelIn(device.out).nComponents).toBe(2);
    expect(device.err).toBe(
      'error: /dev/full cannot be written: the disk is full. The result is on stdout instead.\n',
    );
    for (const args of [two, ['--help'], ['fit', '--help'], ['--version']]) {
      const { code, err } = await shell('"$0" "$@" >/dev/full', args);
      expect([code, err]).toEqual([1, 'error: stdout cannot be written: the disk is full.\n']);
    }
  });
});

describe('readers that have seen enough', () => {
  test('closed stdout and stderr do not stop a fit from being saved', async () => {
    const file = at('unseen.json');
    const args = [cli, ...two, '--tol', '0', '--max-iter', '3000', '--device', 'auto', '--out', file];
    const child = spawn(process.execPath, args);
    child.stdout.destroy();
    child.stderr.once('data', () => child.stderr.destroy());
    expect(await ended(child)).toEqual({ code: 0, signal: null });
    expect(modelIn(readFileSync(file, 'utf8')).fitInfo?.nIter).toBe(3000);
  });

  test.each([
    [['--help'], 'true'],
    [['fit', '--help'], 'true'],
    [['sample', model, '--n', '100000'], 'head -n 1'],
    [[...two, '--json'], 'true'],
    [['fit'], 'true'],
  ])('%j | %s: no stack trace', async (args, reader) => {
    const { out, err } = await shell(`"$0" "$@" | ${reader}`, args);
    expect(out + err).not.toMatch(/EPIPE|node:|\bat /);
  });

  test('2>&1 | head -1', async () => {
    const file = at('piped.json');
    const { out } = await shell(`"$0" "$@" --out ${file} 2>&1 | head -n 1`, [...two.slice(0, -1), 'auto']);
    expect(out.split('\n')).toHaveLength(2);
    expect(modelIn(readFileSync(file, 'utf8')).nComponents).toBe(2);
  });
});

describe.runIf(process.platform !== 'win32')('signals', () => {
  /** Start, and call back when the first iteration is under way. */
  function running(args: string[], then: (child: ChildProcess) => void) {
    const child = spawn(process.execPath, [cli, ...args, '--device', 'auto']);
    let said = '';
    child.stderr.on('data', data => {
      if (said === '') setTimeout(() => then(child), 300);
      said += data;
    });
    return ended(child).then(end => ({ ...end, said }));
  }

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: the last model is saved, though it is sent twice', async (name, exit) => {
    const file = at(`${name}.json`);
    const { code, said } = await running([...endless, '--out', file], child => {
      child.kill(name);
      setTimeout(() => child.kill(name), 5); // as `timeout` and npm do
    });
    expect(said).toMatch(/^note: interrupted after \d+ iterations; this is the last good model\.$/m);
    expect(code).toBe(exit);
    const { fitInfo } = modelIn(readFileSync(file, 'utf8'));
    expect(fitInfo?.stopReason).toBe('aborted');
    expect(fitInfo?.nIter).toBeGreaterThan(0);
  });

  test('a terminal that is closed takes its signal and its streams: the model is saved', async () => {
    const file = at('hung-up.json');
    const { code } = await running([...endless, '--out', file], child => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.kill('SIGHUP');
    });
    expect(code).toBe(129);
    expect(modelIn(readFileSync(file, 'utf8')).fitInfo?.stopReason).toBe('aborted');
  });

  test('before there is work to lose, one signal ends the program', async () => {
    const child = spawn(process.execPath, [cli, 'fit', '-', '--components', '2']);
    setTimeout(() => child.kill('SIGTERM'), 400);
    expect((await ended(child)).signal).toBe('SIGTERM');
  });
});

/**
 * SIGKILL around the moment in which a file is replaced: a few times here, 200 times by `npm run kills`.
 */
describe.runIf(process.platform !== 'win32')('SIGKILL', () => {
  const kills = Number(process.env.KILLS ?? 12);
  const rows = ['sample', model, '--n', '20000', '--seed', '1'];

  test(`${kills} times around the write: the old file or the new one, whole`, {
    timeout: kills * 5000,
  }, async () => {
    const own = at('kills');
    mkdirSync(own);
    const file = join(own, 'draws.csv');
    const begun = performance.now();
    expect((await run([...rows, '--out', file])).code).toBe(0);
    const usual = performance.now() - begun;
    const whole = readFileSync(file, 'utf8');
    let random = 1;
    const uniform = () => {
      random = (random * 48271) % 2147483647;
      return random / 2147483647;
    };
    let killed = 0;
    for (let kill = 0; kill < kills; kill++) {
      writeFileSync(file, 'old');
      const child = spawn(process.execPath, [cli, ...rows, '--out', file], { stdio: 'ignore' });
      const end = ended(child);
      setTimeout(() => child.kill('SIGKILL'), usual * (0.4 + 0.7 * uniform()));
      if ((await end).signal === 'SIGKILL') killed++;
      const content = readFileSync(file, 'utf8');
      expect(content === 'old' || content === whole, `${content.length} characters`).toBe(true);
    }
    expect(killed).toBeGreaterThan(kills / 4);
  });
});
