import gaussianDiag from '../../../shaders/families/gaussian-diag.wgsl?raw';
import gaussianFull from '../../../shaders/families/gaussian-full.wgsl?raw';
import chunk from '../../../shaders/include/chunk.wgsl?raw';
import components from '../../../shaders/include/components.wgsl?raw';
import responsibilities from '../../../shaders/include/responsibilities.wgsl?raw';
import mixtureMoments from '../../../shaders/mixture-moments.wgsl?raw';
import mixturePosterior from '../../../shaders/mixture-posterior.wgsl?raw';
import mixtureScatter from '../../../shaders/mixture-scatter.wgsl?raw';
import type { Moments } from '../../families/covariance/covariance-type.js';
import type { EStepRule } from '../backend.js';
import { POSTERIOR_ROWS, SLAB_ROWS } from './chunks.js';
import { componentLength, scatterBlocks } from './pack.js';
import { expandShader } from './shader.js';

/** Invocations of the statistics kernels' workgroups. */
const INVOCATIONS = 64;
/** vec4s of workgroup memory for staged rows: 8 KiB, so that two workgroups fit the default 16 KiB. */
const TILE_VECTORS = 512;

export interface ShaderVariant {
  readonly moments: Moments;
  readonly nFeatures: number;
  readonly rule: EStepRule;
}

/** A shader's text and how many workgroups its panels take. */
export interface Shader {
  readonly name: string;
  readonly source: string;
  readonly panels: number;
}

export function posteriorShader({ moments, nFeatures, rule }: ShaderVariant): Shader {
  const density = moments === 'full' ? gaussianFull : gaussianDiag;
  const source = expandShader(mixturePosterior, {
    includes: { chunk, components, density },
    flags: { HARD: rule === 'hard' },
    constants: {
      D: nFeatures,
      COMPONENT_LENGTH: componentLength(moments, nFeatures),
      POSTERIOR_ROWS,
    },
  });
  return { name: 'mixture-posterior', source, panels: 1 };
}

export function statisticsShader(variant: ShaderVariant): Shader {
  return variant.moments === 'full' ? scatterShader(variant) : momentsShader(variant);
}

function scatterShader(variant: ShaderVariant): Shader {
  const { rows, blocks } = scatterBlocks(variant.nFeatures);
  const panelBlocks = Math.min(blocks, INVOCATIONS);
  const tileRows = Math.min(64, 2 ** Math.floor(Math.log2(TILE_VECTORS / rows)));
  const source = statisticsSource(mixtureScatter, variant, {
    BLOCKS: blocks,
    BLOCK_ROWS: rows,
    PANEL_BLOCKS: panelBlocks,
    SPLITS: Math.floor(INVOCATIONS / panelBlocks),
    TILE_ROWS: tileRows,
    TILE_LENGTH: Math.max(tileRows * rows, 4 * INVOCATIONS),
  });
  return { name: 'mixture-scatter', source, panels: Math.ceil(blocks / panelBlocks) };
}

function momentsShader(variant: ShaderVariant): Shader {
  const panelFeatures = Math.min(variant.nFeatures, INVOCATIONS);
  const source = statisticsSource(mixtureMoments, variant, {
    PANEL_FEATURES: panelFeatures,
    SPLITS: Math.floor(INVOCATIONS / panelFeatures),
  });
  return { name: 'mixture-moments', source, panels: Math.ceil(variant.nFeatures / panelFeatures) };
}

function statisticsSource(
  source: string,
  { moments, nFeatures, rule }: ShaderVariant,
  constants: Record<string, number>,
): string {
  return expandShader(source, {
    includes: { chunk, components, responsibilities },
    flags: { HARD: rule === 'hard' },
    constants: {
      D: nFeatures,
      COMPONENT_LENGTH: componentLength(moments, nFeatures),
      SLAB_ROWS,
      GROUP_ROWS: INVOCATIONS,
      ...constants,
    },
  });
}
