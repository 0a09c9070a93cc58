import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { boundsOf, H200, occupancyOf } from '../bench/card.js';
import { shownCommand } from '../bench/command.js';
import { processPeer } from '../bench/hosts/process-peer.js';
import { type Effort, measure, openPeers, type Timed } from '../bench/measure.js';
import { firstOf } from '../bench/peers/first-of.js';
import type { PeerName } from '../bench/peers/names.js';
import { AbsentError, type Peer } from '../bench/peers/peer.js';
import { sklearnFits } from '../bench/peers/sklearn-starts.js';
import { createProblem, type Problem } from '../bench/problem.js';
import { formatChart } from '../bench/report/chart.js';
import { digits, duration, percent, times } from '../bench/report/format.js';
import { type Rated, type Report, rate } from '../bench/report/report.js';
import { formatFooting, formatHeading, formatRow } from '../bench/report/table.js';
import { parseShape, SHAPES, type Shape, shapeName, usefulBytes, usefulFlops } from '../bench/shapes.js';
import { logLogSlope, spread } from '../bench/timing.js';
import { countWork, type KernelCounts, readWorkgroup } from '../bench/work.js';
import { shaderOf } from '../src/backends/webgpu/mixture/shaders.js';

const SHAPE: Shape = { n: 2000, d: 2, k: 3, covariance: 'full' };

describe('shapes', () => {
  test('are read and named', () => {
    expect(parseShape('1e6, 2,8')).toEqual({ n: 1e6, d: 2, k: 8, covariance: 'full' });
    expect(shapeName(parseShape('200000,16,16,diag'))).toBe('N 2e5, D 16, K 16, diag');
    expect(shapeName(parseShape('123457,1,1'))).toBe('N 123457, D 1, K 1, full');
  });

  test.each(['', '1e6,2', '1e6,2,8,round', '1.5,2,8', '0,2,8', '1e6,2,8,full,9'])('%j is refused', text =>
    expect(() => parseShape(text)).toThrow(/N,D,K/),
  );

  test('count what an iteration cannot do without', () => {
    expect(usefulFlops({ n: 10, d: 2, k: 3, covariance: 'full' })).toBe(10 * 3 * (8 + 12 + 3));
    expect(usefulFlops({ n: 10, d: 2, k: 3, covariance: 'diag' })).toBe(10 * 3 * 19);
    expect(usefulBytes(SHAPE)).toBe(16_000);
  });
});

describe('problems', () => {
  test('depend on the seed alone, and start at rows of the data', () => {
    const { data, start } = createProblem(SHAPE, 7);
    expect(createProblem(SHAPE, 7)).toEqual({ shape: SHAPE, data, start });
    expect(createProblem(SHAPE, 8).data).not.toEqual(data);
    const rows = Array.from({ length: SHAPE.n }, (_, i) => `${data.subarray(2 * i, 2 * i + 2)}`);
    for (let c = 0; c < SHAPE.k; c++) expect(rows).toContain(`${start.means.slice(2 * c, 2 * c + 2)}`);
    const mean = data.filter((_, i) => i % 2 === 1).reduce((sum, value) => sum + value, 0) / SHAPE.n;
    const squares = data.filter((_, i) => i % 2 === 1).reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(start.variances[1]).toBeCloseTo(squares / SHAPE.n, 3);
  });
});

describe('timings', () => {
  test('median, min and max', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(() => spread([])).toThrow(RangeError);
  });

  test('the slope of a power law is its exponent', () =>
    expect(logLogSlope([1, 10, 500].map(x => [x, 3 * x ** 1.5]))).toBeCloseTo(1.5, 12));
});

describe('counts', () => {
  test.each(['2,8', '16,16', '2,8,diag', '16,16,diag'])(
    'a multiply-add in the text of the kernels at D,K = %s is an instruction of two operations',
    text => {
      const shape = parseShape(`100000,${text}`);
      const { plan, geometry, kernels } = countWork(shape, false);
      const form = shape.covariance as 'full' | 'diag';
      const held: Record<string, number> = {
        'mixture-strip': shape.k,
        'mixture-logits': plan.logitsComponents,
        'mixture-accumulate': plan.accumulateComponents,
      };
      for (const { kernel, flops, instructions } of kernels.filter(({ kernel }) => kernel in held)) {
        const workspace = { form, moments: form, nComponents: shape.k, nFeatures: shape.d };
        const { source } = shaderOf(kernel, { shape: workspace, plan, geometry, rule: 'exact' });
        const multiplyAdds = source.match(/\bfma\(/g) as string[];
        expect(flops - instructions, kernel).toBe(multiplyAdds.length / held[kernel]);
      }
    },
  );

  test.each([...SHAPES, parseShape('1e6,128,1024')].map(shape => [shapeName(shape), shape] as const))(
    'no plan does less than it must at %s',
    (_, shape) => {
      for (const software of [false, true]) {
        const { kernels } = countWork(shape, software);
        const sum = (of: (kernel: KernelCounts) => number) => kernels.reduce((total, k) => total + of(k), 0);
        expect(shape.n * shape.k * sum(({ flops }) => flops)).toBeGreaterThan(usefulFlops(shape));
        for (const kernel of kernels) expect(kernel.workgroupBytes).toBeLessThanOrEqual(16_384);
      }
    },
  );

  test('workgroups are read off the shader', () => {
    const source = [
      'const ROWS = 64u;',
      'const QUADS = ROWS / 4u;',
      'const LOG_ZERO = -1e30;',
      'var<workgroup> roots: array<f32, ROWS>;',
      'var<workgroup> tile: array<vec4f, 3 * QUADS>; // [3, QUADS]',
      '@compute @workgroup_size(ROWS)',
    ].join('\n');
    expect(readWorkgroup(source)).toEqual({ invocations: 64, workgroupBytes: 4 * 64 + 16 * 48 });
  });

  test('a card runs as many workgroups as its scarcest resource allows', () => {
    const kernel = (registers: number, workgroupBytes: number, invocations: number) =>
      occupancyOf({ registers, workgroupBytes, invocations } as KernelCounts);
    expect(kernel(16, 0, 64)).toEqual({ spills: false, workgroups: 32, occupancy: 1 });
    expect(kernel(112, 0, 64)).toEqual({ spills: false, workgroups: 8, occupancy: 0.25 });
    expect(kernel(16, 16_384, 64).workgroups).toBe(Math.floor((228 * 1024) / (17 * 1024)));
    expect(kernel(300, 0, 256)).toEqual({ spills: true, workgroups: 1, occupancy: 0.125 });
  });

  test('the slowest resource bounds the time', () => {
    const work = { instructions: 10, onChipBytes: 0, bytes: 1, rereadBytes: 40 } as KernelCounts;
    const { bound, seconds, cachedSeconds } = boundsOf(work, 1e9);
    expect(bound).toBe('memory');
    expect(seconds).toBeCloseTo((1e9 * 41) / H200.bytesPerSecond, 9);
    expect(cachedSeconds).toBeCloseTo((1e9 * 20) / H200.flopsPerSecond, 9);
  });
});

test('numbers are short', () => {
  expect([1234, 0.04567, 9.996, 0].map(value => digits(value))).toEqual(['1234', '0.0457', '10.0', '0']);
  expect([2, 0.9996, 0.0123, 4.5e-6, 7e-9].map(duration)).toEqual([
    '2.00 s',
    '1.00 s',
    '12.3 ms',
    '4.50 µs',
    '7.00 ns',
  ]);
  expect([percent(0.1234), times(45.2), times(0.0123), times(1234)]).toEqual([
    '12 %',
    '45×',
    '0.012×',
    '1234×',
  ]);
});

test('the command of a report names no file', () =>
  expect(
    shownCommand([
      'bench',
      '--quick',
      '--json',
      '/a/b.json',
      '--svg=/a/b.svg',
      '--python',
      '/c',
      '--seed',
      '2',
    ]),
  ).toBe('webgpu-em bench --quick --seed 2'));

/** A peer that does nothing, in a given time, with a given result. */
interface FakeOptions {
  seconds?: number;
  logLikelihood?: number;
  reference?: number;
  rows?: number;
  log?: string[];
  fail?: { at: 'open' | 'load' | 'run'; with: Error };
}

function fake(name: PeerName, options: FakeOptions = {}) {
  const { seconds = 1, logLikelihood = -100, reference, rows = SHAPE.n, log = [], fail } = options;
  const step = (at: string) => {
    log.push(`${name} ${at}`);
    if (fail?.at === at) throw fail.with;
  };
  const peer: Peer = {
    open: async () => {
      step('open');
      return { version: '1' };
    },
    load: async () => {
      step('load');
      return { rows };
    },
    run: async iterations => {
      step('run');
      return { seconds: Array(iterations).fill(seconds), logLikelihood, reference };
    },
    unload: async () => step('unload'),
    close: async () => step('close'),
  };
  return { name, peer };
}

const PROBLEM = { shape: SHAPE } as Problem;
const EFFORT: Effort = { iterations: 2, repeats: 2, budget: 60 };
const measureAll = (participants: ReturnType<typeof fake>[], effort = EFFORT) =>
  measure(participants, PROBLEM, effort, () => {});

describe('measuring', () => {
  test('peers take turns, after one run each to warm up', async () => {
    const log: string[] = [];
    await measureAll([fake('webgpu', { log }), fake('cpu', { log })]);
    const turns = ['webgpu run', 'cpu run'];
    expect(log).toEqual([
      ...['webgpu load', 'webgpu run', 'cpu load', 'cpu run'],
      ...turns,
      ...turns,
      ...['webgpu unload', 'cpu unload'],
    ]);
  });

  test('work is compared with the float64 peers', async () => {
    const { outcomes } = await measureAll([
      fake('webgpu', { logLikelihood: -100.0001 }),
      fake('tfjs-wasm', { logLikelihood: -101 }),
      fake('sklearn', { logLikelihood: -100 }),
    ]);
    const differences = outcomes.map(outcome => (outcome as Timed).difference);
    expect(differences).toEqual([expect.closeTo(1e-6, 9), expect.closeTo(0.01, 9), 0]);
    const text = formatRow(rate({ shape: SHAPE, outcomes }));
    expect(text).toMatch(/webgpu-em, WebGPU .* equal to 1e-6$/m);
    expect(text).toMatch(/TensorFlow.js, WASM .* DIFFERS by 1.0e-2$/m);
  });

  test('with no float64 peer nothing is claimed', async () => {
    const row = await measureAll([fake('webgpu')]);
    expect((row.outcomes[0] as Timed).difference).toBeUndefined();
    expect(formatRow(rate(row))).toContain('unchecked');
  });

  test('a likelihood that is no number is no equal work', async () => {
    const row = await measureAll([fake('webgpu', { logLikelihood: Number.NaN }), fake('cpu')]);
    expect(formatRow(rate(row))).toContain('DIFFERS by NaN');
  });

  test('fewer rows are scaled, and checked on their own', async () => {
    const npm = fake('npm', { rows: SHAPE.n / 10, logLikelihood: -10, reference: -10, seconds: 3 });
    const row = await measureAll([npm, fake('cpu')]);
    expect(row.outcomes[0]).toMatchObject({ time: { median: 30 }, rows: 200, difference: 0 });
    expect(formatRow(rate(row))).toContain('gaussian-mixture-model (npm) *');
  });

  test('a peer that fails takes no other with it', async () => {
    const error = new Error('out of memory');
    for (const at of ['load', 'run'] as const) {
      const row = await measureAll([fake('tfjs-webgpu', { fail: { at, with: error } }), fake('cpu')]);
      expect(row.outcomes.map(({ status }) => status)).toEqual(['failed', 'timed']);
      expect(formatRow(rate(row))).toContain('TensorFlow.js, WebGPU: out of memory');
    }
  });

  test('a peer that is not here is absent, with the reason', async () => {
    const absent = fake('sklearn', { fail: { at: 'open', with: new AbsentError('no Python') } });
    const { present, missing } = await openPeers([absent, fake('cpu')], () => {});
    expect(present.map(({ participant }) => participant.name)).toEqual(['cpu']);
    expect(missing).toEqual([{ peer: 'sklearn', status: 'absent', reason: 'no Python' }]);
  });

  test('a slow peer stops at its budget, but runs once', async () => {
    const row = await measureAll([fake('cpu')], { iterations: 1, repeats: 50, budget: 0 });
    expect((row.outcomes[0] as Timed).runs).toHaveLength(1);
  });

  test('the first candidate that is here is taken', async () => {
    const absent = fake('sklearn', { fail: { at: 'open', with: new AbsentError('no') } });
    const log: string[] = [];
    const peer = firstOf([absent.peer, fake('sklearn', { log }).peer]);
    await peer.open();
    await peer.load(PROBLEM);
    expect(log).toEqual(['sklearn open', 'sklearn load']);
    await expect(firstOf([absent.peer]).open()).rejects.toThrow(AbsentError);
  });
});

describe('peers in processes', () => {
  const speaking = (code: string) =>
    processPeer(
      [
        process.execPath,
        '-e',
        `require('readline').createInterface(process.stdin).on('line', line => {${code}})`,
      ],
      'none',
    );

  test('answer, say that they are absent, and fail', async () => {
    const echo = speaking(`console.log(JSON.stringify({ result: JSON.parse(line) }))`);
    expect(await echo.open()).toEqual({ method: 'open', arguments: [] });
    expect(await echo.run(3)).toEqual({ method: 'run', arguments: [3] });
    await echo.close();
    const absent = speaking(`console.log('{"absent":"nothing here"}')`);
    await expect(absent.open()).rejects.toThrow(AbsentError);
    await absent.close();
  });

  test('that end are reported with their last words, and start again', async () => {
    const crash = speaking(`console.error('out of luck'); process.exit(3)`);
    await expect(crash.run(1)).rejects.toThrow(/process ended.*exit code 3.*: out of luck/);
    await expect(crash.run(1)).rejects.toThrow(/process ended/);
  });

  test('whose program is not installed are absent', () =>
    expect(processPeer(['no-such-program'], 'none').open()).rejects.toThrow(AbsentError));

  test('whose Python is not installed is absent; one that fails says so', () => {
    expect(() => sklearnFits('no-such-program', [], 1)).toThrow(AbsentError);
    expect(() => sklearnFits(process.execPath, [], 1)).toThrow(/scikit-learn ended \(exit code/);
  });
});

describe('a report', async () => {
  const row = await measureAll([
    fake('webgpu', { seconds: 0.01 }),
    fake('sklearn', { seconds: 1 }),
    fake('tfjs-webgpu', { fail: { at: 'run', with: new Error('out of memory') } }),
  ]);
  const ceilings = { gflops: 0.0276, gigabytesPerSecond: 1, variants: { fma: {}, copy: {} } };
  const report: Report = {
    command: 'webgpu-em bench',
    date: '2026-01-02T03:04:05.000Z',
    version: '1.2.3',
    machine: { cpu: 'CPU <1>', cores: 2, memoryGiB: 8, platform: 'linux x64', runtime: 'Node' },
    ceilings,
    peers: { webgpu: { version: '1.2.3' } },
    missing: [{ peer: 'npm', status: 'absent', reason: 'not installed' }],
    effort: { ...EFFORT, seed: 0 },
    rows: [rate(row, ceilings)],
  };
  const [webgpu] = report.rows[0].outcomes as Rated[];

  test('rates by medians', () => {
    expect(webgpu.againstSklearn).toBeCloseTo(100, 9);
    expect(webgpu.rowsPerSecond).toBeCloseTo(2e5, 6);
    expect(webgpu.gflops).toBeCloseTo((2000 * 3 * 23) / 0.01 / 1e9, 9);
    expect(webgpu.ofFlops).toBeCloseTo(0.5, 9);
    expect((report.rows[0].outcomes[1] as Rated).ofFlops).toBeUndefined();
  });

  test('as a table', () => {
    expect(formatHeading(report)).toMatch(/CPU <1>, 2 cores, 8 GiB[\s\S]*\(npm\): absent \(not installed\)/);
    expect(formatRow(report.rows[0])).toMatch(/WebGPU +10\.0 ms .* 100× .* 50 % /);
    expect(formatFooting(report)).not.toContain('*');
  });

  test('as a chart: well-formed, a bar of two decades for 100×, failures said', () => {
    const chart = formatChart(report);
    const open: string[] = [];
    for (const [, closing, name, empty] of chart.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
    }
    expect(open).toEqual([]);
    expect(chart).toContain('CPU &#60;1&#62;');
    expect(chart).toContain('>failed</text>');
    const ticks = [...chart.matchAll(/x="([\d.]+)"[^>]* text-anchor="middle"[^>]*>(1|10|100)×</g)].map(
      ([, x]) => Number(x),
    );
    const bar = Number(/width="([\d.]+)" height="14" fill="#2a6fdb"/.exec(chart)![1]);
    expect(bar).toBeCloseTo(ticks[2] - ticks[0], 0);
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'webgpu-em-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const run = (...args: string[]) =>
    new Promise<{ code: number | null; stdout: string; stderr: string }>(resolve => {
      const child = spawn(process.execPath, [cli, 'bench', ...args]);
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', data => {
        said.stdout += data;
      });
      child.stderr.on('data', data => {
        said.stderr += data;
      });
      child.on('close', code => resolve({ code, ...said }));
    });

  test('both backends do equal work at a tiny shape', async () => {
    const [json, svg] = ['bench.json', 'bench.svg'].map(name => join(folder, name));
    const { code, stdout } = await run(
      ...['--shape', '2000,2,3', '--peers', 'webgpu,cpu', '--repeats', '2', '--iterations', '2'],
      ...['--json', json, '--svg', svg],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/WebGPU adapter: \S/);
    expect(stdout).toMatch(/webgpu-em, WebGPU .* equal to \de-\d+$/m);

    const report: Report = JSON.parse(readFileSync(json, 'utf8'));
    expect(report.command).toBe(
      'webgpu-em bench --shape 2000,2,3 --peers webgpu,cpu --repeats 2 --iterations 2',
    );
    expect(report.adapter?.limits.maxBufferSize).toBeGreaterThan(0);
    expect(report.ceilings?.gflops).toBeGreaterThan(0);
    const [gpu, cpu] = report.rows[0].outcomes as Rated[];
    expect(gpu.difference).toBeLessThan(1e-5);
    expect(gpu.runs).toHaveLength(2);
    expect(cpu.difference).toBe(0);
    expect(readFileSync(svg, 'utf8')).toContain('webgpu-em, WebGPU');
  });

  test('wrong usage is said in one line', async () => {
    expect(await run('--peers', 'nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nobody'),
    });
    expect(await run('--shape', '1,2')).toMatchObject({ code: 2, stderr: expect.stringContaining('N,D,K') });
  });
});
