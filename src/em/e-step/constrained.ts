import { add, type Statistics, scale } from '../../contract/statistics.js';
import type { Rows } from '../../contract/table.js';
import { UnmetError } from '../../errors.js';
import { needs, type Problem } from '../../models/model.js';
import { type Bounds, type Constraints, checkConstraints, type Unit } from './constraints.js';
import { meetBounds, missed } from './mass.js';
import type { EStep, EStepRule } from './rule.js';

/** Bounds on mass hold to this share of the rows, or to so many units of the backend's rounding of it. */
const TOLERANCE = 1e-9;
const UNITS = 8;
/** The share of rows by which a bound may be missed at last; more is an error. */
const MATERIAL = 1e-4;

/**
 * Posterior regularisation (Graça, Ganchev & Taskar 2007; Ganchev et al. 2010): q is the posterior's KL projection onto
 * known labels, groups of rows that share a component, and bounds on the components' expected shares. Known rows are
 * certain; a group's q is the product of its rows' posteriors; bounds multiply weights by e^b, with b found from the
 * reduced counts, one E-step each (`mass.ts`). The objective F(q, θ) never falls.
 *
 * @throws InvalidArgumentError, when a fit begins, for constraints that cannot hold; UnmetError, during it, for bounds
 * that no weights meet
 */
export function constrained(constraints: Constraints): EStepRule {
  return {
    kind: 'e-step',
    name: 'constrained',
    monotone: true,
    slack: 1e-6,
    async begin<P>(problem: Problem<P>): Promise<EStep<P>> {
      const k = needs(problem.model, 'nComponents', 'the constrained rule');
      const rows = problem.table as Rows; // of components, so that it is no table of counts
      const { units, bounds } = checkConstraints(constraints, rows, k);
      const tolerance = rows.mass * Math.max(TOLERANCE, UNITS * rows.backend.epsilon);
      const known = await knownRows(problem, rows, units);

      const eStep: EStep<P> = async (parameters, _, start = new Float64Array(k)) => {
        const projection = (b: Float64Array) => project(problem, parameters, known, b);
        if (!bounds) return projection(new Float64Array(k));
        const { found, bias } = await meetBounds(projection, start as Float64Array, bounds, tolerance);
        const left = missed(found, bias, bounds);
        const most = left.reduce((a, b) => Math.max(a, b));
        if (most > MATERIAL * rows.mass) throw unmet(found, bounds, left.indexOf(most));
        return { ...found, state: bias };
      };
      eStep.dispose = () => {
        known.known?.table.dispose();
        known.others?.table.dispose();
      };
      return eStep;
    },
  };
}

function unmet({ counts, mass }: Statistics, { least, most }: Bounds, c: number): UnmetError {
  const share = (count: number) => Number((count / mass).toPrecision(3));
  return new UnmetError(
    `The bounds on mass could not be met: component ${c} has a share of ${share(counts[c])} where ${share(least[c])} to ${share(most[c])} was asked for. Try wider bounds, or another start.`,
  );
}

/** The model bound to the rows of all units, resident on their own. */
interface KnownRows<P> {
  readonly known: Problem<P> | undefined;
  readonly units: readonly Unit[];
  /** All other rows, where they are the fewer: what the known rows' statistics would otherwise be subtracted for. */
  readonly others: Problem<P> | undefined;
  /** Rows that are neither. */
  readonly unknown: number;
}

async function knownRows<P>(
  { model }: Problem<P>,
  rows: Rows,
  units: readonly Unit[],
): Promise<KnownRows<P>> {
  const [n, d] = rows.shape;
  if (units.length === 0) return { known: undefined, units, others: undefined, unknown: n };
  const load = async (indices: number[]) => {
    const data = await rows.take(indices);
    const weights = rows.weights && Float64Array.from(indices, i => (rows.weights as Float64Array)[i]);
    return model.on(await rows.backend.load({ data, shape: [indices.length, d] }, { weights }));
  };
  const indices = units.flatMap(unit => unit.rows);
  let next = 0;
  const renumbered = units.map(({ rows: members, label }) => ({ rows: members.map(() => next++), label }));
  const known = new Set(indices);
  const unknown = n - known.size;
  const few = unknown > 0 && 2 * unknown < n;
  const others = few
    ? await load(Array.from({ length: n }, (_, i) => i).filter(i => !known.has(i)))
    : undefined;
  return { known: await load(indices), units: renumbered, others, unknown };
}

/** Statistics under q: the unknown rows' posterior, and the known rows as their units have them. */
async function project<P>(
  problem: Problem<P>,
  parameters: P,
  rows: KnownRows<P>,
  bias: Float64Array,
): Promise<Statistics> {
  if (!rows.known) return plain(problem, parameters, bias);
  const k = bias.length;
  const accumulate = needs(rows.known, 'accumulate', 'the constrained rule');
  const posteriors = await unitPosteriors(rows.known, parameters, rows.units, bias);
  const { responsibilities, freeEnergy, baseline } = posteriors;
  const held = await accumulate(parameters, (begin, count) =>
    responsibilities.slice(begin * k, (begin + count) * k),
  );
  const own = { ...held, logLikelihood: freeEnergy, baseline };
  if (rows.unknown === 0) return own;
  const others = await unknownRows(problem, parameters, rows, bias);
  const all = add(others, own);
  const counts = all.counts.map(count => Math.max(0, count));
  return { ...all, mass: problem.table.mass, counts };
}

/** Of rows that are neither labelled nor linked: from themselves where they are few, else all less the known ones. */
async function unknownRows<P>(
  problem: Problem<P>,
  parameters: P,
  { known, others }: KnownRows<P>,
  bias: Float64Array,
): Promise<Statistics> {
  if (others) return plain(others, parameters, bias);
  const all = await plain(problem, parameters, bias);
  const replaced = await plain(known as Problem<P>, parameters, bias);
  return add(all, scale(replaced, -1));
}

/** Statistics of unconnected rows, and their free energy without the bias. */
async function plain<P>(problem: Problem<P>, parameters: P, bias: Float64Array): Promise<Statistics> {
  const statistics = await problem.eStep(parameters, { bias });
  const gained = statistics.counts.reduce((sum, count, c) => sum + (bias[c] === 0 ? 0 : count * bias[c]), 0);
  return { ...statistics, logLikelihood: statistics.logLikelihood - gained };
}

/** [rows, K] q of every known row, and Σ over units of E_q[log p(x, z | θ)] + H(q). */
async function unitPosteriors<P>(
  known: Problem<P>,
  parameters: P,
  units: readonly Unit[],
  bias: Float64Array,
): Promise<{ responsibilities: Float64Array; freeEnergy: number; baseline: number }> {
  const k = bias.length;
  const n = known.table.shape[0];
  const logPosteriors = new Float64Array(n * k);
  const logDensities = new Float64Array(n);
  const posterior = needs(known, 'posterior', 'the constrained rule');
  for await (const run of posterior(parameters, { responsibilities: true })) {
    logPosteriors.set(run.logResponsibilities as Float64Array, run.begin * k);
    logDensities.set(run.logDensities, run.begin);
  }
  const responsibilities = new Float64Array(n * k);
  let freeEnergy = 0;
  const { weights } = known.table as Rows;
  const weight = (i: number) => weights?.[i] ?? 1;
  for (const { rows: members, label } of units) {
    const mass = members.reduce((sum, i) => sum + weight(i), 0);
    const joint = Float64Array.from({ length: k }, (_, c) =>
      members.reduce((sum, i) => sum + weight(i) * (logPosteriors[i * k + c] + logDensities[i]), 0),
    );
    const q =
      label === undefined ? softmax(joint.map((value, c) => value + mass * bias[c])) : oneHot(label, k);
    q.forEach((share, c) => {
      if (share > 0) freeEnergy += share * (joint[c] - Math.log(share));
    });
    for (const i of members) responsibilities.set(q, i * k);
  }
  const { baseline = 0 } = await known.eStep(parameters);
  return { responsibilities, freeEnergy, baseline };
}

function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const odds = logits.map(value => Math.exp(value - largest));
  const total = odds.reduce((sum, value) => sum + value, 0);
  return odds.map(value => value / total);
}

const oneHot = (label: number, k: number) =>
  Float64Array.from({ length: k }, (_, c) => (c === label ? 1 : 0));
