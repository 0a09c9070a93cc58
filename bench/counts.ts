/**
 * What each kernel costs by count: no device is used. Times are bounds, from a card's ceilings.
 *
 * node dist/bench/counts.js [--shapes '1e6,128,1024 1e7,64,64,diag'] [--json FILE]
 */
import { writeFileSync } from 'node:fs';
import { formatTable } from '../src/cli/table.js';
import { boundsOf, H200, occupancyOf } from './card.js';
import { digits, duration, percent } from './report/format.js';
import { readOptions, script } from './script.js';
import { parseShape, SHAPES, type Shape, shapeName, usefulFlops } from './shapes.js';
import { countWork } from './work.js';

/** Where issue 3 asks for a card's share of its ceiling, and the shapes of the bench. */
const ASKED = ['1e6,128,1024', '1e7,16,16', '1e7,64,64,diag'].map(parseShape);

const CARD_HEADER = [
  '',
  'GFLOP',
  'GB',
  'FLOP/B',
  'registers',
  'shared B',
  'invocations',
  'resident',
  'occupancy',
  'compute',
  'on chip',
  'memory',
  'bound',
];

const describe = ({
  regime,
  logitsComponents,
  accumulateComponents,
}: ReturnType<typeof countWork>['plan']) =>
  regime === 'streamed'
    ? `streamed, ${logitsComponents} and ${accumulateComponents} components an invocation`
    : regime;

await script(async () => {
  const options = readOptions({ shapes: '' });
  const shapes = options.shapes ? options.shapes.split(' ').map(parseShape) : [...ASKED, ...SHAPES];
  const { name, flopsPerSecond, bytesPerSecond, multiprocessors, registers, workgroupBytes, invocations } =
    H200;
  console.log(
    `${name}: ${flopsPerSecond / 1e12} TFLOP/s, ${bytesPerSecond / 1e12} TB/s; ${multiprocessors} multiprocessors, each with ${registers} registers, ${workgroupBytes / 1024} KiB of workgroup memory and at most ${invocations} invocations\n`,
  );
  const onCard = shapes.map(shape => reportCard(shape));
  console.log('software adapters: counts of the kernels that the table of regimes chooses for them\n');
  const inSoftware = shapes.map(shape => reportSoftware(shape));
  if (options.json === undefined) return;
  const report = { date: new Date().toISOString(), card: H200, onCard, inSoftware };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
});

function reportCard(shape: Shape) {
  const { plan, kernels } = countWork(shape, false);
  const pairs = shape.n * shape.k;
  const bounded = kernels.map(kernel => ({
    ...kernel,
    ...occupancyOf(kernel),
    ...boundsOf(kernel, pairs),
  }));
  const total = (of: (kernel: (typeof bounded)[number]) => number) =>
    bounded.reduce((sum, kernel) => sum + of(kernel), 0);
  const time = total(({ seconds }) => seconds);
  const cachedTime = total(({ cachedSeconds }) => cachedSeconds);
  const share = (seconds: number) => usefulFlops(shape) / seconds / H200.flopsPerSecond;

  const lines = bounded.map(kernel => [
    kernel.kernel,
    digits((pairs * kernel.flops) / 1e9),
    digits((pairs * (kernel.bytes + kernel.rereadBytes)) / 1e9),
    digits(kernel.flops / (kernel.bytes + kernel.rereadBytes)),
    `${kernel.registers}${kernel.spills ? ' spills' : ''}`,
    String(kernel.workgroupBytes),
    String(kernel.invocations),
    String(kernel.workgroups),
    percent(kernel.occupancy),
    duration(kernel.times.compute),
    duration(kernel.times['on chip']),
    duration(kernel.times.memory),
    kernel.bound,
  ]);
  console.log(`${shapeName(shape)}: ${describe(plan)}`);
  console.log(formatTable([CARD_HEADER, ...lines]));
  console.log(
    `at best ${duration(time)}, ${percent(share(time))} of the FMA ceiling in useful operations; ${duration(cachedTime)}, ${percent(share(cachedTime))}, where rows read again come from a cache\n`,
  );
  return {
    shape,
    plan,
    kernels: bounded,
    time,
    cachedTime,
    ofFlops: share(time),
    cachedOfFlops: share(cachedTime),
  };
}

function reportSoftware(shape: Shape) {
  const { plan, kernels } = countWork(shape, true);
  const pairs = shape.n * shape.k;
  const lines = kernels.map(
    ({ kernel, flops, bytes, rereadBytes, registers, workgroupBytes, invocations }) => [
      kernel,
      digits((pairs * flops) / 1e9),
      digits((pairs * (bytes + rereadBytes)) / 1e9),
      digits(flops / (bytes + rereadBytes)),
      String(registers),
      String(workgroupBytes),
      String(invocations),
    ],
  );
  console.log(`${shapeName(shape)}: ${describe(plan)}`);
  console.log(`${formatTable([CARD_HEADER.slice(0, 7), ...lines])}\n`);
  return { shape, plan, kernels };
}
