import type { Matrix } from '../../data/matrix.js';
import { HiddenMarkovModel } from '../../estimators/hidden-markov-model.js';
import { aic, bic } from '../../selection.js';
import { type Added, besideEachOther, entryOf } from '../append.js';
import { note } from '../exit.js';
import { about, readJson } from '../files.js';
import { readSequences, type SequencesInput } from '../sequences.js';
import { counted, formatSummary, partsTable } from '../summary.js';
import type { OpenModel, TableNames, Use } from './kind.js';
import { type Criteria, likelihoodPairs, likelihoodScores } from './likelihood.js';

/** The model in a file, for commands that take no other. */
export async function readHiddenMarkovModel(path: string): Promise<HiddenMarkovModel> {
  const json = await readJson(path);
  return about(path, () => HiddenMarkovModel.fromJSON(json));
}

export const openHiddenMarkovModel = (json: unknown) => asOpenModel(HiddenMarkovModel.fromJSON(json));

/** Rows that come without more are one sequence; labels are the states that are likeliest one by one. */
export const asOpenModel = (model: HiddenMarkovModel): OpenModel<SequencesInput> => ({
  kind: 'hidden-markov-model',
  part: 'state',
  nParts: model.nStates,
  columns: model.columns,
  levelNames: model.levelNames,
  toJSON: () => model.toJSON(),
  describe: () => describeHiddenMarkovModel(model),
  readInput: (path, options) => readSequences(path, options, model),
  async predict({ points, lengths }, use) {
    return (await model.decode(points, { algorithm: 'posterior', lengths, ...use })).states;
  },
  predictProba: ({ points, lengths }, use) => model.predictProba(points, { lengths, ...use }),
  async beside(input, use) {
    const { points, lengths } = input;
    const { states } = await model.decode(points, { algorithm: 'posterior', lengths, ...use });
    return besideStates(model, input, states, use);
  },
  async score({ points, lengths, nRows: n }, use) {
    const each = await model.scoreSequences(points, { lengths, ...use });
    const impossible = each.indexOf(Number.NEGATIVE_INFINITY);
    if (impossible >= 0) note(`sequence ${impossible} is impossible: its probability is 0.`);
    const total = each.reduce((sum, value) => sum + value, 0);
    return [
      { name: 'nSequences', label: 'sequences', value: each.length, text: String(each.length) },
      ...likelihoodScores(total, total / n, {
        aic: aic(total, model.nParameters),
        bic: bic(total, model.nParameters, n),
      }),
    ];
  },
  sample(n, seed) {
    const { states, ...rows } = model.sample(n, { seed });
    return { ...rows, labels: states };
  },
});

/** The state of each row, how probable it is given the whole sequence, and the log density of the row given those before it. */
export async function besideStates(
  model: HiddenMarkovModel,
  { points, lengths }: Pick<SequencesInput, 'points' | 'lengths'>,
  states: Uint32Array,
  use: Use,
): Promise<Added> {
  const probabilities = await model.predictProba(points, { lengths, ...use });
  return {
    header: ['state', 'probability', 'log_density'],
    array: besideEachOther([
      states,
      entryOf(probabilities, model.nStates, states),
      logDensities(model, points, lengths),
    ]),
  };
}

/** [n] log p(x_t | x_1 … x_{t−1}) of each sequence: they sum to its log-likelihood. */
function logDensities(model: HiddenMarkovModel, { data, shape: [n, d] }: Matrix, lengths: Uint32Array) {
  const found = new Float64Array(n);
  let row = 0;
  for (const length of lengths) {
    const filter = model.filter();
    let before = 0;
    for (const end = row + length; row < end; row++) {
      const { logLikelihood } = filter.next(data.subarray(row * d, (row + 1) * d));
      found[row] = logLikelihood - before;
      before = logLikelihood;
    }
  }
  return found;
}

/** The states, then the transitions between them. */
export function describeHiddenMarkovModel(model: HiddenMarkovModel, criteria?: Criteria): string {
  const { nStates: k, nFeatures: d, family, columns, initialProbs, transitionMatrix } = model;
  const { means, rates, probabilities } = model.emission as Record<string, Float64Array>;
  const symbols = family === 'categorical';
  const title = [
    `${family[0].toUpperCase()}${family.slice(1)} hidden Markov model`,
    counted(k, 'state'),
    counted(d, symbols ? 'symbol' : 'feature'),
    ...(model.covarianceType ? [`${model.covarianceType} covariance`] : []),
    ...(model.stationary ? ['stationary'] : []),
  ].join(', ');
  const states = partsTable(
    'state',
    { start: initialProbs },
    {
      name: means ? 'mean' : rates ? 'rate' : 'probability',
      values: means ?? rates ?? probabilities,
      columns: symbols ? codeNames(d, model) : columns,
    },
  );
  const transitions = partsTable('from', {}, { name: 'to', values: transitionMatrix }, k);
  return formatSummary(
    [['model', title], ...likelihoodPairs(model, criteria)],
    `${states}\n\n${transitions}`,
  );
}

/** 'weather=rain'; '2' where neither column nor codes have names. */
const codeNames = (count: number, { columns, levelNames }: TableNames): string[] =>
  Array.from({ length: count }, (_, code) => {
    const name = levelNames?.[0]?.[code] ?? String(code);
    return columns ? `${columns[0]}=${name}` : name;
  });
