import expDigamma from '../../../../shaders/include/exp-digamma.wgsl?raw';
import topics from '../../../../shaders/include/lda-topics.wgsl?raw';
import origin from '../../../../shaders/include/origin.wgsl?raw';
import ldaBound from '../../../../shaders/lda-bound.wgsl?raw';
import ldaDocuments from '../../../../shaders/lda-documents.wgsl?raw';
import ldaStatistics from '../../../../shaders/lda-statistics.wgsl?raw';
import { expandShader } from '../device/shader.js';

const SOURCES = {
  'lda-documents': ldaDocuments,
  'lda-statistics': ldaStatistics,
  'lda-bound': ldaBound,
};

export type LdaKernelName = keyof typeof SOURCES;

/** Numbers that a running sum takes up before it is added to another. */
export const SHORT_SUM = 64;

/** K topics as vec4s, so that the workgroups' loads are. */
export const quadsOf = (nComponents: number): number => Math.ceil(nComponents / 4);

/**
 * @param lanes invocations of a workgroup, which has one document or one word
 * @param line words of a line of workgroups
 */
export function ldaShader(name: LdaKernelName, nComponents: number, lanes: number, line: number): string {
  const quads = quadsOf(nComponents);
  return expandShader(SOURCES[name], {
    includes: { 'lda-topics': topics, 'exp-digamma': expDigamma, origin },
    constants: {
      COMPONENTS: nComponents,
      QUADS: quads,
      LANES: lanes,
      SPAN: Math.min(quads, lanes),
      GROUPS: Math.max(1, Math.floor(lanes / quads)),
      SHORT_SUM,
      LINE: line,
    },
  });
}
