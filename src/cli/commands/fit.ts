import { type Command, Option } from 'commander';
import type { TuningOptions } from '../../backends/webgpu/tuner.js';
import { EmError } from '../../errors.js';
import { GaussianMixture } from '../../estimators/gaussian-mixture.js';
import { INITS } from '../../estimators/options.js';
import type { CovarianceName } from '../../families/covariance/covariance-type.js';
import { COVARIANCE_TYPES } from '../../families/covariance/index.js';
import { readData } from '../data.js';
import { onDevice } from '../device.js';
import { EXIT, note } from '../exit.js';
import { checkWritable } from '../files.js';
import { agree, readStart } from '../models.js';
import {
  addColumns,
  addDevice,
  addJson,
  addSeed,
  addTuning,
  DATA_HELP,
  type Device,
  parseCount,
  parseNonNegative,
  parsePositiveInteger,
  parseStart,
  type StartChoice,
} from '../options.js';
import { print, printJson, writeJson } from '../output.js';
import { fitProgress } from '../progress.js';
import { formatModel } from '../summary.js';
import { openTuning } from '../tuning.js';

interface FitOptions {
  components?: number;
  covariance?: CovarianceName;
  init: StartChoice;
  restarts: number;
  tol: number;
  maxIter: number;
  regCovar: number;
  seed: number;
  device: Device;
  tuning: TuningOptions['tuning'];
  tuningCache?: string;
  columns?: string[];
  out?: string;
  json?: boolean;
}

export function addFit(program: Command): void {
  const command = program
    .command('fit')
    .description('Fit a Gaussian mixture to the rows of a file.')
    .argument('<data>', DATA_HELP)
    .option(
      '--components <K>',
      'number of components (default: that of --init FILE.json)',
      parsePositiveInteger,
    )
    .addOption(
      new Option('--covariance <type>', 'covariances (default: full, or that of --init FILE.json)').choices(
        Object.keys(COVARIANCE_TYPES),
      ),
    )
    .option('--init <start>', `how to start: ${INITS.join(', ')}, or FILE.json`, parseStart, 'k-means++')
    .option('--restarts <R>', 'starts, of which the best fit is kept', parsePositiveInteger, 1)
    .option('--tol <T>', 'converged when the mean log-likelihood changes by less', parseNonNegative, 1e-3)
    .option('--max-iter <M>', 'the most M-steps', parseCount, 100)
    .option('--reg-covar <R>', 'added to the diagonal of covariances', parseNonNegative, 1e-6)
    .option('--out <file>', 'write the model to this JSON file');
  for (const add of [addSeed, addDevice, addTuning, addColumns, addJson]) add(command);
  command.action((path: string, options: FitOptions) => {
    if (options.components === undefined && typeof options.init === 'string') {
      command.error("error: option '--components <K>' is missing.");
    }
    return fitFile(path, options);
  });
}

async function fitFile(path: string, options: FitOptions): Promise<void> {
  if (options.out !== undefined) await checkWritable(options.out);
  const tuning = await openTuning(options.tuning, options.tuningCache);
  const start = await readStart(options.init);
  const nComponents = agree('--components', options.components, start.nComponents) as number;
  const covarianceType = agree('--covariance', options.covariance, start.covarianceType);
  const { points, columns } = await readData(path, options.columns);
  const model = await onDevice(
    options.device,
    async (device, signal) => {
      const progress = fitProgress(options.restarts, options.maxIter);
      try {
        return await GaussianMixture.fit(points, {
          nComponents,
          covarianceType,
          init: start.init,
          nInit: options.restarts,
          tol: options.tol,
          maxIter: options.maxIter,
          regCovar: options.regCovar,
          seed: options.seed,
          device,
          signal,
          onIteration: progress.update,
        });
      } finally {
        progress.stop();
      }
    },
    tuning,
  ).catch(error => keepLastGood(error, options.out));

  const { fitInfo } = model;
  for (const { message } of fitInfo.notes) note(message);
  if (fitInfo.stopReason === 'maxIter' && options.maxIter > 0) {
    note(`not converged after ${fitInfo.nIter} iterations; try a larger --max-iter.`);
  }
  if (fitInfo.stopReason === 'aborted') {
    note(`interrupted after ${fitInfo.nIter} iterations; this is the last good model.`);
    process.exitCode = EXIT.interrupted;
  }
  if (options.out !== undefined) await writeJson(options.out, model);
  await (options.json ? printJson(model) : print(formatModel(model, fitInfo, columns)));
  if (options.out !== undefined) note(`model written to ${options.out}`);
}

/** Save what a failed fit had reached, and fail. */
async function keepLastGood(error: unknown, out: string | undefined): Promise<never> {
  if (out !== undefined && error instanceof EmError && error.lastGood instanceof GaussianMixture) {
    await writeJson(out, error.lastGood);
    note(`the last good model is written to ${out}`);
  }
  throw error;
}
