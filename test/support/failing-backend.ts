import {
  type Backend,
  type Counts,
  cpu,
  DegenerateCovarianceError,
  type Matrix,
  NonFiniteError,
  type ResidentCounts,
  type Rows,
} from '../../src/index.js';

/** How arithmetic fails: the likelihood is too high, so that it falls afterwards; or what its name says. */
export type Failure = 'non-finite' | 'degenerate' | 'too-high';

/** The CPU backend as a float32 one that fails: in every E-step from the `at`-th on, counted from 0. */
export class FailingBackend implements Backend {
  readonly device = 'webgpu';
  readonly adapter = 'one that fails';
  readonly epsilon = 2 ** -24;
  /** E-steps so far. */
  steps = 0;
  readonly #real = cpu();

  constructor(
    private readonly at: number,
    private readonly failure: Failure = 'non-finite',
  ) {}

  async load(points: Matrix): Promise<Rows> {
    return this.#rows(await this.#real.load(points));
  }

  #rows(own: Rows): Rows {
    const { walks } = own;
    return instead(own, {
      backend: this,
      inFloat64: async () => own,
      divide: (...given) => this.#rows(own.divide(...given)),
      eStep: async (...given) => this.#failing(await own.eStep(...given)),
      walks:
        walks &&
        instead(walks, {
          forwardBackward: async (...given) => {
            const found = await walks.forwardBackward(...given);
            return { ...found, ...this.#failing(found) };
          },
        }),
    });
  }

  async loadCounts(counts: Counts): Promise<ResidentCounts> {
    const own = await this.#real.loadCounts(counts);
    return instead(own, {
      backend: this,
      inFloat64: async () => own,
      documentTopics: async (settings, begin) => {
        const topics = await own.documentTopics(settings, begin);
        return instead(topics, {
          update: async logTopics => {
            const found = await topics.update(logTopics);
            return { ...found, bound: this.#failing({ logLikelihood: found.bound }).logLikelihood };
          },
        });
      },
    });
  }

  dispose(): void {}

  #failing<S extends { logLikelihood: number }>(statistics: S): S {
    if (this.steps++ < this.at) return statistics;
    if (this.failure === 'non-finite') throw new NonFiniteError('float32 fails on purpose.');
    if (this.failure === 'degenerate') throw new DegenerateCovarianceError('float32 fails on purpose.');
    const { logLikelihood } = statistics;
    const high = this.steps === this.at + 1 ? Math.abs(logLikelihood) : 0; // and falls back
    return { ...statistics, logLikelihood: logLikelihood + high };
  }
}

/** `members` in place of those that an object has; its other methods keep their `this`. */
function instead<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(_, key) {
      if (Reflect.has(members, key)) return Reflect.get(members, key);
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
