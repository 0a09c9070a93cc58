import type { PeerName } from './names.js';
import { npmPeer } from './npm.js';
import type { Peer } from './peer.js';
import { tfjsWasmPeer, tfjsWebgpuPeer } from './tfjs.js';
import { cpuPeer, webgpuPeer } from './webgpu-em.js';

/** Peers that run where this code runs; scikit-learn never does. */
export const LOCAL_PEERS: Record<Exclude<PeerName, 'sklearn'>, () => Peer> = {
  webgpu: webgpuPeer,
  cpu: cpuPeer,
  'tfjs-webgpu': tfjsWebgpuPeer,
  'tfjs-wasm': tfjsWasmPeer,
  npm: npmPeer,
};
