import { createInterface } from 'node:readline';
import { LOCAL_PEERS } from '../peers/local.js';
import { readFloats } from './data-file.js';
import { answer, type FiledProblem } from './protocol.js';

/** Be a peer for another process: one JSON request a line on stdin, one answer a line on stdout. */
export async function servePeer(name: keyof typeof LOCAL_PEERS): Promise<never> {
  console.log = console.error; // what packages print must not come between the answers
  console.info = console.error;
  const peer = LOCAL_PEERS[name]();
  for await (const line of createInterface({ input: process.stdin })) {
    const said = await answer(peer, JSON.parse(line), problem => {
      const { shape, start, file } = problem as FiledProblem;
      return { shape, start, data: readFloats(file) };
    });
    process.stdout.write(`${JSON.stringify(said)}\n`);
  }
  process.exit(0);
}
