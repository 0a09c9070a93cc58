import type { Posterior, PosteriorOptions } from '../../../contract/posterior.js';
import type { Chunk } from '../rows/chunks.js';
import type { Workspace } from './workspace.js';

/** log₂ of a responsibility of 0: exp2 of it is 0 in float32. */
const LOG2_NOTHING = -300;

/** As in shaders/include/logits.wgsl. */
const logitAt = (i: number, k: number, stride: number) => 4 * ((k >> 2) * stride + i) + (k & 3);

/** [count, K] responsibilities to base-2 logits in quads, [⌈K / 4⌉, stride, 4]. */
export function transposeLogits(
  r: Float64Array,
  nComponents: number,
  stride: number,
  logits: Float32Array,
): void {
  for (let i = 0, at = 0; at < r.length; i++) {
    for (let k = 0; k < nComponents; k++, at++) {
      logits[logitAt(i, k, stride)] = Math.max(Math.log2(r[at]), LOG2_NOTHING);
    }
  }
}

/** Base-2 logits in quads, [⌈K / 4⌉, stride, 4], to [count, K] responsibilities and their logarithms, normalised in float64. */
function softmax(logits: Float32Array, nComponents: number, stride: number, count: number) {
  const r = new Float64Array(count * nComponents);
  const logs = new Float64Array(count * nComponents);
  for (let i = 0; i < count; i++) {
    const row = r.subarray(i * nComponents, (i + 1) * nComponents);
    for (let k = 0; k < nComponents; k++) row[k] = logits[logitAt(i, k, stride)];
    const largest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let k = 0; k < nComponents; k++) {
      row[k] = 2 ** (row[k] - largest);
      sum += row[k];
    }
    const logNorm = largest + Math.log2(sum);
    for (let k = 0; k < nComponents; k++) {
      row[k] /= sum;
      logs[i * nComponents + k] = (logits[logitAt(i, k, stride)] - logNorm) * Math.LN2;
    }
  }
  return { responsibilities: r, logResponsibilities: logs };
}

/** What posterior kernels leave of a chunk. */
interface Left {
  readonly peaks: Float32Array;
  readonly shares: Float32Array;
  readonly labels: Uint32Array;
  readonly logits: Float32Array;
}

/** In nats, with the constant that the device left out. */
export function posteriorFrom(
  { peaks, shares, labels, logits }: Left,
  { rowBegin: begin, count }: Chunk,
  constant: number,
  { shape, geometry }: Pick<Workspace, 'shape' | 'geometry'>,
  { responsibilities = false, assignment = 'exact' }: PosteriorOptions,
): Posterior {
  const logDensities = Float64Array.from(
    { length: count },
    (_, i) => (peaks[i] - (assignment === 'hard' ? 0 : Math.log2(shares[i]))) * Math.LN2 + constant,
  );
  const posterior = { begin, labels: labels.slice(0, count), logDensities };
  if (!responsibilities) return posterior;
  return { ...posterior, ...softmax(logits, shape.nComponents, geometry.chunkRows, count) };
}
