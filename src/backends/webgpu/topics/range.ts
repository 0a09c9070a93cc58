import type { Note } from '../../../contract/statistics.js';
import type { DocumentTopics, TopicStatistics } from '../../../contract/topics.js';
import { digamma } from '../../../numerics/special.js';
import type { GpuCounts } from './counts.js';

/** Nats that the topics of a document may be apart: e⁻³⁰ is far above the least weight of the kernels, 2⁻⁶⁰. */
const RANGE = 30;

/**
 * The most nats, over documents, by which a topic that has only the document's rarest word may be behind one that has
 * all of them: ψ(α + N_d) − ψ(α + min_v n_dv).
 */
function reachOf({ counts: { data, indptr }, lengths }: GpuCounts, docTopicPrior: number): number {
  return lengths.reduce((reach, length, d) => {
    const least = data.slice(indptr[d], indptr[d + 1]).reduce((a, b) => Math.min(a, b), length);
    return Math.max(reach, digamma(docTopicPrior + length) - digamma(docTopicPrior + least));
  }, 0);
}

/** What is said where float32 has no room for the weights of some document's topics. */
export function rangeNote(counts: GpuCounts, docTopicPrior: number): Note | undefined {
  const reach = reachOf(counts, docTopicPrior);
  if (reach <= RANGE) return undefined;
  const message = `float32 is too coarse for documents with counts so far below 1: weights of their topics may be e^${reach.toFixed(0)} apart. All documents' topics are found in float64 on the CPU. Try device: 'cpu', a larger docTopicPrior, or counts that are not scaled down.`;
  return { kind: 'precision', message };
}

/** Topics of documents that another backend finds, with what there is to say of that. */
export const noted = (topics: DocumentTopics, note: Note): DocumentTopics => ({
  update: async (logTopics: Float64Array): Promise<TopicStatistics> => ({
    ...(await topics.update(logTopics)),
    notes: [note],
  }),
  read: () => topics.read(),
  dispose: () => topics.dispose(),
});
