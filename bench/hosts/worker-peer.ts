import type { LOCAL_PEERS } from '../peers/local.js';
import type { Peer } from '../peers/peer.js';
import { type Answer, type Method, resultOf } from './protocol.js';

/** A peer in a worker of its own: the page stays alive, and memory goes back with the worker. */
export function workerPeer(name: keyof typeof LOCAL_PEERS): Peer {
  const worker = new Worker(new URL('./serve-worker.ts', import.meta.url), { type: 'module', name });
  const call = (method: Method, ...given: unknown[]) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        try {
          resolve(resultOf(data));
        } catch (error) {
          reject(error);
        }
      };
      worker.onerror = ({ message }) => reject(new Error(message || 'its worker did not load'));
      worker.postMessage({ method, arguments: given });
    });
  return {
    open: async () => (await call('open')) as Awaited<ReturnType<Peer['open']>>,
    load: async problem => (await call('load', problem)) as Awaited<ReturnType<Peer['load']>>,
    run: async iterations => (await call('run', iterations)) as Awaited<ReturnType<Peer['run']>>,
    unload: async () => void (await call('unload')),
    close: async () => worker.terminate(),
  };
}
