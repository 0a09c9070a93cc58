/** A family that is broken is refused when a model is given it, by the name of what is wrong with it. */
import {
  type Backend,
  type Family,
  gaussian,
  HiddenMarkov,
  HiddenMarkovModel,
  InvalidArgumentError,
  matrix,
  mixture,
  poisson,
} from '../../src/index.js';
import { rejects } from '../support/assert.js';
import type { Case } from './case.js';

/** Members in place of a whole family's, and what is said of them. */
const BROKEN: readonly (readonly [members: object, says: RegExp])[] = [
  [{ form: 'quadratic' }, /"own" must have a member form, one of full, diag, linear, got "quadratic"/],
  [{ form: undefined }, /form.*got nothing/],
  [{ form: 'Linear' }, /form.*got "Linear"/],
  [{ moments: 'second' }, /"own" must have a member moments, one of full, diag, first, got "second"/],
  [{ moments: null }, /moments.*got null/],
  [{ name: undefined }, /must have a name, a text, got nothing/],
  [{ shapes: undefined }, /"own" must have a function shapes, got nothing/],
  [{ densities: undefined }, /function densities, got nothing/],
  [{ maximise: 7 }, /maximise|emission must be a family/],
  [{ sampler: undefined }, /function sampler/],
  [{ toVector: undefined }, /function toVector/],
  [{ prior: {} }, /function prior, got an object/],
  [{ baseline: 0 }, /function baseline, got 0/],
];

const ROWS = matrix(Float64Array.of(1, 2, 3, 4, 5, 6), [6, 1]);

/** A family with all that the prototype of another one has. */
function own(whole: Family, members: object): Family {
  return Object.create(whole, Object.getOwnPropertyDescriptors({ name: 'own', ...members }));
}

type Give = (family: Family, backend: Backend) => unknown;

const GIVEN: Readonly<Record<string, Give>> = {
  'a mixture': family => mixture(family, { nComponents: 2 }),
  'a chain': family => new HiddenMarkov(family, { nStates: 2 }),
  'a fit of a hidden Markov model': (emission, device) =>
    HiddenMarkovModel.fit([[1, 2, 3]], { nStates: 1, emission, device }),
  'a hidden Markov model of parameters': emission =>
    HiddenMarkovModel.fromParameters(
      { initialProbs: [1], transitionMatrix: [[1]], emission: { rates: [[1]] } },
      { emission },
    ),
};

export const familyCases: readonly Case[] = [
  ...Object.entries(GIVEN).map(
    ([name, give]): Case => ({
      name: `a broken family is refused by ${name}`,
      async run(backend) {
        for (const [members, says] of BROKEN) {
          const family = own(poisson() as Family, members);
          await rejects(async () => give(family, backend), InvalidArgumentError, says);
        }
      },
    }),
  ),
  {
    name: 'a model whose densities no backend knows is refused',
    async run(backend) {
      const family = gaussian();
      const parameters = { means: Float64Array.of(0), covariances: Float64Array.of(1) };
      const densities = { ...family.densities(parameters, 1), nComponents: 1, nFeatures: 1 };
      const rows = await backend.load(ROWS);
      for (const [form, moments] of [
        ['quadratic', 'full'],
        ['full', 'third'],
      ]) {
        const unknown = { ...densities, form, moments } as never;
        await rejects(
          () => rows.eStep(unknown),
          InvalidArgumentError,
          /^A model must have a member (form|moments)/,
        );
      }
      rows.dispose();
    },
  },
];
