import { gaussianMixtures } from './gaussian.js';
import type { PropertyModel } from './property.js';

export const MODELS: readonly PropertyModel[] = [gaussianMixtures as PropertyModel];
