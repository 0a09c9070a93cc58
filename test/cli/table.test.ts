import { describe, expect, it } from 'vitest';
import { formatNats, formatNumber, formatPairs, formatTable } from '../../src/cli/table.js';

describe('tables', () => {
  it('align the first column to the left and the others to the right', () => {
    expect(
      formatTable([
        ['component', 'weight', 'x'],
        ['0', '0.5', '-1.25'],
        ['10', '0.25', '3'],
      ]),
    ).toBe(['component  weight      x', '0             0.5  -1.25', '10           0.25      3'].join('\n'));
  });

  it('pairs stand under each other', () => {
    expect(
      formatPairs([
        ['rows', '272'],
        ['log-likelihood', '-1130.264'],
      ]),
    ).toBe('rows            272\nlog-likelihood  -1130.264');
  });

  it('numbers have the digits that matter', () => {
    expect([2 / 3, 79.96811, 3, 0, -1.5e-9, 123456789].map(value => formatNumber(value))).toEqual([
      '0.66667',
      '79.968',
      '3',
      '0',
      '-1.5e-9',
      '123460000',
    ]);
    expect(formatNats(-1130.26396)).toBe('-1130.264');
  });
});
