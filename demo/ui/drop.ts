import { byId } from './elements.js';

/** Call `take` with a file that is dropped anywhere on the page while this view is shown. */
export function onDrop(view: HTMLElement, take: (file: File) => void): void {
  const overlay = byId('drop-here');
  const holdsFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

  addEventListener('dragenter', event => {
    if (holdsFile(event)) overlay.hidden = false;
  });
  addEventListener('dragleave', event => {
    if (event.relatedTarget === null) overlay.hidden = true;
  });
  addEventListener('dragover', event => {
    if (holdsFile(event)) event.preventDefault();
  });
  addEventListener('drop', event => {
    overlay.hidden = true;
    if (!holdsFile(event)) return;
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file && !view.hidden) take(file);
  });
}
