import { type Densities, factorOf } from '../../../contract/densities.js';
import type { Posterior } from '../../../contract/posterior.js';
import type { Statistics } from '../../../contract/statistics.js';
import type { Matrix } from '../../../data/matrix.js';
import { at, squareNorm, triangleLength, weightedSquares } from '../../../numerics/triangle.js';
import { FAR, type Units } from '../rows/units.js';
import { type Extent, linearTerms, rowsOfLargeTerms } from './linear-rounding.js';
import { rowsOfBlurredSquares } from './square-rounding.js';
import { blurAt } from './substitute.js';
import { beyond } from './unseen.js';

/** Unit of rounding of a resident number, relative. */
export const ROUNDING = 2 ** -24;
/** Of standard deviations within which a component can matter to a row. */
const REACH = 12;

/**
 * How much rounding may blur a component. A row's log density is off by about as much, nats; errors of rows have either
 * sign, and what is left of their sum is half the square of it a row.
 */
export const MOST_BLUR = { sums: 2 ** -8, scores: 1e-4 };

/** The same of sums of n rows: errors of few have not cancelled yet. */
export const mostBlurOf = (n: number) => Math.min(MOST_BLUR.sums, MOST_BLUR.scores * Math.sqrt(n));

/** Rows that a step takes in float64, ascending, and what is resident in the place of each. */
export interface SomeRows {
  readonly kind: 'rows';
  readonly indices: Uint32Array;
  readonly substitute: Float32Array;
  /** Components that no other row belongs to, and whose numbers float32 cannot hold. */
  readonly unseen: readonly number[];
}

/** A step has to take all rows in float64. */
export interface AllRows {
  readonly kind: 'all';
  readonly component: number;
  /** With the figure, for people. */
  readonly why: string;
  /** They are so few that nobody need be told. */
  readonly isSmall?: boolean;
}

export type Resolution = SomeRows | AllRows;

/** What is known of the rows of a table. */
export interface Resident {
  readonly points: Matrix;
  readonly units: Units;
  /** Rows beyond FAR, ascending. */
  readonly far: Uint32Array;
  readonly extent: Extent;
}

/**
 * Which rows float32 cannot tell apart as finely as the components ask for: rows of components narrower than the
 * rounding of rows there, and rows far from all others.
 *
 * @param exact components whose rows will join them
 * @param isHard whether each row goes to its likeliest component
 */
export function resolve(
  rows: Resident,
  densities: Densities,
  most: number,
  exact: readonly number[] = [],
  isHard = false,
): Resolution {
  const { unseen, needed } = beyond(densities, rows.units);
  if (needed !== undefined) {
    const why = `it lies or reaches more than 2²⁰ times further than most rows do`;
    return { kind: 'all', component: needed, why };
  }
  const steep = areCentres(densities) ? steepest(densities, rows.units) : undefined;
  if (steep) return steep;
  const blur = blurs(densities, rows, isHard && areAlike(densities));
  for (const k of unseen) blur[k] = 0;
  const narrow = [...blur.keys()].filter(k => blur[k] > mostOfForm(densities, most));
  const excluded = new Set([...narrow, ...exact, ...unseen]);
  const off = (place: Float64Array) =>
    blurAt(place, densities, { blur, others: excluded, rounding: ROUNDING });
  const place = (boxes: readonly Box[], most: number) =>
    placeOutside(boxes, densities, rows.units, excluded, off, most);
  if (narrow.length + exact.length === 0) {
    const { far, units } = rows;
    const centre = new Float32Array(densities.nFeatures);
    const isFine = far.length === 0 || densities.moments === 'first' || off(units.center) <= MOST_BLUR.scores;
    const substitute = isFine ? centre : place([], (MOST_BLUR.scores * rows.points.shape[0]) / far.length);
    return substitute ? { kind: 'rows', indices: far, substitute, unseen } : allRows(rows, densities, blur);
  }
  if (narrow.length > 0 && densities.moments === 'first') return allRows(rows, densities, blur);
  const boxes = narrow.map(k => boxOf(densities, k, blur[k]));
  const substitute = place(boxes, MOST_BLUR.scores);
  if (narrow.length === 0)
    return substitute ? { kind: 'rows', indices: rows.far, substitute, unseen } : undetermined(exact);
  const indices = substitute && rowsInside(boxes, rows);
  return indices ? { kind: 'rows', indices, substitute, unseen } : allRows(rows, densities, blur);
}

/** With the component that rounding blurs the most. */
function allRows({ points: { shape } }: Resident, densities: Densities, blur: Float64Array): AllRows {
  const component = [...blur.keys()].reduce((a, b) => (blur[b] > blur[a] ? b : a));
  const why = `rounding is ${figure(blur[component])} of ${unitOf(densities)}`;
  return { kind: 'all', component, why, isSmall: shape[0] <= FEW };
}

/** Counts repeat, and so do their errors: a sum of them keeps what one has. */
const mostOfForm = ({ form }: Densities, most: number) => (form === 'linear' ? MOST_BLUR.scores : most);

/**
 * [K] what rounding of rows and means, 2⁻²⁴ of them, does to W (x − μ) near a component, in standard deviations: the
 * root of Σ_ij W_ij² (μ_j² + 1) in resident units; by distance also what it does to differences of distances, which are
 * all that tells components apart that are alike. Of a linear form, what it does to a log density, nats.
 */
function blurs(densities: Densities, rows: Resident, isByDistance: boolean): Float64Array {
  if (densities.form === 'linear') {
    return linearTerms(densities, rows).map(terms => ROUNDING * terms);
  }
  const blur = roundings(densities, rows.units);
  if (areCentres(densities)) return perDistance(blur, densities);
  return isByDistance ? perDistance(blur, densities).map((part, k) => Math.max(part, blur[k])) : blur;
}

/** What blur is measured in, for people. */
function unitOf(densities: Densities): string {
  if (areCentres(densities)) return 'a quarter of its distance from the next';
  return densities.form === 'linear' ? 'a nat, in the log density of a row' : 'its standard deviation';
}

const figure = (value: number) => (Number.isFinite(value) ? value.toPrecision(2) : 'more');

/** Whether components differ in their means alone, so that the likeliest of them is the nearest. */
function areAlike({ form, nComponents: k, logConstants, factors }: Densities): boolean {
  const length = factors.length / k;
  const [first] = logConstants;
  return (
    form !== 'linear' &&
    logConstants.every(value => value === first) &&
    factors.every((w, i) => w === factors[i % length])
  );
}

const areCentres = ({ form, moments }: Densities) => form === 'diag' && moments === 'first';

/** Where squares of distances of rows within FAR may be beyond what stands for log 0. */
function steepest({ nFeatures: d, factors }: Densities, { scale }: Units): AllRows | undefined {
  const reach = factors.reduce((most, w, at) => Math.max(most, w * scale[at % d] * FAR), 0);
  if (d * reach * reach < LARGEST_SQUARE) return undefined;
  return { kind: 'all', component: 0, why: 'squares of distances are beyond its range' };
}

/** Below 10³⁰, which stands for log 0 in shaders. */
const LARGEST_SQUARE = 1e28;

function roundings(densities: Densities, units: Units): Float64Array {
  const { nComponents, nFeatures: d, means } = densities;
  const squares = new Float64Array(d);
  const blur = new Float64Array(nComponents);
  for (let k = 0; k < nComponents; k++) {
    for (let j = 0; j < d; j++) {
      squares[j] = (means[k * d + j] - units.center[j]) ** 2 + units.scale[j] ** 2;
    }
    blur[k] = ROUNDING * Math.sqrt(weightedSquares(factorOf(densities, k), squares));
  }
  return blur;
}

/** Rows whose log densities rounding may move too far; of centres, what counts are differences of distances. */
export function coarseRows(posterior: Posterior, rows: Resident, densities: Densities): number[] {
  const { scores } = MOST_BLUR;
  if (densities.form === 'linear')
    return rowsOfLargeTerms(posterior, rows, densities, scores / (2 * ROUNDING));
  return areCentres(densities) ? [] : rowsOfBlurredSquares(posterior, rows, densities, 2 * ROUNDING, scores);
}

/** Whether distances from centres are so short against the rounding of rows that their sum is little but that. */
export function drownedDistances(
  { mass, logLikelihood }: Statistics,
  densities: Densities,
  constant: number,
  units: Units,
): AllRows | undefined {
  if (!areCentres(densities)) return undefined;
  const blur = roundings(densities, units).reduce((a, b) => Math.max(a, b));
  const distance = Math.sqrt(Math.max(0, (-2 * (logLikelihood - mass * constant)) / mass));
  // Rounding of D columns and N rows has its way with the mean of log densities by √(D / N) of that.
  const least = Math.max(2 ** 8, Math.sqrt(densities.nFeatures / mass) / MOST_BLUR.scores);
  if (distance > least * blur) return undefined;
  const why = `rounding is ${figure(blur / distance)} of the distance from the nearest centre`;
  return { kind: 'all', component: 0, why };
}

/** Whether a component's rows are so close together that their variance is little but that of rounding. */
export function isBlurred(
  { counts, sums, origin }: Statistics,
  { moments, nFeatures: d }: Densities,
  { center }: Units,
): boolean {
  if (moments === 'first') return false;
  const length = sums.length / counts.length;
  return counts.some((count, k) => {
    if (!(count > 0)) return false;
    for (let j = 0; j < d; j++) {
      const delta = sums[k * length + j] / count;
      const square = sums[k * length + d + (moments === 'full' ? at(j, j) : j)] / count;
      const rounding = ROUNDING * Math.abs(origin[k * d + j] + delta - center[j]);
      if (square - delta * delta < (2 ** 8 * rounding) ** 2) return true;
    }
    return false;
  });
}

/**
 * Where only distances to centres count, rounding blurs what is closer than 2¹⁰ of it: four times its share of the way
 * to such a centre, and 0 where there is none.
 */
function perDistance(blur: Float64Array, densities: Densities): Float64Array {
  const { nComponents: k, nFeatures: d, means } = densities;
  const place = Array.from({ length: k }, (_, c) => means[c * d] * factorOf(densities, c)[0]);
  const order = [...place.keys()].sort((a, b) => place[a] - place[b]);
  const relative = new Float64Array(k);
  order.forEach((c, from) => {
    for (let to = from + 1; to < k; to++) {
      const other = order[to];
      const reach = 2 ** 10 * Math.max(blur[c], blur[other]);
      if (place[other] - place[c] > reach) break;
      const between = Float64Array.from({ length: d }, (_, j) => means[c * d + j] - means[other * d + j]);
      const squares = squareNorm(factorOf(densities, c), between);
      if (squares === 0 || squares > reach * reach) continue; // equal centres are told apart by no digits
      const distance = Math.sqrt(squares);
      relative[c] = Math.max(relative[c], (4 * reach) / 2 ** 10 / distance);
    }
  });
  return relative;
}

/** Where rows can be to which a component matters. */
interface Box {
  readonly low: Float64Array;
  readonly high: Float64Array;
}

function boxOf(densities: Densities, k: number, blur: number): Box {
  const { form, nFeatures: d, means } = densities;
  const deviations = deviationsOf(form, factorOf(densities, k), d);
  const reach = REACH + 8 * blur;
  const own = means.subarray(k * d, (k + 1) * d);
  return {
    low: own.map((mean, j) => mean - reach * deviations[j]),
    high: own.map((mean, j) => mean + reach * deviations[j]),
  };
}

/** [D] marginal standard deviations: the lengths of the rows of L = W⁻¹. */
function deviationsOf(form: Densities['form'], factor: Float64Array, d: number): Float64Array {
  if (form !== 'full') return factor.map(w => 1 / Math.abs(w));
  const inverse = new Float64Array(triangleLength(d));
  for (let j = 0; j < d; j++) {
    inverse[at(j, j)] = 1 / factor[at(j, j)];
    for (let i = j + 1; i < d; i++) {
      let sum = 0;
      for (let m = j; m < i; m++) sum += factor[at(i, m)] * inverse[at(m, j)];
      inverse[at(i, j)] = -sum / factor[at(i, i)];
    }
  }
  return Float64Array.from({ length: d }, (_, i) => {
    let squares = 0;
    for (let j = 0; j <= i; j++) squares += inverse[at(i, j)] ** 2;
    return Math.sqrt(squares);
  });
}

const isInside = ({ low, high }: Box, x: ArrayLike<number>, begin: number): boolean => {
  for (let j = 0; j < low.length; j++) {
    const value = x[begin + j];
    if (value < low[j] || value > high[j]) return false;
  }
  return true;
};

/**
 * A component's mean, in resident units, that is in no box: of those that are not excluded the one with the highest peak
 * where rows are off by no more than their scores may be, or else where they are off the least (`blurAt`), which is no
 * more than `most`. What is there adds little but a count to the component's sums.
 */
function placeOutside(
  boxes: readonly Box[],
  { nFeatures: d, means, logConstants }: Densities,
  { center, scale }: Units,
  excluded: ReadonlySet<number>,
  off: (place: Float64Array) => number,
  most: number,
): Float32Array | undefined {
  const others = [...logConstants.keys()].filter(k => !excluded.has(k));
  let best: { readonly place: Float64Array; readonly off: number } | undefined;
  for (const k of others.sort((a, b) => logConstants[b] - logConstants[a])) {
    const place = means.subarray(k * d, (k + 1) * d);
    if (boxes.some(box => isInside(box, place, 0))) continue;
    const own = off(place);
    if (own < (best?.off ?? Number.POSITIVE_INFINITY)) best = { place, off: own };
    if (own <= MOST_BLUR.scores) break;
  }
  if (!best || best.off > most) return undefined;
  return Float32Array.from(best.place, (value, j) => (value - center[j]) / scale[j]);
}

/** The rows of a table that is small. */
const FEW = 256;

/** How many rows a step may take in float64 one by one. */
const mostOf = (n: number) => Math.max(FEW, n / 8);

/** The same with more rows, which hold components that must be exact. */
export function widen(
  resolution: SomeRows,
  held: readonly number[],
  exact: readonly number[],
  n: number,
): Resolution {
  const indices = Uint32Array.from(new Set([...resolution.indices, ...held])).sort();
  return indices.length > mostOf(n) ? undetermined(exact) : { ...resolution, indices };
}

/** Sums that leave a component open, and no way to take its rows alone. */
export const undetermined = ([component]: readonly number[]): AllRows => ({
  kind: 'all',
  component,
  why: 'the rounding of its sums, 2⁻²⁴ of them, would decide its covariance',
});

/** Far rows and rows in a box, ascending; or nothing where they are more than an eighth of the table. */
function rowsInside(
  boxes: readonly Box[],
  { points: { data, shape }, far }: Resident,
): Uint32Array | undefined {
  const [n, d] = shape;
  const most = mostOf(n);
  const found: number[] = [];
  for (let i = 0, next = 0; i < n; i++) {
    const isFar = far[next] === i;
    if (isFar) next++;
    if (!isFar && !boxes.some(box => isInside(box, data, i * d))) continue;
    found.push(i);
    if (found.length > most) return undefined;
  }
  return Uint32Array.from(found);
}
