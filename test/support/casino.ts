import { HiddenMarkovModel } from '../../src/index.js';

/** The occasionally dishonest casino: a fair die, and one that is loaded. */
export const casino = HiddenMarkovModel.fromParameters(
  {
    initialProbs: [0.5, 0.5],
    transitionMatrix: [0.95, 0.05, 0.1, 0.9],
    emission: {
      probabilities: [
        [1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6, 1 / 6],
        [0.1, 0.1, 0.1, 0.1, 0.1, 0.5],
      ],
    },
  },
  { emission: 'categorical' },
);
