import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCsv } from '../../src/index.js';
import { at, done, json, onCpu, put, run } from './harness.js';

const SKY = ['rain', 'sun', 'sun', 'rain', 'snow', 'snow'];
const WIND = ['low', 'high', 'low', 'low', 'high', 'high'];
const GRADE = [0, 1, 2, 0, 1, 1];
const words = `sky,wind,grade\n${SKY.map((sky, i) => `${sky},${WIND[i]},${GRADE[i]}`).join('\n')}\n`;
/** Levels are sorted: rain, snow, sun; high, low. */
const codes = words
  .replace(/rain|high/g, '0')
  .replace(/snow|low/g, '1')
  .replace(/sun/g, '2');
const model = at('words.json');
const fit = ['--family', 'categorical', '--components', '2', ...onCpu];
let file: string;

beforeAll(async () => {
  file = put('words.csv', words);
  await done('fit', file, ...fit, '--out', model);
});

describe('columns of text are categories of the categorical family', () => {
  it('fitted as their codes are, and named in the model', async () => {
    const kept = JSON.parse(readFileSync(model, 'utf8'));
    expect(kept).toMatchObject({
      columns: ['sky', 'wind', 'grade'],
      levels: [3, 2, 3],
      levelNames: [['rain', 'snow', 'sun'], ['high', 'low'], null],
    });
    const { probabilities, weights, fit: own } = await json('fit', put('codes.csv', codes), ...fit);
    expect([probabilities, weights, own]).toEqual([kept.probabilities, kept.weights, kept.fit]);
  });

  it('printed by name in the summary and in draws', async () => {
    const header = 'sky=rain +probability sky=snow +probability sky=sun +probability wind=high';
    expect(await done('info', model)).toMatch(new RegExp(`probability ${header}`));
    const drawn = await done('sample', model, '--n', '30');
    expect(drawn).toMatch(/^sky,wind,grade\n((rain|snow|sun),(high|low),[012]\n){30}$/);
    const { points } = await json('sample', model, '--n', '30');
    expect(points.map((row: unknown[]) => row.join(',')).join('\n')).toBe(
      drawn.trimEnd().replace(/^.*\n/, ''),
    );
  });

  it('found by name in other files, whatever their order; others are refused', async () => {
    const expected = await done('predict', model, file, ...onCpu);
    const turned = put(
      'turned.csv',
      `grade,x,wind,sky\n${SKY.map((sky, i) => `${GRADE[i]},?,${WIND[i]},${sky}`).join('\n')}\n`,
    );
    expect(await done('predict', model, turned, ...onCpu)).toBe(expected);
    const few = put('few.csv', 'sky,wind,grade\nsun,low,1\n');
    expect(await done('predict', model, few, ...onCpu, '--append')).toMatch(/^sky.*\nsun,low,1,[01],/);
    const fog = put('fog.csv', 'sky,wind,grade\nsun,low,1\nfog,low,1\n');
    expect((await run(['predict', model, fog, ...onCpu])).stderr).toBe(
      `error: ${fog}: Line 3, column "sky": expected one of rain, snow, sun, got "fog". Try to mend or to drop the line.\n`,
    );
    const text = put('grades.csv', 'sky,wind,grade\nsun,low,good\n');
    expect(await run(['predict', model, text, ...onCpu])).toMatchObject({ code: 1, stdout: '' });
    const more = await json('fit', file, '--init', model, '--max-iter', '0', ...onCpu);
    expect(more.levelNames).toEqual(JSON.parse(readFileSync(model, 'utf8')).levelNames);
  });
});

it('so is a column of symbols of a hidden Markov model', async () => {
  const chain = at('chain.json');
  await done(
    'hmm',
    'fit',
    file,
    '--columns',
    'sky',
    '--emission',
    'categorical',
    '--states',
    '2',
    ...onCpu,
    '--out',
    chain,
  );
  expect(JSON.parse(readFileSync(chain, 'utf8'))).toMatchObject({
    columns: ['sky'],
    levelNames: [['rain', 'snow', 'sun']],
    nFeatures: 3,
  });
  expect(await done('hmm', 'decode', chain, file, ...onCpu)).toMatch(/^state\n([01]\n){6}$/);
  expect(await done('hmm', 'sample', chain, '--n', '5')).toMatch(/^sky\n((rain|snow|sun)\n){5}$/);
  const ahead = await done('hmm', 'forecast', chain, file, '--steps', '1', ...onCpu);
  expect(ahead).toMatch(/^step,state_0,state_1,probability_rain,probability_snow,probability_sun\n/);
  expect(await done('info', chain)).toMatch(/probability sky=rain +probability sky=snow/);
});

it('parseCsv reads levels, keeps text, and takes the columns that it is told', () => {
  const { points, levels, text } = parseCsv(words, { categories: true, keepText: true });
  expect(levels).toEqual([['rain', 'snow', 'sun'], ['high', 'low'], undefined]);
  expect([...points.data.subarray(0, 6)]).toEqual([0, 1, 0, 2, 0, 1]);
  const [header, ...lines] = words.trimEnd().split('\n');
  expect(text).toEqual({ delimiter: ',', header, lines });
  const known = parseCsv('s\nb\n', { categories: [['a', 'b']] });
  expect([...known.points.data]).toEqual([1]);
  const match = (chosen: readonly number[], names: readonly string[]) =>
    chosen.filter(column => names[column] === 'grade');
  expect(parseCsv(words, { match })).toMatchObject({ columns: ['grade'], points: { shape: [6, 1] } });
});
