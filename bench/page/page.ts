import { version } from '../../package.json';
import { workerPeer } from '../hosts/worker-peer.js';
import type { Machine } from '../machine.js';
import { PEER_NAMES, PEER_TITLES, type PeerName } from '../peers/names.js';
import { formatChart } from '../report/chart.js';
import type { Report } from '../report/report.js';
import { formatFooting, formatHeading, formatRow } from '../report/table.js';
import { runBench } from '../run.js';
import { parseShape, SHAPES, type Shape, shapeName } from '../shapes.js';

const LOCAL = PEER_NAMES.filter(name => name !== 'sklearn');

const element = <E extends HTMLElement>(selector: string) => document.querySelector(selector) as E;
const form = element<HTMLFormElement>('form');

offer('#shapes', 'shapes', SHAPES.map(shapeName));
offer(
  '#peers',
  'peers',
  LOCAL.map(name => PEER_TITLES[name]),
);
form.addEventListener('submit', event => {
  event.preventDefault();
  void run();
});

/** Ticked checkboxes whose values are positions. */
function offer(place: string, name: string, titles: readonly string[]): void {
  for (const [i, title] of titles.entries()) {
    const label = document.createElement('label');
    const box = Object.assign(document.createElement('input'), { type: 'checkbox', name, value: `${i}` });
    box.defaultChecked = true;
    label.append(box, ` ${title}`);
    element(place).append(label);
  }
}

async function run(): Promise<void> {
  const button = element<HTMLButtonElement>('button');
  const [status, table, chart] = ['#status', '#table', '#chart'].map(selector => element(selector));
  const note = (message: string) => {
    status.textContent = message;
  };
  table.textContent = '';
  chart.textContent = '';
  button.disabled = true;
  try {
    const { shapes, peers, ...effort } = readForm();
    note('Opening devices and measuring ceilings …');
    const report = await runBench(
      peers.map(name => ({ name, peer: workerPeer(name) })),
      {
        ...effort,
        shapes,
        seed: 0,
        command: 'npm run bench:page',
        version,
        machine: browserMachine(),
        publish: ({ shape }) => note(`Measuring ${shapeName(shape)} …`),
        note,
        onOpen: report => table.append(`${formatHeading(report)}\n`),
        onRow(row, report) {
          table.append(`${formatRow(row)}\n`);
          chart.innerHTML = formatChart(report);
        },
      },
    );
    table.append(formatFooting(report));
    offerDownloads(report);
    note('Done.');
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
  } finally {
    button.disabled = false;
  }
}

function readForm() {
  const data = new FormData(form);
  const fraction = data.has('quick') ? 0.1 : 1;
  const shapes: Shape[] = data.getAll('shapes').map(i => {
    const shape = SHAPES[Number(i)];
    return { ...shape, n: fraction * shape.n };
  });
  const own = String(data.get('shape')).trim();
  return {
    shapes: own === '' ? shapes : [...shapes, parseShape(own)],
    peers: data.getAll('peers').map(i => LOCAL[Number(i)] as Exclude<PeerName, 'sklearn'>),
    iterations: Number(data.get('iterations')),
    repeats: Number(data.get('repeats')),
    budget: Number(data.get('budget')),
  };
}

/** All that browsers tell. */
const browserMachine = (): Machine => ({
  cpu: 'a CPU that the browser does not name',
  cores: navigator.hardwareConcurrency,
  memoryGiB: (navigator as { deviceMemory?: number }).deviceMemory,
  platform: navigator.platform,
  runtime: navigator.userAgent,
});

function offerDownloads(report: Report): void {
  const offers: [string, string, string][] = [
    ['bench.json', 'application/json', `${JSON.stringify(report, null, 2)}\n`],
    ['bench.svg', 'image/svg+xml', formatChart(report)],
  ];
  const links = offers.map(([download, type, content]) => {
    const href = URL.createObjectURL(new Blob([content], { type }));
    return Object.assign(document.createElement('a'), { href, download, textContent: download });
  });
  element('#downloads').replaceChildren(links[0], ' ', links[1]);
}
