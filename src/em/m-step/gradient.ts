import { needs } from '../../models/model.js';
import { checkInteger, checkPositive } from '../../numbers.js';
import { checkOptionNames } from '../../option-names.js';
import type { MStepRule } from './rule.js';

export interface GradientOptions {
  /** The first step tried, in units of the gradient of Q per row. Default 1. */
  learningRate?: number;
  /** Gradient steps of one M-step. Default 1. */
  steps?: number;
}

/** How often a step that would lower Q is halved before it is given up. */
const MOST_HALVINGS = 40;
/** Relative distance of the two points of a central difference: the cube root of the unit of rounding. */
const DIFFERENCE = 6e-6;

/**
 * Generalised EM (Dempster, Laird & Rubin 1977, §3): θ climbs Q instead of maximising it, in the model's unbounded
 * coordinates; steps are halved until Q does not fall, so neither does the objective.
 * The gradient is by central differences of Q: two evaluations a parameter, none of them touching the rows. All
 * parameters move, and regCovar is not added.
 *
 * @throws InvalidArgumentError unless learningRate > 0 and steps is an integer ≥ 1
 */
export function gradient(options: GradientOptions = {}): MStepRule {
  checkOptionNames(options, ['learningRate', 'steps'] satisfies (keyof GradientOptions)[]);
  const { learningRate = 1, steps = 1 } = options;
  checkPositive('learningRate', learningRate);
  checkInteger('steps', steps, 1);
  return {
    kind: 'm-step',
    name: 'gradient',
    begin(problem) {
      const { model } = problem;
      const toVector = needs(model, 'toVector', 'the gradient rule');
      const fromVector = needs(model, 'fromVector', 'the gradient rule');
      const expectedLogJoint = needs(problem, 'expectedLogJoint', 'the gradient rule');
      return {
        maximise(statistics, previous) {
          const q = (vector: Float64Array) =>
            expectedLogJoint(statistics, fromVector(vector, previous)) / statistics.mass;
          let vector = toVector(previous);
          for (let step = 0; step < steps; step++) vector = climb(q, vector, learningRate);
          return { parameters: fromVector(vector, previous) };
        },
      };
    },
  };
}

/** One step along the gradient of q, halved until q does not fall; the point itself if none is short enough. */
function climb(
  q: (vector: Float64Array) => number,
  vector: Float64Array,
  learningRate: number,
): Float64Array {
  const slope = centralDifferences(q, vector);
  const before = q(vector);
  for (let halving = 0, rate = learningRate; halving < MOST_HALVINGS; halving++, rate /= 2) {
    const candidate = vector.map((value, i) => value + rate * slope[i]);
    if (q(candidate) >= before) return candidate;
  }
  return vector;
}

function centralDifferences(q: (vector: Float64Array) => number, vector: Float64Array): Float64Array {
  const point = Float64Array.from(vector);
  return vector.map((value, i) => {
    const step = DIFFERENCE * Math.max(1, Math.abs(value));
    point[i] = value + step;
    const above = q(point);
    point[i] = value - step;
    const below = q(point);
    point[i] = value;
    return (above - below) / (2 * step);
  });
}
