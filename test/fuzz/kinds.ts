import { csv } from './csv.js';
import type { FuzzKind } from './kind.js';
import { models } from './models.js';

export const KINDS: readonly FuzzKind[] = [models as FuzzKind, csv as FuzzKind];
