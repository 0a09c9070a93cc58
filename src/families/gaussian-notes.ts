import { at, triangleLength } from '../numerics/triangle.js';
import type { Ridge } from './covariance/covariance-type.js';
import { EMPTY_ROWS, emptyNote, type Note } from './family.js';
import type { Gaussian, GaussianParameters } from './gaussian.js';

/**
 * What the M-step that gave `parameters` has to report: features that do not vary, once for all components; components
 * without rows, whose rows do not spread along some feature, or of fewer rows than a covariance needs.
 *
 * @param counts [K] rows that components hold
 */
export function gaussianNotes(
  { covariance, regCovar, ridge }: Gaussian,
  counts: Float64Array,
  { means, covariances }: GaussianParameters,
): Note[] {
  const d = means.length / counts.length;
  const own = (k: number) => {
    const triangle = Float64Array.from(covariance.component(covariances, k, d));
    for (let j = 0; j < d; j++) triangle[at(j, j)] -= ridge(j);
    return triangle;
  };
  const everywhere = narrowFeatures(totalCovariance(counts, means, d, own), d, ridge);
  const known = new Set(everywhere.map(({ feature }) => feature));
  const needed = covariance.moments === 'full' ? d + 1 : 2;

  const notes: Note[] = everywhere.map(narrow => narrowNote(narrow, regCovar));
  counts.forEach((count, component) => {
    if (count < EMPTY_ROWS) {
      notes.push(emptyNote(component));
    } else if (covariance.name !== 'tied') {
      const narrow = narrowFeatures(own(component), d, ridge).find(({ feature }) => !known.has(feature));
      const rows = count < needed ? ` ${rowsNote(component, count, d)}` : '';
      if (narrow) notes.push(collapsedNote(component, narrow, regCovar, rows));
      else if (rows) notes.push(fewRowsNote(component, rows.trim(), needed));
    }
  });
  return notes;
}

/** A feature and its variance; `given`: that which is left once the features before it are known. */
interface Narrow {
  readonly feature: number;
  readonly variance: number;
  readonly given: boolean;
}

/** Features whose Cholesky pivots are at most what regCovar adds, or rounding; each is left out for those after it. */
function narrowFeatures(covariance: Float64Array, d: number, ridge: Ridge): Narrow[] {
  const factor = Float64Array.from(covariance);
  const found: Narrow[] = [];
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const divisor = factor[at(j, j)];
      let value = factor[at(i, j)];
      for (let m = 0; m < j; m++) value -= factor[at(i, m)] * factor[at(j, m)];
      factor[at(i, j)] = divisor > 0 ? value / divisor : 0;
    }
    let pivot = factor[at(i, i)];
    for (let j = 0; j < i; j++) pivot -= factor[at(i, j)] ** 2;
    const variance = covariance[at(i, i)];
    const narrow = !(pivot > Math.max(ridge(i), d * Number.EPSILON * variance));
    if (narrow) found.push({ feature: i, variance: pivot, given: variance > ridge(i) });
    factor[at(i, i)] = narrow ? 0 : Math.sqrt(pivot);
  }
  return found;
}

/** Of all rows, as a packed triangle: within components and between them. */
function totalCovariance(
  counts: Float64Array,
  means: Float64Array,
  d: number,
  own: (k: number) => Float64Array,
): Float64Array {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const mean = new Float64Array(d);
  means.forEach((value, i) => {
    mean[i % d] += (counts[Math.floor(i / d)] / n) * value;
  });
  const total = new Float64Array(triangleLength(d));
  counts.forEach((count, k) => {
    if (count < EMPTY_ROWS) return;
    const within = own(k);
    for (let i = 0, t = 0; i < d; i++) {
      const delta = means[k * d + i] - mean[i];
      for (let j = 0; j <= i; j++, t++) {
        total[t] += (count / n) * (within[t] + delta * (means[k * d + j] - mean[j]));
      }
    }
  });
  return total;
}

const called = ({ feature, given }: Narrow) => `feature ${feature}${given ? ' given those before it' : ''}`;
const digits = (value: number) => Math.max(0, value).toPrecision(2);

function narrowNote(narrow: Narrow, regCovar: number): Note {
  const message = `The variance of ${called(narrow)} is ${digits(narrow.variance)}, no more than regCovar (${regCovar}), which decides the likelihood there. Try leaving the feature out, or a smaller regCovar if it is that narrow.`;
  return { kind: 'narrow-feature', columns: [narrow.feature], message };
}

function collapsedNote(component: number, narrow: Narrow, regCovar: number, rows: string): Note {
  const message = `Component ${component} has collapsed: regCovar (${regCovar}) outweighs the variance of its ${called(narrow)} (${digits(narrow.variance)}).${rows} Try fewer components or another start, or a smaller regCovar if the feature is that narrow.`;
  return { kind: 'collapsed-component', component, message };
}

const rowsNote = (component: number, count: number, d: number) =>
  `Component ${component} holds ${Number(count.toPrecision(3))} ${count === 1 ? 'row' : 'rows'} in ${d} ${d === 1 ? 'feature' : 'features'}.`;

function fewRowsNote(component: number, rows: string, needed: number): Note {
  const message = `${rows} Its covariance needs ${needed}: regCovar decides the likelihood there. Try fewer components, or covariances with fewer parameters.`;
  return { kind: 'few-rows', component, message };
}
