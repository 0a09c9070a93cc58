import type { WebGpuOptions } from '../index.js';
import type { GpuRows } from '../rows/rows.js';
import { choosePlan } from './regimes.js';
import type { WorkspaceShape } from './shape.js';
import { Workspace } from './workspace.js';

/** Shapes of models that some rows keep scratch for. */
const MOST_WORKSPACES = 4;
/** What a workspace is made for. */
const SHAPE = ['form', 'nComponents', 'nFeatures', 'moments'] as const;

/** Scratch for shapes of models, kept from use to use; that of the oldest use makes room for new. */
export class Workspaces {
  /** the last used first */
  readonly #kept = new WeakMap<GpuRows, readonly Workspace[]>();

  constructor(
    private readonly software: boolean,
    private readonly options: Pick<WebGpuOptions, 'regime' | 'tiles'>,
  ) {}

  /** @param blocks runs of rows that E-steps may be asked for one by one */
  of(rows: GpuRows, shape: WorkspaceShape, blocks: number): Workspace {
    const kept = this.#kept.get(rows) ?? [];
    const isFor = (workspace: Workspace) =>
      workspace.blocks === blocks && SHAPE.every(name => workspace.shape[name] === shape[name]);
    const workspace = kept.find(isFor) ?? this.#create(rows, shape, blocks);
    const others = kept.filter(other => other !== workspace);
    for (const oldest of others.splice(MOST_WORKSPACES - 1)) oldest.dispose();
    this.#kept.set(rows, [workspace, ...others]);
    return workspace;
  }

  #create(
    rows: GpuRows,
    { form, nComponents, nFeatures, moments }: WorkspaceShape,
    blocks: number,
  ): Workspace {
    const shape = { form, nComponents, nFeatures, moments };
    const { regime, tiles } = this.options;
    const plan = choosePlan(shape, rows.shape[0], this.software, regime);
    const workspace = new Workspace(rows, shape, plan, this.software, blocks);
    workspace.hold({ ...plan, ...tiles });
    return workspace;
  }

  dispose(rows: GpuRows): void {
    for (const workspace of this.#kept.get(rows) ?? []) workspace.dispose();
    this.#kept.delete(rows);
  }
}
