import { covarianceType } from '../../src/families/covariance/index.js';
import { em, gaussian, type MixtureParameters, mixture, type Rows } from '../../src/index.js';
import type { MixtureModel } from '../../src/models/mixture.js';
import { at, triangleLength } from '../../src/numerics/triangle.js';
import { type Problem, REG_COVAR, type StartValues } from '../problem.js';
import type { Shape } from '../shapes.js';
import { seconds } from '../timing.js';
import type { Run } from './peer.js';

export const modelOf = ({ k, covariance }: Shape): MixtureModel =>
  mixture(gaussian({ covariance: covarianceType(covariance), regCovar: REG_COVAR }), { nComponents: k });

/** The start as this library takes it. */
export function startParameters(model: MixtureModel, { means, variances }: StartValues): MixtureParameters {
  const { nComponents, family } = model;
  const d = variances.length;
  const common = new Float64Array(triangleLength(d));
  variances.forEach((variance, j) => {
    common[at(j, j)] = variance;
  });
  return {
    weights: new Float64Array(nComponents).fill(1 / nComponents),
    means: Float64Array.from(means),
    covariances: family.covariance.repeat(common, nComponents, d),
  };
}

/** em() over resident rows, timed between its E-steps. */
export async function timeEm({ shape, start }: Problem, rows: Rows, iterations: number): Promise<Run> {
  const model = modelOf(shape);
  const marks: number[] = [];
  const { logLikelihood } = await em(model, startParameters(model, start), rows, {
    tol: 0,
    maxIter: iterations,
    onIteration: () => void marks.push(seconds()),
  });
  return { seconds: marks.slice(1).map((mark, i) => mark - marks[i]), logLikelihood };
}
