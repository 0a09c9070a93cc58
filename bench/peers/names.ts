export const PEER_NAMES = ['webgpu', 'cpu', 'sklearn', 'tfjs-webgpu', 'tfjs-wasm', 'npm'] as const;

export type PeerName = (typeof PEER_NAMES)[number];

/** How each is called in reports. */
export const PEER_TITLES: Record<PeerName, string> = {
  webgpu: 'webgpu-em, WebGPU',
  cpu: 'webgpu-em, CPU',
  sklearn: 'scikit-learn',
  'tfjs-webgpu': 'TensorFlow.js, WebGPU',
  'tfjs-wasm': 'TensorFlow.js, WASM',
  npm: 'gaussian-mixture-model (npm)',
};
