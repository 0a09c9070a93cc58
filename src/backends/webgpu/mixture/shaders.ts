import densityDiag from '../../../../shaders/densities/diag.wgsl?raw';
import densityFull from '../../../../shaders/densities/full.wgsl?raw';
import densityLinear from '../../../../shaders/densities/linear.wgsl?raw';
import chunk from '../../../../shaders/include/chunk.wgsl?raw';
import components from '../../../../shaders/include/components.wgsl?raw';
import difference from '../../../../shaders/include/difference.wgsl?raw';
import draws from '../../../../shaders/include/draws.wgsl?raw';
import logits from '../../../../shaders/include/logits.wgsl?raw';
import means from '../../../../shaders/include/means.wgsl?raw';
import origin from '../../../../shaders/include/origin.wgsl?raw';
import responsibilities from '../../../../shaders/include/responsibilities.wgsl?raw';
import row from '../../../../shaders/include/row.wgsl?raw';
import staged from '../../../../shaders/include/staged.wgsl?raw';
import store from '../../../../shaders/include/store.wgsl?raw';
import weights from '../../../../shaders/include/weights.wgsl?raw';
import mixtureAccumulate from '../../../../shaders/mixture-accumulate.wgsl?raw';
import mixtureLogits from '../../../../shaders/mixture-logits.wgsl?raw';
import mixtureLogitsTiled from '../../../../shaders/mixture-logits-tiled.wgsl?raw';
import mixtureNormalise from '../../../../shaders/mixture-normalise.wgsl?raw';
import mixtureScatter from '../../../../shaders/mixture-scatter.wgsl?raw';
import mixtureStrip from '../../../../shaders/mixture-strip.wgsl?raw';
import momentsDiag from '../../../../shaders/moments/diag.wgsl?raw';
import momentsFirst from '../../../../shaders/moments/first.wgsl?raw';
import momentsFull from '../../../../shaders/moments/full.wgsl?raw';
import reduceLanes from '../../../../shaders/reduce-lanes.wgsl?raw';
import type { Grid } from '../device/parts.js';
import { expandShader, sections } from '../device/shader.js';
import type { Chunk } from '../rows/chunks.js';
import { type Geometry, LANES, LEAST_SCATTER_ROWS, NORMALISE_ROWS } from './geometry.js';
import { paddedFeatures, SCATTER_SIDE, scatterBlocks } from './layouts.js';
import type { KernelName, Plan, WorkspaceShape } from './shape.js';

/** How responsibilities follow from logits. */
export type Rule = 'exact' | 'hard' | 'sampled';

/** What kernels that differ between rules depend on. */
export interface Ruled {
  readonly rule: Rule;
  /** Whether rows count differently often, of kernels that normalise. */
  readonly weighted?: boolean;
}

/** Posteriors, and statistics of what is normalised already. */
export const PLAIN: Ruled = { rule: 'exact' };

/** What a kernel's text depends on. */
export interface ShaderVariant extends Ruled {
  readonly shape: WorkspaceShape;
  readonly plan: Plan;
  readonly geometry: Geometry;
}

/** A shader's text, and the workgroups that a chunk takes. */
export interface Shader {
  readonly name: KernelName;
  readonly source: string;
  workgroups(chunk: Chunk): Grid;
  /** Multiplications of a workgroup, about. */
  readonly work: number;
}

/** Invocations that mixture-scatter's workgroups are made up to by splits, and those of a panel at most. */
const SCATTER_INVOCATIONS = 128;
const MOST_SCATTER_INVOCATIONS = 192;
/** vec4s of workgroup memory for staged rows: 8.5 KiB, which 16 rows of D = 128 take. */
const SCATTER_TILE_VECTORS = 544;
/** vec4s of mixture-logits-tiled's rows: all of the default 16 KiB at D = 64 and D = 128. */
const LOGITS_TILE_VECTORS = 1024;

/** Snippets: how a log density is evaluated, and what is summed. */
const DENSITY = { full: densityFull, diag: densityDiag, linear: densityLinear };
const MOMENTS = { full: momentsFull, diag: momentsDiag, first: momentsFirst };

const BUILDERS: Record<KernelName, (variant: ShaderVariant) => Omit<Shader, 'name'>> = {
  'mixture-strip': variant => {
    const { shape, geometry } = variant;
    return {
      source: expand(mixtureStrip, variant, { COMPONENTS: shape.nComponents }),
      workgroups: ({ count }) => [Math.ceil(count / geometry.slabRows), 1, 1],
      work: geometry.slabRows * shape.nComponents * (geometry.component.length + geometry.sums.length),
    };
  },

  'mixture-logits': variant =>
    streamed(mixtureLogits, variant, variant.plan.logitsComponents, variant.geometry.component.length),

  'mixture-accumulate': variant =>
    streamed(mixtureAccumulate, variant, variant.plan.accumulateComponents, variant.geometry.sums.length),

  'mixture-logits-tiled': variant => {
    const { shape } = variant;
    const padded = paddedFeatures(shape.nFeatures);
    const tileRows = padded > 64 ? 32 : 64;
    const componentBlock = Math.min(shape.nComponents, 16);
    const held = shape.nComponents >= 512 / tileRows ? 2 : 1; // quads of rows, where the components keep the lanes busy
    return {
      source: expand(mixtureLogitsTiled, variant, {
        PADDED: padded,
        TILE_ROWS: tileRows,
        TILE_LENGTH: Math.min((padded * tileRows) / 4, LOGITS_TILE_VECTORS),
        COMPONENT_BLOCK: componentBlock,
        HELD: held,
      }),
      workgroups: ({ count }) => [
        Math.ceil(count / tileRows),
        Math.ceil(shape.nComponents / componentBlock),
        1,
      ],
      work: tileRows * componentBlock * variant.geometry.component.length,
    };
  },

  'mixture-normalise': variant => ({
    source: expand(mixtureNormalise, variant, { NORMALISE_ROWS }),
    workgroups: ({ count }) => [Math.ceil(count / NORMALISE_ROWS), 1, 1],
    work: NORMALISE_ROWS * variant.shape.nComponents,
  }),

  'mixture-scatter': variant => {
    const { shape, geometry } = variant;
    const { rows, blocks } = scatterBlocks(shape.nFeatures);
    const panelBlocks = Math.min(blocks, MOST_SCATTER_INVOCATIONS);
    const splits = Math.max(1, Math.floor(SCATTER_INVOCATIONS / panelBlocks));
    const invocations = 32 * Math.ceil((splits * panelBlocks) / 32);
    const rowVectors = (rows * SCATTER_SIDE) / 4;
    const tileRows = Math.min(64, 2 ** Math.floor(Math.log2(SCATTER_TILE_VECTORS / rowVectors)));
    return {
      source: expand(mixtureScatter, variant, {
        MEAN: geometry.component.mean,
        SIDE: SCATTER_SIDE,
        BLOCKS: blocks,
        BLOCK_ROWS: rows,
        PANEL_BLOCKS: panelBlocks,
        SPLITS: splits,
        INVOCATIONS: invocations,
        TILE_ROWS: tileRows,
        TILE_LENGTH: Math.max(tileRows * rowVectors, 4 * invocations),
        GROUP_ROWS: 64,
        WINDOW_ROWS: LEAST_SCATTER_ROWS,
        SLAB_ROWS: geometry.slabRows,
      }),
      workgroups: ({ count }) => [
        shape.nComponents,
        Math.ceil(count / geometry.slabRows),
        Math.ceil(blocks / panelBlocks),
      ],
      work: geometry.slabRows * panelBlocks * SCATTER_SIDE ** 2,
    };
  },

  'reduce-lanes': variant => {
    const { groupLength, groups, chunkRows, slabRows, lanes } = variant.geometry;
    const invocations = variant.plan.regime === 'tiled' ? 256 : 64; // a grid has no more than 65,535 workgroups a side
    return {
      source: expand(reduceLanes, variant, { INVOCATIONS: invocations }),
      workgroups: () => [Math.ceil(groupLength / invocations), groups, 1],
      work: (invocations * lanes * Math.ceil(chunkRows / slabRows)) / groups,
    };
  },
};

export function shaderOf(name: KernelName, variant: ShaderVariant): Shader {
  return { name, ...BUILDERS[name](variant) };
}

function streamed(
  source: string,
  variant: ShaderVariant,
  componentsHeld: number,
  length: number,
): Omit<Shader, 'name'> {
  const { shape, geometry } = variant;
  const quads = componentsHeld % 4 === 0 || componentsHeld >= shape.nComponents;
  return {
    source: expand(source, variant, { COMPONENTS: componentsHeld }, quads),
    workgroups: ({ count }) => [
      Math.ceil(count / (geometry.laneRows * LANES)),
      Math.ceil(shape.nComponents / componentsHeld),
      1,
    ],
    work: geometry.slabRows * componentsHeld * length,
  };
}

/** What evaluates a component at a row in registers, and sums up its statistic. */
export const densityIncludes = ({ form, moments }: WorkspaceShape): Record<string, string> => ({
  components,
  difference,
  means,
  row,
  staged,
  ...sections(DENSITY[form]),
  ...sections(MOMENTS[moments]),
});

function expand(
  source: string,
  { shape, plan, geometry, rule, weighted }: ShaderVariant,
  constants: Record<string, number>,
  quads = false,
): string {
  return expandShader(source, {
    includes: {
      chunk,
      draws,
      logits,
      origin,
      responsibilities,
      store,
      weights,
      ...densityIncludes(shape),
    },
    flags: {
      HARD: rule === 'hard',
      SAMPLED: rule === 'sampled',
      WEIGHTED: weighted === true,
      QUADS: quads,
      TILED: plan.regime === 'tiled',
      ROWS_VEC4: /#include row|#if ROWS_VEC4/.test(source) && shape.nFeatures % 4 === 0,
      ROWS_VEC2: source.includes('#include row') && shape.nFeatures % 2 === 0,
    },
    constants: {
      D: shape.nFeatures,
      COMPONENT_LENGTH: geometry.component.length,
      SUMS_PER_COMPONENT: geometry.sums.length,
      LANES,
      ...constants,
    },
  });
}
