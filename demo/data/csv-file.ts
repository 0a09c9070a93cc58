import { FileFormatError } from '../../src/index.js';
import type { Answer, Told, Way } from './csv.worker.js';
import type { DataSet } from './data-set.js';

/** A file that cannot be read as it is, and how it can be. */
export class UnclearFileError extends FileFormatError {
  constructor(
    readonly file: File,
    problem: string,
    readonly ways: readonly Way[],
  ) {
    super(`${file.name}: ${problem}`);
  }
}

/**
 * The columns of numbers of a CSV file; its note says what was guessed, and what is left out.
 *
 * @throws UnclearFileError with the line
 */
export async function csvFile(file: File, told: Told = {}): Promise<DataSet> {
  const worker = new Worker(new URL('./csv.worker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await ask(worker, file, told);
    if ('problem' in answer) throw new UnclearFileError(file, answer.problem, answer.ways);
    const { points, columns, notes } = answer;
    return { name: file.name, points, columns, nComponents: 3, note: notes.map(sentence).join(' ') };
  } finally {
    worker.terminate();
  }
}

const ask = (worker: Worker, file: File, told: Told) =>
  new Promise<Answer>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`${file.name} could not be read. ${message}`));
    worker.postMessage([file, told]);
  });

const sentence = (note: string) => `${note[0].toUpperCase()}${note.slice(1)}.`;
