import { HiddenMarkovModel } from '../../estimators/hidden-markov-model.js';
import { aic, bic } from '../../selection.js';
import { note } from '../exit.js';
import { about, readJson } from '../files.js';
import { readSequences, type SequencesInput } from '../sequences.js';
import { counted, formatSummary, partsTable } from '../summary.js';
import type { OpenModel } from './kind.js';
import { likelihoodPairs, likelihoodScores } from './likelihood.js';

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
  toJSON: () => model.toJSON(),
  describe: () => describeHiddenMarkovModel(model),
  readInput: (path, columns) => readSequences(path, { columns }),
  async predict({ points, lengths }, use) {
    return (await model.decode(points, { algorithm: 'posterior', lengths, ...use })).states;
  },
  predictProba: ({ points, lengths }, use) => model.predictProba(points, { lengths, ...use }),
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

/** The states, then the transitions between them. */
export function describeHiddenMarkovModel(model: HiddenMarkovModel, columns?: readonly string[]): string {
  const { nStates: k, nFeatures: d, family, initialProbs, transitionMatrix } = model;
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
      columns: symbols ? codeNames(d, columns?.[0]) : columns,
    },
  );
  const transitions = partsTable('from', {}, { name: 'to', values: transitionMatrix }, k);
  return formatSummary([['model', title], ...likelihoodPairs(model)], `${states}\n\n${transitions}`);
}

/** 'weather=2', or '2' where the column has no name. */
const codeNames = (count: number, column?: string): string[] =>
  Array.from({ length: count }, (_, code) => (column === undefined ? String(code) : `${column}=${code}`));
