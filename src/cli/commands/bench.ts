import { type Command, InvalidArgumentError, Option } from 'commander';
import { shownCommand } from '../../../bench/command.js';
import { PEER_NAMES, type PeerName } from '../../../bench/peers/names.js';
import { parseShape, QUICK_SHAPES, SHAPES, type Shape } from '../../../bench/shapes.js';
import { note } from '../exit.js';
import { checkWritable } from '../files.js';
import { addSeed, parsePositiveInteger } from '../options.js';
import { replaceFile } from '../replace-file.js';

interface BenchOptions {
  shape?: Shape[];
  quick?: boolean;
  peers: PeerName[];
  iterations: number;
  repeats: number;
  budget: number;
  seed: number;
  python?: string;
  json?: string;
  svg?: string;
  serve?: Exclude<PeerName, 'sklearn'>;
}

/** A Python of the user's own may lack what the system's has. */
const PYTHONS = ['python3', '/usr/bin/python3'];

export function addBench(program: Command): void {
  const command = program
    .command('bench')
    .description('Time EM on this machine, side by side with scikit-learn, TensorFlow.js and an npm package.')
    .option('--shape <N,D,K,covariance>', 'measure this shape; may be given several times', addShape)
    .option('--quick', 'a tenth of the rows, for a first look')
    .option('--peers <a,b>', `whom to measure`, parsePeers, [...PEER_NAMES])
    .option('--iterations <I>', 'M-steps a run', parsePositiveInteger, 3)
    .option('--repeats <R>', 'runs of each peer', parsePositiveInteger, 5)
    .option('--budget <S>', 'seconds after which a slow peer makes no further run', parsePositiveInteger, 60)
    .option('--python <program>', "the Python that has scikit-learn (default: that of PATH, or the system's)")
    .option('--json <file>', 'write the whole report to this file')
    .option('--svg <file>', 'draw it to this file')
    .addOption(new Option('--serve <peer>', 'be a peer, on stdin and stdout').choices(PEER_NAMES).hideHelp());
  addSeed(command).action(bench);
}

async function bench({ serve, json, svg, shape, quick, python, ...options }: BenchOptions): Promise<void> {
  if (serve) {
    const { servePeer } = await import('../../../bench/hosts/serve-peer.js');
    return servePeer(serve);
  }
  for (const file of [json, svg]) if (file !== undefined) await checkWritable(file);
  const { benchInNode } = await import('../../../bench/node.js');
  await benchInNode({
    ...options,
    json,
    svg,
    shapes: shape ?? (quick ? QUICK_SHAPES : SHAPES),
    pythons: python === undefined ? PYTHONS : [python],
    command: shownCommand(process.argv.slice(2)),
    serve: peer => [process.execPath, process.argv[1], 'bench', '--serve', peer],
    write: (path, text) => replaceFile(path, () => [text]),
    print: text => process.stdout.write(`${text}\n`),
    note,
  });
}

function addShape(text: string, before: Shape[] = []): Shape[] {
  try {
    return [...before, parseShape(text)];
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function parsePeers(text: string): PeerName[] {
  const names = text.split(',').map(name => name.trim());
  const unknown = names.filter(name => !PEER_NAMES.includes(name as PeerName));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`Expected some of ${PEER_NAMES.join(', ')}, got ${unknown.join(', ')}.`);
  }
  return [...new Set(names)] as PeerName[];
}
