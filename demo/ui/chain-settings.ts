import type { RegimeOptions } from '../data/regimes.js';
import type { ChainEmission, ChainSettings } from '../fit/run-chain-fit.js';
import { FormFields } from './form-fields.js';

/** What the form of a hidden Markov model says. */
export class ChainFields extends FormFields {
  get fit(): ChainSettings {
    return {
      nStates: this.number('nStates'),
      emission: this.text('emission') as ChainEmission,
      init: this.text('init') as 'mixture',
      nInit: this.number('nInit'),
      tol: this.number('tol'),
      maxIter: this.number('maxIter'),
      seed: this.number('seed'),
      watch: this.checked('watch'),
    };
  }

  get regimes(): RegimeOptions {
    return {
      nSteps: this.number('nSteps'),
      nRegimes: this.number('nRegimes'),
      duration: this.number('duration'),
      seed: this.number('dataSeed'),
    };
  }
}
