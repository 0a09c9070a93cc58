import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/exit.js';
import { groupsOf, parseLabels, readLabels } from '../../src/cli/labels.js';
import { eStepOf, mStepOf, parseEStep, parseMStep } from '../../src/cli/rules.js';
import { formatNpy } from '../../src/data/npy.js';
import { FileFormatError } from '../../src/errors.js';
import { put } from './harness.js';

describe('E-step rules', () => {
  it('are written as a name and settings', () => {
    expect(parseEStep('hard')).toEqual({ name: 'hard', settings: {}, numbers: [] });
    expect(parseEStep('tempered:0.1,0.5,1').numbers).toEqual([0.1, 0.5, 1]);
    expect(parseEStep('sampled:draws=10,seed=3,average=20').settings).toEqual({
      draws: 10,
      seed: 3,
      average: 20,
    });
    expect(parseEStep('constrained:min=0.2,max=0.5').settings).toEqual({ min: 0.2, max: 0.5 });
  });

  it.each([
    ['soft', /Expected exact, hard, tempered, .*, got "soft"/],
    ['', /got ""/],
    ['toString', /got "toString"/],
    ['hard:draws=3', /hard takes no settings/],
    ['tempered', /It needs numbers, as in tempered:0\.5/],
    ['tempered:', /It needs numbers/],
    ['tempered:hot', /Expected numbers/],
    ['tempered:0', /beta must be a .*number > 0/],
    ['sampled:draw=10', /sampled takes draws, seed, average, got "draw"/],
    ['sampled:draws=ten', /Expected draws=NUMBER, got "draws=ten"/],
    ['sampled:draws', /Expected draws=NUMBER/],
    ['sampled:draws=0', /draws must be an integer from 1/],
    ['sampled:draws=1,draws=2', /draws is given twice/],
    ['partial:blocks=1.5', /blocks must be an integer ≥ 1/],
    ['stepwise:exponent=0.4', /exponent must be in \(0\.5, 1\]/],
    ['constrained:min=2', /min must be a share from 0 to 1, got 2/],
  ])('%j is refused', (text, message) => {
    expect(() => parseEStep(text)).toThrow(InvalidArgumentError);
    expect(() => parseEStep(text)).toThrow(message);
  });

  it('are the constrained one where files say what is known', async () => {
    const read = async () => Int32Array.of(0, -1, 0);
    const named = async (rule: string | undefined, files: { labels?: string; mustLink?: string }) =>
      (await eStepOf(rule === undefined ? undefined : parseEStep(rule), files, read))?.name;
    expect(await named(undefined, {})).toBeUndefined();
    expect(await named('partial', {})).toBe('partial');
    expect(await named(undefined, { labels: 'known.csv' })).toBe('constrained');
    expect(await named('constrained:min=0.1', { mustLink: 'links.csv' })).toBe('constrained');
    await expect(named('hard', { labels: 'known.csv' })).rejects.toThrow(UsageError);
  });
});

describe('M-step rules', () => {
  it('are written alike', () => {
    expect(parseMStep('gradient:learning-rate=0.5,steps=5').settings).toEqual({
      learningRate: 0.5,
      steps: 5,
    });
    expect(parseMStep('maximum-a-posteriori:weights=2,components').settings).toEqual({
      weights: 2,
      components: true,
    });
  });

  it.each([
    ['map', /Expected maximum-likelihood, maximum-a-posteriori, gradient, got "map"/],
    ['gradient:learningRate=1', /gradient takes learning-rate, steps/],
    ['gradient:learning-rate=0', /learningRate must be a finite number > 0/],
    ['maximum-a-posteriori:components=1', /components is a word that stands alone/],
  ])('%j is refused', (text, message) => {
    expect(() => parseMStep(text)).toThrow(InvalidArgumentError);
    expect(() => parseMStep(text)).toThrow(message);
  });

  it('know what their family has', () => {
    expect(mStepOf(undefined, 'poisson', ['rates'])).toEqual({ fixed: ['rates'] });
    expect(
      mStepOf(parseMStep('maximum-a-posteriori:shape=2,rate=1'), 'poisson', undefined).mStep,
    ).toBeDefined();
    const wrong = [
      () => mStepOf(undefined, 'gaussian', ['rates']),
      () => mStepOf(parseMStep('maximum-a-posteriori:shape=2'), 'gaussian', undefined),
      () => mStepOf(parseMStep('gradient'), 'gaussian', ['weights']),
    ];
    const messages = [
      /takes weights, means, covariances, got "rates"/,
      /takes weights, components, mean-precision, degrees-of-freedom; got shape/,
      /moves all parameters/,
    ];
    wrong.forEach((make, i) => {
      expect(make).toThrow(UsageError);
      expect(make).toThrow(messages[i]);
    });
  });
});

describe('labels', () => {
  it('are one a line, with or without a header, unknown where there is none', () => {
    expect([...parseLabels('0\n1\n-1\n\n2\n')]).toEqual([0, 1, -1, -1, 2]);
    expect([...parseLabels('\uFEFFspecies\r\n""\r\n1.0\r\nNaN\r\n')]).toEqual([-1, 1, -1]);
  });

  it('come from .npy files too', async () => {
    const file = put('labels.npy', formatNpy({ data: Int32Array.of(2, -1), shape: [2] }));
    expect([...(await readLabels(file))]).toEqual([2, -1]);
    const wide = put('wide.npy', formatNpy({ data: Int32Array.of(2, -1), shape: [1, 2] }));
    await expect(readLabels(wide)).rejects.toThrow(`${wide}: Expected one column of labels, got 2.`);
  });

  it.each([
    ['0\nsetosa\n', /Line 2: expected one label/],
    ['a\n0\n0.5\n', /Line 3: .* got "0\.5"/],
    ['0\n-2\n', /Line 2/],
    ['0,1\n2,3\n', /Line 2: .* got "2,3"/],
    ['', /got none/],
    ['species\n', /got none/],
  ])('%j is refused', (text, message) => {
    expect(() => parseLabels(text)).toThrow(FileFormatError);
    expect(() => parseLabels(text)).toThrow(message);
  });

  it('of one number are a group', () => {
    expect(groupsOf(Int32Array.of(3, -1, 0, 3, 0, -1))).toEqual([
      [0, 3],
      [2, 4],
    ]);
  });
});
