import { csv } from './csv.js';
import type { FuzzKind } from './kind.js';
import { models } from './models.js';
import { npy } from './npy.js';

export const KINDS: readonly FuzzKind[] = [models as FuzzKind, csv as FuzzKind, npy as FuzzKind];
