/** The page: its tabs, and whether there is WebGPU. */
import { findWebGpu } from './fit/device.js';
import { byId } from './ui/elements.js';
import { notice } from './ui/notices.js';
import { Tabs } from './ui/tabs.js';

new Tabs({
  mixtures: async () => new (await import('./mixtures.js')).MixturesView(),
  sequences: async () => new (await import('./sequences.js')).SequencesView(),
});

void findWebGpu().then(found => {
  const badge = byId('device-here');
  if ('gpu' in found) {
    badge.textContent = `WebGPU: ${found.gpu.adapter}`;
    if (found.gpu.isFallback) badge.textContent += ', in software';
    return;
  }
  badge.textContent = 'No WebGPU: fits run on the CPU';
  badge.classList.add('missing');
  notice('note', `No WebGPU here, so fits run on the CPU. ${found.missing}`);
});
