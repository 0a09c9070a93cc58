/** webgpu-em: expectation–maximization on the GPU, with a float64 CPU reference. */
export type {
  Backend,
  DeviceMatrix,
  EStepRule,
  Posterior,
  ResponsibilitySource,
  Rows,
} from './backends/backend.js';
export { type Chosen, chooseBackend, type DeviceChoice } from './backends/choose.js';
export { cpu } from './backends/cpu/index.js';
export { type WebGpuBackend, type WebGpuOptions, webgpu } from './backends/webgpu/index.js';
export type { StoppingOptions, StopReason } from './convergence.js';
export { type CsvData, type CsvOptions, parseCsv } from './data/csv.js';
export { type Matrix, matrix } from './data/matrix.js';
export { formatNpy, parseNpy } from './data/npy.js';
export type { Points } from './data/points.js';
export { type EmOptions, em, type Fit, type Progress } from './em.js';
export * from './errors.js';
export {
  type FitInfo,
  type FittedGaussianMixture,
  GaussianMixture,
  type UseOptions,
} from './estimators/gaussian-mixture.js';
export type { FitProgress, GaussianMixtureOptions, Init } from './estimators/options.js';
export type { CovarianceName, CovarianceType } from './families/covariance/covariance-type.js';
export { diag } from './families/covariance/diag.js';
export { full } from './families/covariance/full.js';
export { spherical } from './families/covariance/spherical.js';
export { tied } from './families/covariance/tied.js';
export { type Gaussian, gaussian } from './families/gaussian.js';
export { fromLabels, fromResponsibilities, random } from './init/from-responsibilities.js';
export { type GivenParameters, givenParameters } from './init/given-parameters.js';
export { kMeans } from './init/k-means.js';
export { kMeansPlusPlus } from './init/k-means-plus-plus.js';
export { randomFromData } from './init/random-from-data.js';
export type { Start, StartOptions } from './init/start.js';
export { type Mixture, type MixtureParameters, mixture } from './models/mixture.js';
export type { Model, Note } from './models/model.js';
export type { SampledPoints } from './models/sample.js';
export type { GaussianMixtureJson } from './serialize.js';
export { add, type Statistics, scale } from './statistics.js';
