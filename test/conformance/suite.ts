import { bayesianCases } from './bayesian.js';
import type { Case } from './case.js';
import { chainCases } from './chains.js';
import { clusterCases } from './cluster-numbers.js';
import { constantColumnCases } from './constant-columns.js';
import { countCases } from './count-numbers.js';
import { degenerateCases } from './degenerate.js';
import { familyCases } from './families.js';
import { hardCases } from './hard-cases.js';
import { identityCases } from './identities.js';
import { numberCases } from './numbers.js';
import { partCases } from './parts.js';
import { posteriorCases } from './posteriors.js';
import { referenceCases } from './reference.js';
import { roundingCases } from './rounding.js';
import { ruleCases } from './rules.js';
import { startCases } from './starts.js';
import { topicCases } from './topic-numbers.js';
import { weightCases } from './weights.js';

/** One text, run on every backend and every implementation of WebGPU. */
export const cases: readonly Case[] = [
  ...identityCases,
  ...posteriorCases,
  ...referenceCases,
  ...startCases,
  ...degenerateCases,
  ...constantColumnCases,
  ...hardCases,
  ...familyCases,
  ...numberCases,
  ...roundingCases,
  ...countCases,
  ...clusterCases,
  ...topicCases,
  ...ruleCases,
  ...chainCases,
  ...bayesianCases,
  ...weightCases,
  ...partCases,
];
