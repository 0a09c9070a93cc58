import { afterAll, describe, expect, test } from 'vitest';
import { openPage } from '../support/open-page.js';
import { negativeControl } from './case.js';
import { cases } from './suite.js';

const { page, call, messages, close } = await openPage('test/conformance/page.html', 'window.runCase');
afterAll(close);
const adapter = await page.evaluate('adapter()');

describe(`conformance: WebGPU in Chromium on ${adapter}`, () => {
  for (const { name } of cases) test(name, () => call('runCase', name));
  test('a failing case fails', () =>
    expect(call('runCase', negativeControl.name)).rejects.toThrow('on purpose'));
  test('nothing was written to the console', () => expect(messages).toEqual([]));
});
