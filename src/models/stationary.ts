import { InvalidArgumentError } from '../errors.js';
import { linearSolve } from '../numerics/linear-solve.js';

/** How often a step is halved before it is given up. */
const MOST_HALVINGS = 40;

/**
 * [K] δ with δ Γ = δ, from δ (I − Γ + U) = 1 with U all ones (Zucchini, MacDonald & Langrock 2016, §1.3).
 *
 * @throws InvalidArgumentError where there is more than one
 */
export function stationaryDistribution(transitionMatrix: Float64Array): Float64Array {
  const k = Math.sqrt(transitionMatrix.length);
  const found = linearSolve(transpose(system(transitionMatrix, k), k), new Float64Array(k).fill(1));
  if (!found) {
    throw new InvalidArgumentError(
      'The chain has no unique stationary distribution: its states fall into classes that never meet. Try stationary: false, or a transitionMatrix with fewer zeros.',
    );
  }
  const positive = found.map(value => Math.max(0, value));
  const total = positive.reduce((sum, value) => sum + value, 0);
  return positive.map(value => value / total);
}

/**
 * Γ that raises Σ_k n_k log δ_k(Γ) + Σ_jk c_jk log Γ_jk, its start tied to the stationary δ: from Γ along the natural
 * gradient, whose whole step is (c_ij + Γ_ij δ_i (h_j − (Γh)_i)) / Σ_j c_ij with (I − Γ + U) h = n/δ, halved until the
 * sum does not fall. Its second term is how δ follows Γ; without it this is the usual M-step. Zeros stay zeros.
 *
 * @param counts [K, K] c, prior included; rows of zeros leave theirs as they are
 */
export function stationaryStep(
  transitionMatrix: Float64Array,
  initial: Float64Array,
  counts: Float64Array,
): Float64Array {
  const k = initial.length;
  const delta = stationaryDistribution(transitionMatrix);
  const ratios = initial.map((count, state) => (count > 0 ? count / delta[state] : 0));
  const h = linearSolve(system(transitionMatrix, k), ratios);
  if (!h?.every(Number.isFinite)) return transitionMatrix;
  const direction = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    let total = 0;
    let mean = 0;
    for (let j = 0; j < k; j++) {
      total += counts[i * k + j];
      mean += transitionMatrix[i * k + j] * h[j];
    }
    if (!(total > 0)) continue;
    for (let at = i * k, j = 0; j < k; j++, at++) {
      const target = (counts[at] + transitionMatrix[at] * delta[i] * (h[j] - mean)) / total;
      direction[at] = target - transitionMatrix[at];
    }
  }
  const objective = (matrix: Float64Array) =>
    matrix.every(value => value >= 0)
      ? expectedLog(initial, stationaryDistribution(matrix)) + expectedLog(counts, matrix)
      : Number.NEGATIVE_INFINITY;
  const before = objective(transitionMatrix);
  for (let halving = 0, step = 1; halving < MOST_HALVINGS; halving++, step /= 2) {
    const candidate = transitionMatrix.map((value, at) => value + step * direction[at]);
    if (objective(candidate) >= before) return candidate;
  }
  return transitionMatrix;
}

/** Σ c log p, with 0 log 0 = 0. */
export const expectedLog = (counts: Float64Array, probabilities: Float64Array): number =>
  counts.reduce((sum, count, at) => (count > 0 ? sum + count * Math.log(probabilities[at]) : sum), 0);

/** I − Γ + U */
const system = (transitionMatrix: Float64Array, k: number) =>
  transitionMatrix.map((value, at) => (at % (k + 1) === 0 ? 2 : 1) - value);

const transpose = (values: Float64Array, k: number) =>
  values.map((_, at) => values[(at % k) * k + Math.floor(at / k)]);
