import { describe, expect, test } from 'vitest';
import { emptyStatistics } from '../src/contract/statistics.js';
import { stoppingRule } from '../src/em/convergence.js';
import {
  cpu,
  DegenerateCovarianceError,
  em,
  LikelihoodDecreasedError,
  type Model,
  type Rows,
} from '../src/index.js';

/** A model whose likelihood follows a script: one value per E-step; parameters count M-steps. */
function scripted(
  values: number[],
  { shortfall = 0, failAt = Number.POSITIVE_INFINITY } = {},
): Model<number> {
  const model: Model<number> = {
    on: table => ({
      model,
      table,
      eStep: async step => ({
        ...emptyStatistics(1, 'first', new Float64Array(1)),
        mass: 10,
        logLikelihood: values[step],
      }),
    }),
    mStep(_, step) {
      if (step === failAt) throw new DegenerateCovarianceError('scripted.');
      return { parameters: step + 1, notes: [] };
    },
    mStepShortfall: () => shortfall,
  };
  return model;
}

const rows: Rows = await cpu().load({ data: new Float64Array(10), shape: [10, 1] });

describe('em', () => {
  test('stops at the tolerance: the change per row, not the total', async () => {
    const fit = await em(scripted([-100, -50, -49, -48.995, 0]), 0, rows, { tol: 1e-3 });
    expect(fit).toMatchObject({
      parameters: 3,
      logLikelihood: -48.995,
      nIter: 3,
      converged: true,
      stopReason: 'tolerance',
    });
    expect(fit.history).toEqual([-100, -50, -49, -48.995]);
  });

  const gains: [nRows: number, leaps: boolean, ...gains: number[]][] = [
    [100_001, true, 1.1e-4, 9e-5],
    [100_000, true, 1.1e-4, 1.1e-5, 9e-6],
    [10_000, true, 1.1e-4, 1.1e-5, 1.1e-6, 9e-7],
    [10_000, false, 1.1e-4, 1.1e-5, 9e-6],
  ];
  test.each(gains)(
    '%i rows without a tolerance, leaping: %s, stop when they gain too little',
    (nRows, leaps, ...gains) => {
      const stop = stoppingRule({}, { leaps });
      const history = [0];
      const reasons = gains.map(gain => {
        history.push(history[history.length - 1] + gain * nRows);
        return stop(history, nRows);
      });
      expect(reasons).toEqual([...gains.slice(1).map(() => undefined), 'tolerance']);
    },
  );

  test('running out is not converging, and the likelihood belongs to the parameters', async () => {
    const fit = await em(scripted([-3, -2, -1, 0]), 0, rows, { tol: 0, maxIter: 2 });
    expect(fit).toMatchObject({
      parameters: 2,
      logLikelihood: -1,
      nIter: 2,
      converged: false,
      stopReason: 'maxIter',
    });
  });

  test('a fall beyond rounding is an error with both values and the last good fit', async () => {
    const failure = em(scripted([-3, -2, -2.5]), 0, rows);
    await expect(failure).rejects.toBeInstanceOf(LikelihoodDecreasedError);
    await expect(failure).rejects.toThrow(/from -2 to -2.5 at iteration 2/);
    await expect(failure).rejects.toMatchObject({
      lastGood: { parameters: 1, logLikelihood: -2, nIter: 1, stopReason: 'failed' },
    });
  });

  test('a fall within rounding, or within what regularisation gave up, is none', async () => {
    const rounding = await em(scripted([-2, -2 - 1e-14, -2]), 0, rows, { tol: 0, maxIter: 2 });
    expect(rounding.nIter).toBe(2);
    const regularised = await em(scripted([-2, -2.5, -2.5], { shortfall: 0.6 }), 0, rows, {
      tol: 0,
      maxIter: 2,
    });
    expect(regularised.nIter).toBe(2);
    await expect(em(scripted([-2, -2.5], { shortfall: 0.4 }), 0, rows)).rejects.toThrow(/fell/);
  });

  test('a failing M-step hands back what was there before it', async () => {
    const failure = em(scripted([-3, -2, -1], { failAt: 1 }), 0, rows, { tol: 0 });
    await expect(failure).rejects.toThrow('scripted. (after 1 M-steps)');
    await expect(failure).rejects.toMatchObject({
      lastGood: { parameters: 1, logLikelihood: -2, history: [-3, -2] },
    });
  });

  test('onIteration is awaited, and its abort takes effect at once', async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const fit = await em(scripted([-5, -4, -3, -2]), 0, rows, {
      tol: 0,
      signal: controller.signal,
      async onIteration({ iteration, logLikelihood, parameters }) {
        await new Promise(resolve => setTimeout(resolve, 1));
        expect(parameters).toBe(iteration);
        seen.push(logLikelihood);
        if (iteration === 1) controller.abort();
      },
    });
    expect(seen).toEqual([-5, -4]);
    expect(fit).toMatchObject({ parameters: 1, stopReason: 'aborted', converged: false });
  });
});
