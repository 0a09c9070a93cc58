import { expect, test } from 'vitest';
import { binomial, cpu, em, matrix, maximumLikelihood, mixture } from '../../src/index.js';

/**
 * Two coins (Do & Batzoglou, Nature Biotechnology 26 (2008) 897–899): five runs of ten tosses, each with one of two
 * coins, nobody knows which. Weights are fixed and equal. The figures are those of ../shared/reference's README.
 */
test('two coins: probabilities of heads, digit for digit', async () => {
  const heads = matrix(Float64Array.of(5, 9, 8, 4, 7), [5, 1]);
  const rows = await cpu().load(heads);
  const model = mixture(binomial({ trials: 10 }), { nComponents: 2 });
  const start = { weights: Float64Array.of(0.5, 0.5), probabilities: Float64Array.of(0.6, 0.5) };

  const responsibilities: number[] = [];
  for await (const posterior of model.on(rows).posterior(start, { responsibilities: true })) {
    for (let i = 0; i < 5; i++) responsibilities.push(posterior.responsibilities?.[2 * i] as number);
  }
  expect(responsibilities.map(r => r.toFixed(4))).toEqual(['0.4491', '0.8050', '0.7335', '0.3522', '0.6472']);

  const steps: string[] = [];
  const fit = await em(model, start, rows, {
    mStep: maximumLikelihood({ fixed: ['weights'] }),
    tol: 0,
    maxIter: 200,
    onIteration: ({ parameters }) =>
      steps.push(Array.from(parameters.probabilities, p => p.toFixed(6)).join(' / ')),
  });
  expect(steps[1]).toBe('0.713012 / 0.581339');
  expect(steps[10]).toBe('0.796744 / 0.519659');
  expect(Array.from(fit.parameters.probabilities, p => p.toFixed(7))).toEqual(['0.7967891', '0.5195831']);
  expect(Array.from(fit.parameters.weights)).toEqual([0.5, 0.5]);
});
