import { constants } from 'node:os';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Milliseconds in which a second signal is an echo: npm, `timeout` and shells pass on what a whole group has got. */
const ECHO = 500;

/**
 * Run `work`, which ends early, and in order, when its signal is raised: by Ctrl-C, SIGTERM or SIGHUP. From the first of
 * them on the program is to end with 128 + its number, and a later one ends it at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let raised: number | undefined;
  const listen = (name: NodeJS.Signals) => {
    if (raised !== undefined && performance.now() - raised > ECHO) return endBy(name);
    if (raised !== undefined) return;
    raised = performance.now();
    process.exitCode = 128 + constants.signals[name];
    controller.abort();
  };
  for (const name of ENDING) process.on(name, listen);
  try {
    return await work(controller.signal);
  } finally {
    // Once raised it stays: what was interrupted is still to be printed.
    if (raised === undefined) for (const name of ENDING) process.off(name, listen);
  }
}

function endBy(name: NodeJS.Signals): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
