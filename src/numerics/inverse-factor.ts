import { type BadPivot, evenOrder, factorise, invert, smallestPivot } from './cholesky.js';
import { base64 } from './cholesky-wasm.js';
import { at, triangleLength } from './triangle.js';

/** A place to turn matrices of one order into their inverse Cholesky factors, one after the other. */
export interface InverseFactor {
  /** [D(D+1)/2] put A here; `run` leaves W = L⁻¹, L Lᵀ = A. Valid until another `InverseFactor` is made. */
  readonly triangle: Float64Array;
  /** @returns the pivot that is not positive, if A is not positive definite to working precision */
  run(): BadPivot | undefined;
}

/** Below this order WebAssembly gains too little to be compiled. */
const WASM_ORDER = 16;

/** In WebAssembly where it pays and may be had (a page's security policy can forbid it); the bits are the same. */
export function inverseFactor(d: number): InverseFactor {
  return (d >= WASM_ORDER && wasmInverseFactor(d)) || jsInverseFactor(d);
}

export function jsInverseFactor(d: number): InverseFactor {
  const n = evenOrder(d);
  const even = new Float64Array(triangleLength(n));
  return {
    triangle: even.subarray(0, triangleLength(d)),
    run() {
      setLastRow(even, d);
      const bad = factorise(even, n, smallestPivot(d));
      if (!bad) invert(even, n);
      return bad;
    },
  };
}

export function wasmInverseFactor(d: number): InverseFactor | undefined {
  const wasm = instance();
  if (!wasm) return undefined;
  const n = evenOrder(d);
  const even = memoryOf(wasm, triangleLength(n));
  return {
    triangle: even.subarray(0, triangleLength(d)),
    run() {
      setLastRow(even, d);
      const pivot = wasm.factorise(n, smallestPivot(d));
      if (pivot >= 0) return { pivot, value: even[at(pivot, pivot)] };
      wasm.invert(n);
      return undefined;
    },
  };
}

/** The row of the identity that makes an odd order even. */
function setLastRow(even: Float64Array, d: number): void {
  if (evenOrder(d) === d) return;
  even.fill(0, triangleLength(d));
  even[even.length - 1] = 1;
}

/** What assembly/cholesky.ts exports. */
interface CholeskyExports {
  readonly memory: WebAssembly.Memory;
  /** @returns the failing pivot, whose value lies on the diagonal then, or −1 */
  factorise(n: number, smallest: number): number;
  invert(n: number): void;
}

let compiled: CholeskyExports | null | undefined;

function instance(): CholeskyExports | null {
  if (compiled !== undefined) return compiled;
  try {
    const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    compiled = exports as unknown as CholeskyExports;
  } catch {
    compiled = null; // forbidden here, or no SIMD
  }
  return compiled;
}

const PAGE_BYTES = 65_536;

function memoryOf({ memory }: CholeskyExports, length: number): Float64Array {
  const missing = 8 * length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  return new Float64Array(memory.buffer, 0, length);
}
