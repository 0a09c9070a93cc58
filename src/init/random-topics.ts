import type { LatentDirichlet, TopicParameters } from '../models/latent-dirichlet.js';
import { createRng, type Rng } from '../numerics/rng.js';

/** Near 1 and all different, as scikit-learn begins: mean 1, standard deviation 0.1. */
const SHAPE = 100;

/** λ drawn from Gamma(100, 1/100). One seed gives one start. */
export function randomTopics(model: LatentDirichlet, vocabulary: number, seed = 0): TopicParameters {
  const rng = createRng(seed);
  const draw = () => gammaVariate(SHAPE, rng) / SHAPE;
  return { components: Float64Array.from({ length: model.nComponents * vocabulary }, draw) };
}

/** Gamma(shape, 1) for shape ≥ 1 (Marsaglia & Tsang, ACM TOMS 26 (2000) 363–372). */
export function gammaVariate(shape: number, rng: Rng): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}
