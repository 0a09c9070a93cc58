import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { AbsentError, type Peer } from '../peers/peer.js';
import { REG_COVAR } from '../problem.js';
import { type Answer, type FiledProblem, type Method, resultOf } from './protocol.js';

/** An answer that takes longer is not coming. */
const PATIENCE_MS = 15 * 60_000;
/** Drivers may hang on the way out. */
const GRACE_MS = 5_000;

/**
 * A peer in a process of its own, so that one that crashes, or takes all memory, takes no other with it.
 *
 * @param command program and arguments
 * @param file where the data of the current problem lie
 */
export function processPeer([program, ...args]: readonly string[], file: string): Peer {
  let child: ChildProcessWithoutNullStreams | undefined;
  let answers: AsyncIterator<string>;
  let said = '';
  let closed: Promise<unknown>;

  const start = () => {
    said = '';
    child = spawn(program, args, { stdio: 'pipe' });
    child.on('error', error => {
      said += error.message; // such as a program that is not there; the end of stdout follows
    });
    closed = new Promise(resolve => child?.once('close', resolve));
    child.stdin.on('error', () => {}); // it may end before it has read all
    child.stderr.on('data', data => {
      said = (said + data).slice(-2000);
    });
    answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  };

  const call = async (method: Method, ...given: unknown[]): Promise<unknown> => {
    if (!child) start();
    const running = child as ChildProcessWithoutNullStreams;
    running.stdin.write(`${JSON.stringify({ method, arguments: given })}\n`);
    const impatience = setTimeout(() => running.kill('SIGKILL'), PATIENCE_MS);
    let { value, done } = await answers.next();
    while (!done && !value.startsWith('{')) {
      said += `\n${value}`; // drivers, too, write to stdout
      ({ value, done } = await answers.next());
    }
    clearTimeout(impatience);
    if (!done) return resultOf(JSON.parse(value) as Answer);
    child = undefined;
    await closed;
    throw new Error(`its process ended${ending(running, said)}`);
  };

  return {
    async open() {
      try {
        return (await call('open')) as Awaited<ReturnType<Peer['open']>>;
      } catch (error) {
        throw said.includes('ENOENT') ? new AbsentError(`${program} is not installed`) : error;
      }
    },
    async load({ shape, start }) {
      if (!child) await call('open'); // it ended at an earlier problem
      const problem: FiledProblem = { shape, start, file, regCovar: REG_COVAR };
      return (await call('load', problem)) as Awaited<ReturnType<Peer['load']>>;
    },
    run: async iterations => (await call('run', iterations)) as Awaited<ReturnType<Peer['run']>>,
    async unload() {
      if (child) await call('unload');
    },
    async close() {
      const ending = child;
      if (!ending || ending.exitCode !== null) return;
      const force = setTimeout(() => ending.kill('SIGKILL'), GRACE_MS);
      ending.stdin.end();
      await closed;
      clearTimeout(force);
    },
  };
}

function ending({ exitCode, signalCode }: ChildProcessWithoutNullStreams, said: string): string {
  const code = signalCode ?? (exitCode === null ? undefined : `exit code ${exitCode}`);
  const last = said.trim().split('\n').at(-1);
  return [code && ` (${code})`, last && `: ${last}`].filter(Boolean).join('');
}
