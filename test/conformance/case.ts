import type { Backend } from '../../src/index.js';

/** One statement about every backend. `run` throws where it does not hold. */
export interface Case {
  readonly name: string;
  run(backend: Backend): Promise<void>;
}

/** Fails by construction: shows that a failing case fails, wherever it runs. */
export const negativeControl: Case = {
  name: 'negative control',
  async run() {
    throw new Error('this case fails on purpose');
  },
};
