import type { Rows } from '../backends/backend.js';
import type { Model } from '../models/model.js';
import { needs } from '../models/model.js';
import { add, type Statistics, scale } from '../statistics.js';
import { type Constraints, checkConstraints, type Unit } from './constraints.js';
import type { EStepRule } from './rule.js';

/** Bounds on mass hold to this share of the rows, or to float32's rounding of it. */
const TOLERANCE = 1e-9;
const UNITS = 8;
const MOST_DUAL_STEPS = 500;
/** A responsibility below this counts as this: what a product over a group multiplies. */
const LEAST = 1e-300;

/**
 * Posterior regularisation (Graça, Ganchev & Taskar 2007; Ganchev et al. 2010): q is the posterior's KL projection onto
 * known labels, groups of rows that share a component, and bounds on the components' expected shares. Known rows are
 * certain; a group's q is the product of its rows' posteriors; bounds multiply weights by e^b, with b found by scaling
 * (Sinkhorn & Knopp 1967) from the reduced counts, one E-step each. The objective F(q, θ) never falls.
 *
 * @throws InvalidArgumentError, at the first E-step, for constraints that cannot hold
 */
export function constrained(constraints: Constraints): EStepRule {
  return {
    name: 'constrained',
    monotone: true,
    slack: 1e-6,
    async begin(model, rows) {
      const k = needs(model, 'nComponents', 'the constrained rule');
      const { units, bounds } = checkConstraints(constraints, rows.shape[0], k);
      const tolerance = rows.shape[0] * Math.max(TOLERANCE, UNITS * rows.backend.epsilon);
      const known = await knownRows(rows, units);
      let bias = new Float64Array(k);

      return async parameters => {
        let found = await project(model, parameters, rows, known, bias);
        for (let step = 0; bounds && step < MOST_DUAL_STEPS; step++) {
          const { counts } = found;
          const next = bias.map((b, c) => {
            const [lower, upper] = [
              b + Math.log(bounds.least[c] / counts[c]),
              b + Math.log(bounds.most[c] / counts[c]),
            ];
            return Math.max(lower, Math.min(0, upper));
          });
          const move = next.reduce((most, b, c) => Math.max(most, Math.abs(b - bias[c]) * counts[c]), 0);
          if (move <= tolerance) break;
          bias = next;
          found = await project(model, parameters, rows, known, bias);
        }
        return found;
      };
    },
  };
}

/** The rows of all units, resident on their own. */
interface KnownRows {
  readonly rows: Rows | undefined;
  readonly units: readonly Unit[];
}

async function knownRows(rows: Rows, units: readonly Unit[]): Promise<KnownRows> {
  if (units.length === 0) return { rows: undefined, units };
  const indices = units.flatMap(unit => unit.rows);
  const data = await rows.backend.take(rows, indices);
  let next = 0;
  const renumbered = units.map(({ rows: members, label }) => ({ rows: members.map(() => next++), label }));
  return {
    rows: await rows.backend.load({ data, shape: [indices.length, rows.shape[1]] }),
    units: renumbered,
  };
}

/** Statistics under q, all rows' less those of the known rows', which are added as their units have them. */
async function project<P>(
  model: Model<P>,
  parameters: P,
  rows: Rows,
  known: KnownRows,
  bias: Float64Array,
): Promise<Statistics> {
  const free = await plain(model, parameters, rows, bias);
  if (!known.rows) return free;
  const recentre = needs(model, 'recentre', 'the constrained rule');
  const replaced = await plain(model, parameters, known.rows, bias);
  const { responsibilities, freeEnergy } = await unitPosteriors(model, parameters, known, bias);
  const k = bias.length;
  const held = await needs(model, 'accumulate', 'the constrained rule')(
    parameters,
    known.rows,
    (begin, count) => responsibilities.slice(begin * k, (begin + count) * k),
  );
  const others = add(free, scale(recentre(replaced, free.origin), -1));
  const all = add(
    others,
    recentre({ ...held, logLikelihood: freeEnergy, baseline: replaced.baseline }, free.origin),
  );
  return { ...all, nRows: rows.shape[0], counts: all.counts.map(count => Math.max(0, count)) };
}

/** Statistics of unconnected rows, and their free energy without the bias. */
async function plain<P>(model: Model<P>, parameters: P, rows: Rows, bias: Float64Array): Promise<Statistics> {
  const statistics = await model.eStep(parameters, rows, { bias });
  const gained = statistics.counts.reduce((sum, count, c) => sum + (bias[c] === 0 ? 0 : count * bias[c]), 0);
  return { ...statistics, logLikelihood: statistics.logLikelihood - gained };
}

/** [rows, K] q of every known row, and Σ over units of E_q[log p(x, z | θ)] + H(q). */
async function unitPosteriors<P>(
  model: Model<P>,
  parameters: P,
  { rows, units }: KnownRows,
  bias: Float64Array,
): Promise<{ responsibilities: Float64Array; freeEnergy: number }> {
  const k = bias.length;
  const n = (rows as Rows).shape[0];
  const posteriors = new Float64Array(n * k);
  const logDensities = new Float64Array(n);
  const posterior = needs(model, 'posterior', 'the constrained rule');
  for await (const run of posterior(parameters, rows as Rows, { responsibilities: true })) {
    posteriors.set(run.responsibilities as Float64Array, run.begin * k);
    logDensities.set(run.logDensities, run.begin);
  }
  const responsibilities = new Float64Array(n * k);
  let freeEnergy = 0;
  for (const { rows: members, label } of units) {
    const joint = Float64Array.from({ length: k }, (_, c) =>
      members.reduce((sum, i) => sum + Math.log(Math.max(posteriors[i * k + c], LEAST)) + logDensities[i], 0),
    );
    const q =
      label === undefined
        ? softmax(joint.map((value, c) => value + members.length * bias[c]))
        : oneHot(label, k);
    q.forEach((share, c) => {
      if (share > 0) freeEnergy += share * (joint[c] - Math.log(share));
    });
    for (const i of members) responsibilities.set(q, i * k);
  }
  return { responsibilities, freeEnergy };
}

function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const odds = logits.map(value => Math.exp(value - largest));
  const total = odds.reduce((sum, value) => sum + value, 0);
  return odds.map(value => value / total);
}

const oneHot = (label: number, k: number) =>
  Float64Array.from({ length: k }, (_, c) => (c === label ? 1 : 0));
