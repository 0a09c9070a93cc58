import type { Chain } from '../../../contract/chains.js';
import { paddedComponents } from '../mixture/geometry.js';

/** As in shaders/include/chain.wgsl and chain-end.wgsl. */
const LOG_ZERO = -1e30;
const LEAST_SUM = 2 ** -64;
const SMALLEST_TRANSITION = 2 ** -100;
/** A product of a smaller Γ_jk and a state that is no logarithm may underflow. */
const SMALL_TRANSITION = 2 ** -26;

/** Words of `Transitions`: δ, Γ by rows and by columns, log2 Γ, and a flag in a vec4. */
export const transitionsLength = (nStates: number): number => {
  const padded = paddedComponents(nStates);
  return padded + 3 * padded * padded + 4;
};

export function packTransitions({ logInitial, logTransition }: Chain): Float32Array<ArrayBuffer> {
  const k = logInitial.length;
  const padded = paddedComponents(k);
  const packed = new Float32Array(transitionsLength(k));
  const square = padded * padded;
  const [initial, forth, columns, logs] = [0, padded, padded + square, padded + 2 * square];
  packed.fill(LOG_ZERO, initial, forth);
  packed.fill(LOG_ZERO, logs, logs + square);
  let hasSmall = false;
  for (let j = 0; j < k; j++) {
    packed[initial + j] = encode(logInitial[j]);
    for (let state = 0; state < k; state++) {
      const value = logTransition[j * k + state];
      const probability = Math.exp(value);
      packed[forth + j * padded + state] = probability;
      packed[columns + state * padded + j] = probability;
      packed[logs + j * padded + state] = base2(value);
      hasSmall ||= value > Number.NEGATIVE_INFINITY && probability < SMALL_TRANSITION;
    }
  }
  new Uint32Array(packed.buffer)[logs + square] = hasSmall ? 1 : 0;
  return packed;
}

const base2 = (logarithm: number) => Math.max(logarithm * Math.LOG2E, LOG_ZERO);

/** Itself, or its base-2 logarithm if it is so small. */
const encode = (logarithm: number) =>
  Math.exp(logarithm) >= LEAST_SUM ? Math.exp(logarithm) : base2(logarithm);

/** Γ_jk as the sums of chain-backward are to be multiplied by it. */
export const transitionFactor = (logarithm: number): number =>
  logarithm === Number.NEGATIVE_INFINITY ? 0 : Math.max(Math.exp(logarithm), SMALLEST_TRANSITION);
