import { expect, test } from 'vitest';
import { cpu, webgpu } from '../src/index.js';
import { runCase } from './properties/cases.js';
import { MODELS } from './properties/kinds.js';
import type { PropertyModel } from './properties/property.js';

/** Of each model, the first of what `npm run properties -- --size test` runs: 300 in all, those that cost more fewer. */
const CASES: Record<string, number> = {
  gaussian: 50,
  'k-means': 70,
  counts: 70,
  bayesian: 50,
  topics: 15,
  chains: 15,
  rules: 30,
};

const backends = { cpu: cpu(), gpu: await webgpu() };

test('300 cases, of every model', () => {
  const cases = MODELS.map(({ name }) => CASES[name]);
  expect(cases.reduce((a, b) => a + b)).toBe(300);
});

test.each(MODELS.map(model => [model.name, model] as const))(
  'what has to hold: %s',
  async (name, model) => {
    for (let index = 0; index < CASES[name]; index++) {
      const { failures } = await runCase(model, { size: 'test', seed: 1, backends }, index);
      const again = `npm run properties -- --models ${name} --size test --seed 1 --case ${index}`;
      expect(failures, again).toEqual({});
    }
  },
  180_000,
);

/** The device's numbers, a little off: what the runs are for. */
const off = <B extends object>(backend: B, by: number): B =>
  new Proxy(backend, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (name !== 'load' || typeof value !== 'function')
        return typeof value === 'function' ? value.bind(target) : value;
      return async (...args: unknown[]) => {
        const rows = await value.apply(target, args);
        return Object.create(rows, {
          posterior: {
            value: async function* (...asked: unknown[]) {
              for await (const part of rows.posterior(...asked)) {
                yield { ...part, logDensities: part.logDensities.map((score: number) => score + by) };
              }
            },
          },
        });
      };
    },
  });

test('numbers that are a little off are found', async () => {
  const gaussian = MODELS[0] as PropertyModel;
  const wrong = { cpu: backends.cpu, gpu: off(backends.gpu, 1e-2) };
  const found = new Set<string>();
  for (let index = 0; index < 10; index++) {
    const { failures } = await runCase(gaussian, { size: 'test', seed: 1, backends: wrong }, index);
    for (const kind of Object.keys(failures)) found.add(kind);
  }
  expect(found).toContain('scores');
});
