import { needs } from '../../models/model.js';
import type { Accelerator } from './accelerator.js';

/** Differences of residuals that are remembered. */
const REMEMBERED = 8;
/** Least share of the largest squared pivot that counts as independent. */
const INDEPENDENT = 1e-12;

/** Of the last steps: M(θ_t), and M(θ_t) − θ_t. */
interface Memory {
  readonly images: readonly Float64Array[];
  readonly residuals: readonly Float64Array[];
}

const NOTHING: Memory = { images: [], residuals: [] };

/**
 * Anderson acceleration of type II (Anderson 1965; DAAREM, Henderson & Varadhan 2019, without its damping): with
 * residuals f_t = M(θ_t) − θ_t of the last steps, the leap is M(θ_t) − Σ γ_j ΔM_j, γ the least squares fit of f_t by
 * the Δf_j, in the model's unbounded coordinates.
 */
export const anderson: Accelerator = {
  kind: 'accelerator',
  name: 'anderson',
  begin(model) {
    const toVector = needs(model, 'toVector', 'Anderson acceleration');
    const fromVector = needs(model, 'fromVector', 'Anderson acceleration');
    return {
      leap(previous, maximised, memory) {
        const { images: earlier, residuals: left } = (memory ?? NOTHING) as Memory;
        const image = toVector(maximised);
        const origin = toVector(previous);
        const images = [...earlier, image].slice(-REMEMBERED - 1);
        const residuals = [...left, image.map((value, i) => value - origin[i])].slice(-REMEMBERED - 1);
        const kept: Memory = { images, residuals };
        if (residuals.length < 2) return { memory: kept };
        const gamma = leastSquares(differences(residuals), residuals[residuals.length - 1]);
        const steps = differences(images);
        const vector = image.map((value, i) =>
          steps.reduce((sum, step, j) => sum - gamma[j] * step[i], value),
        );
        const isSound = vector.every(Number.isFinite);
        return { memory: kept, leap: isSound ? fromVector(vector, maximised) : undefined };
      },
      rejected: () => NOTHING,
    };
  },
};

const differences = (list: readonly Float64Array[]) =>
  list.slice(1).map((vector, t) => vector.map((value, i) => value - list[t][i]));

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** γ that makes |target − Σ γ_j columns_j| smallest, by modified Gram–Schmidt; dependent columns, oldest last, get 0. */
function leastSquares(columns: readonly Float64Array[], target: Float64Array): number[] {
  const newestFirst = [...columns].reverse();
  const basis: { vector: Float64Array; combination: number[] }[] = [];
  newestFirst.forEach((column, j) => {
    const size = dot(column, column);
    let vector = column;
    let combination: number[] = newestFirst.map((_, i) => (i === j ? 1 : 0));
    for (const other of basis) {
      const share = dot(vector, other.vector);
      vector = vector.map((value, i) => value - share * other.vector[i]);
      combination = combination.map((value, i) => value - share * other.combination[i]);
    }
    const left = dot(vector, vector);
    if (!(left > INDEPENDENT * size)) return;
    const scale = 1 / Math.sqrt(left);
    basis.push({
      vector: vector.map(value => scale * value),
      combination: combination.map(value => scale * value),
    });
  });
  const gamma = newestFirst.map((_, i) =>
    basis.reduce((sum, { vector, combination }) => sum + dot(vector, target) * combination[i], 0),
  );
  return gamma.reverse();
}
