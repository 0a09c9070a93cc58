import { FileFormatError } from '../../src/index.js';
import type { Answer } from './csv.worker.js';
import type { DataSet } from './data-set.js';

/**
 * The columns of numbers of a CSV file; columns of words are left out, and the note says so.
 *
 * @throws FileFormatError with the line
 */
export async function csvFile(file: File): Promise<DataSet> {
  const worker = new Worker(new URL('./csv.worker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await ask(worker, file);
    if ('problem' in answer) throw new FileFormatError(`${file.name}: ${answer.problem}`);
    const { points, columns, leftOut } = answer;
    return { name: file.name, points, columns, nComponents: 3, note: noteOn(leftOut) };
  } finally {
    worker.terminate();
  }
}

const ask = (worker: Worker, file: File) =>
  new Promise<Answer>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`${file.name} could not be read. ${message}`));
    worker.postMessage(file);
  });

function noteOn(leftOut: string[]): string | undefined {
  if (leftOut.length === 0) return undefined;
  const names = leftOut.map(name => `“${name}”`).join(', ');
  return leftOut.length === 1
    ? `Column ${names} holds text and is left out.`
    : `Columns ${names} hold text and are left out.`;
}
