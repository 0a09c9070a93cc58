import { describe, expect, test } from 'vitest';
import { cpu } from '../../src/index.js';
import { negativeControl } from './case.js';
import { cases } from './suite.js';

const backend = cpu();

describe('conformance: CPU in Node', () => {
  for (const { name, run } of cases) test(name, () => run(backend));
  test('a failing case fails', () => expect(negativeControl.run(backend)).rejects.toThrow('on purpose'));
});
