import { counts } from './counts.js';
import { csv } from './csv.js';
import type { FuzzKind } from './kind.js';
import { models } from './models.js';
import { npy } from './npy.js';
import { sequences } from './sequences.js';

export const KINDS: readonly FuzzKind[] = [models, csv, npy, sequences, counts].map(kind => kind as FuzzKind);
