import { webgpu } from '../../src/index.js';
import { negativeControl } from './case.js';
import { cases } from './suite.js';

/** The suite's cases by name, for the test runner outside to call. */
const backend = await webgpu();

Object.assign(window, {
  adapter: () => backend.adapter,
  runCase(name: string): Promise<void> {
    const found = [...cases, negativeControl].find(candidate => candidate.name === name);
    if (!found) throw new Error(`There is no case ${name}.`);
    return found.run(backend);
  },
});
