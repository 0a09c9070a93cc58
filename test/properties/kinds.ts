import { bayesianMixtures } from './bayesian.js';
import { chains } from './chains.js';
import { countMixtures } from './counts.js';
import { gaussianMixtures } from './gaussian.js';
import { kMeans } from './k-means.js';
import type { PropertyModel } from './property.js';
import { rules } from './rules.js';
import { topics } from './topics.js';

export const MODELS = [
  gaussianMixtures,
  kMeans,
  countMixtures,
  bayesianMixtures,
  topics,
  chains,
  rules,
] as readonly PropertyModel[];
