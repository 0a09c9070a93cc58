import { expect, test } from 'vitest';
import { runCase } from './fuzz/cases.js';
import { KINDS } from './fuzz/kinds.js';

/** The first of what `npm run fuzz` runs. */
test.each(KINDS.map(kind => [kind.name, kind] as const))('broken inputs: %s', async (_, kind) => {
  const seeds = await kind.seeds();
  const outcomes = new Set<string>();
  for (let index = 0; index < 400; index++) {
    const { failure, refused = 'taken' } = await runCase(kind, seeds, 1, index);
    expect(failure, `npm run fuzz -- --kind ${kind.name} --seed 1 --case ${index}`).toBeUndefined();
    outcomes.add(refused);
  }
  expect(outcomes.size).toBeGreaterThan(1);
});
