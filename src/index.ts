/** webgpu-em: expectation–maximization on the GPU, with a float64 CPU reference. */

export { type Chosen, chooseBackend, type DeviceChoice } from './backends/choose.js';
export { cpu } from './backends/cpu/index.js';
export { sumOfTables } from './backends/sum-of-tables.js';
export { type WebGpuBackend, type WebGpuOptions, webgpu } from './backends/webgpu/index.js';
export type { TuningOptions, TuningStore } from './backends/webgpu/mixture/tuner.js';
export type { Chain, ChainWalks, Sequences, StateRun } from './contract/chains.js';
export type { Assignment, Block, Draws, EStepOptions } from './contract/e-step.js';
export type { Posterior, ResponsibilitySource } from './contract/posterior.js';
export {
  add,
  type ChainSums,
  type Moments,
  recentre,
  type Statistics,
  scale,
} from './contract/statistics.js';
export type {
  Backend,
  ResidentCounts,
  Rows,
} from './contract/table.js';
export type {
  DocumentOptions,
  DocumentSettings,
  DocumentState,
  DocumentTopics,
  TopicStatistics,
} from './contract/topics.js';
export { type CsvData, type CsvOptions, type CsvSequences, type CsvText, parseCsv } from './data/csv.js';
export type { DeviceMatrix } from './data/matrix.js';
export { type Matrix, matrix } from './data/matrix.js';
export { formatNpy, parseNpy } from './data/npy.js';
export type { CheckedCounts, Counts, DenseCounts, SparseCounts } from './data/sparse-counts.js';
export { decompressed, textOf } from './data/text.js';
export type { Acceleration, Accelerator, Beyond } from './em/acceleration/accelerator.js';
export { anderson } from './em/acceleration/anderson.js';
export { squarem } from './em/acceleration/squarem.js';
export type { StoppingOptions, StopReason } from './em/convergence.js';
export { constrained } from './em/e-step/constrained.js';
export type { Constraints } from './em/e-step/constraints.js';
export { exact } from './em/e-step/exact.js';
export { factorised } from './em/e-step/factorised.js';
export { hard } from './em/e-step/hard.js';
export type { Ledger } from './em/e-step/ledger.js';
export { type PartialOptions, partial } from './em/e-step/partial.js';
export type { EStep, EStepRule, EStepStatistics } from './em/e-step/rule.js';
export { type SampledOptions, sampled } from './em/e-step/sampled.js';
export { type StepSize, type StepwiseOptions, stepwise } from './em/e-step/stepwise.js';
export { tempered } from './em/e-step/tempered.js';
export { em } from './em/em.js';
export type { EmOptions, Fit, Progress, Rank, Standing } from './em/fit.js';
export { type GradientOptions, gradient } from './em/m-step/gradient.js';
export { type MaximumAPosterioriOptions, maximumAPosteriori } from './em/m-step/maximum-a-posteriori.js';
export { maximumLikelihood } from './em/m-step/maximum-likelihood.js';
export type { MStep, MStepOptions, MStepRule } from './em/m-step/rule.js';
export { OnlineEm, type OnlineOptions, type OnlineProgress } from './em/online.js';
export * from './errors.js';
export {
  type BayesianFitInfo,
  BayesianGaussianMixture,
  type FittedBayesianGaussianMixture,
} from './estimators/bayesian-gaussian-mixture.js';
export type { BayesianGaussianMixtureJson, GivenPosterior } from './estimators/bayesian-json.js';
export type { BayesianFitProgress, BayesianGaussianMixtureOptions } from './estimators/bayesian-options.js';
export type { FamilyName, FamilySettings } from './estimators/count-family.js';
export type { FitInfo } from './estimators/fitted-mixture.js';
export type { RanOn, RunInfo, StartInfo } from './estimators/fitting.js';
export { type FittedGaussianMixture, GaussianMixture } from './estimators/gaussian-mixture.js';
export type { GaussianMixtureJson } from './estimators/gaussian-mixture-json.js';
export type { EmissionName } from './estimators/hidden-markov-emission.js';
export type { ChainFilter, Filtered, Forecast } from './estimators/hidden-markov-filter.js';
export type { HiddenMarkovModelJson } from './estimators/hidden-markov-json.js';
export {
  type DecodeOptions,
  type FittedHiddenMarkovModel,
  HiddenMarkovModel,
} from './estimators/hidden-markov-model.js';
export type {
  HiddenMarkovModelOptions,
  HiddenMarkovPriors,
  HiddenMarkovProgress,
} from './estimators/hidden-markov-options.js';
export type { SequenceUseOptions } from './estimators/hidden-markov-use.js';
export {
  type FittedKMeans,
  KMeans,
  type KMeansInfo,
  type KMeansOptions,
  type KMeansProgress,
} from './estimators/k-means.js';
export type { KMeansJson } from './estimators/k-means-json.js';
export {
  LatentDirichletAllocation,
  type PartialFitOptions,
  type TopicFitInfo,
  type TopicUseOptions,
} from './estimators/latent-dirichlet-allocation.js';
export type { LatentDirichletAllocationJson } from './estimators/latent-dirichlet-json.js';
export type {
  GivenTopics,
  LatentDirichletAllocationOptions,
  LearningMethod,
  TopicProgress,
  TopicSettings,
} from './estimators/latent-dirichlet-options.js';
export { Mixture, type MixtureOptions } from './estimators/mixture.js';
export type { MixtureJson } from './estimators/mixture-json.js';
export {
  OnlineGaussianMixture,
  type OnlineGaussianMixtureOptions,
} from './estimators/online-gaussian-mixture.js';
export type { FitProgress, GaussianMixtureOptions, Init } from './estimators/options.js';
export type { GaussianComponent, HiddenState } from './estimators/parts.js';
export type { Points } from './estimators/points.js';
export type { RuleOptions } from './estimators/rules.js';
export type { UseOptions } from './estimators/scoring.js';
export type { Sequence, SequenceData } from './estimators/sequences.js';
export type { LevelNames } from './estimators/table-names.js';
export { type BetaPrior, bernoulli, binomial } from './families/binomial.js';
export type { CovarianceName, CovarianceType } from './families/covariance/covariance-type.js';
export { diag } from './families/covariance/diag.js';
export { full } from './families/covariance/full.js';
export { spherical } from './families/covariance/spherical.js';
export { tied } from './families/covariance/tied.js';
export type { Arrays, Family } from './families/family.js';
export { type Gaussian, type GaussianParameters, gaussian } from './families/gaussian.js';
export type { GaussianPrior } from './families/gaussian-prior.js';
export { type DirichletPrior, multinomial } from './families/multinomial.js';
export { type GammaPrior, poisson } from './families/poisson.js';
export {
  type ChainStart,
  type GivenChain,
  givenChain,
  randomChain,
  stickyMixture,
} from './init/chain-starts.js';
export { fromLabels, fromResponsibilities, random } from './init/from-responsibilities.js';
export { type GivenParameters, givenParameters } from './init/given-parameters.js';
export { kMeans } from './init/k-means.js';
export { kMeansPlusPlus } from './init/k-means-plus-plus.js';
export { randomFromData } from './init/random-from-data.js';
export { randomTopics } from './init/random-topics.js';
export type { Start, StartOptions } from './init/start.js';
export type { ChainPrior } from './models/chain-prior.js';
export type { SampledSequence } from './models/chain-sample.js';
export {
  type ChainParameters,
  HiddenMarkov,
  type HiddenMarkovOptions,
} from './models/hidden-markov-model.js';
export { KMeansModel, type KMeansParameters } from './models/k-means.js';
export {
  LatentDirichlet,
  type LatentDirichletOptions,
  type TopicParameters,
} from './models/latent-dirichlet.js';
export { type MixtureModel, type MixtureParameters, mixture } from './models/mixture.js';
export type { Model, Note } from './models/model.js';
export type { SampledPoints } from './models/sample.js';
