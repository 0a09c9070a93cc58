import type { Backend } from '../contract/table.js';
import type { DocumentOptions } from '../contract/topics.js';
import { type CheckedCounts, sliceCounts } from '../data/sparse-counts.js';
import { type StopReason, stoppingRule } from '../em/convergence.js';
import { orInFloat64 } from '../em/in-float64.js';
import type { LatentDirichlet } from '../models/latent-dirichlet.js';
import type { TopicSettings } from './latent-dirichlet-options.js';

/** λ on its way, and the minibatches it has seen. */
export interface OnlineState {
  readonly components: Float64Array;
  readonly nBatches: number;
}

/**
 * One step of stochastic variational inference (Hoffman, Blei & Bach 2010): λ ← (1 − ρ) λ + ρ (η + (D / |B|) Σ_B n φ), a
 * natural-gradient step of size ρ = (learningOffset + t)^−learningDecay, t = 1, 2, …
 *
 * @param totalDocuments D that the minibatch stands for
 */
export async function onlineStep(
  backend: Backend,
  model: LatentDirichlet,
  settings: TopicSettings,
  { components, nBatches }: OnlineState,
  batch: CheckedCounts,
  totalDocuments: number,
): Promise<OnlineState> {
  const counts = await backend.loadCounts(batch);
  try {
    const { sums } = await orInFloat64(counts, async on => {
      const documents = await on.documentTopics({ ...documentOptions(settings), ...priorOf(model) });
      return documents.update(model.expectedLogTopics({ components }, on.words));
    });
    const rho = (settings.learningOffset + nBatches + 1) ** -settings.learningDecay;
    const factor = (rho * totalDocuments) / batch.shape[0];
    const next = components.map(value => (1 - rho) * value + rho * model.topicWordPrior);
    const [k, vocabulary] = [model.nComponents, batch.shape[1]];
    counts.words.forEach((word, p) => {
      for (let topic = 0; topic < k; topic++) next[topic * vocabulary + word] += factor * sums[p * k + topic];
    });
    return { components: next, nBatches: nBatches + 1 };
  } finally {
    counts.dispose();
  }
}

export interface OnlineOptions {
  readonly batchSize: number;
  readonly maxIter: number;
  readonly tol: number;
  readonly evaluateEvery: number;
  readonly signal?: AbortSignal;
  /** The bound of all documents. */
  readonly boundOf: (components: Float64Array) => Promise<number>;
  readonly onPass?: (pass: number, components: Float64Array, bound?: number) => unknown;
}

/** Passes over all documents, minibatch by minibatch. The last entry of `history` is the bound at the end. */
export async function fitOnline(
  backend: Backend,
  model: LatentDirichlet,
  settings: TopicSettings,
  start: Float64Array,
  counts: CheckedCounts,
  { batchSize, maxIter, tol, evaluateEvery, signal, boundOf, onPass }: OnlineOptions,
): Promise<OnlineState & { nIter: number; history: number[]; stopReason: StopReason }> {
  const n = counts.shape[0];
  const converged = stoppingRule({ tol, maxIter: Number.MAX_SAFE_INTEGER });
  const history: number[] = [];
  let state: OnlineState = { components: start, nBatches: 0 };
  const end = async (nIter: number, stopReason: StopReason, evaluated = false) => {
    if (!evaluated) history.push(await boundOf(state.components));
    return { ...state, nIter, history, stopReason };
  };
  for (let pass = 1; pass <= maxIter; pass++) {
    for (let begin = 0; begin < n; begin += batchSize) {
      if (signal?.aborted) return end(pass - 1, 'aborted');
      const batch = sliceCounts(counts, begin, Math.min(n, begin + batchSize));
      state = await onlineStep(backend, model, settings, state, batch, n);
    }
    const evaluates = evaluateEvery > 0 && pass % evaluateEvery === 0;
    if (evaluates) history.push(await boundOf(state.components));
    await onPass?.(pass, state.components, evaluates ? history[history.length - 1] : undefined);
    if (evaluates && converged(history, n) === 'tolerance') return end(pass, 'tolerance', true);
    if (pass === maxIter) return end(pass, 'maxIter', evaluates);
  }
  return end(0, 'maxIter');
}

const documentOptions = ({ maxDocUpdateIter, meanChangeTol }: TopicSettings): DocumentOptions => ({
  maxDocUpdateIter,
  meanChangeTol,
});

const priorOf = ({ nComponents, docTopicPrior }: LatentDirichlet) => ({ nComponents, docTopicPrior });
