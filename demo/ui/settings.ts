import type { CovarianceName } from '../../src/index.js';
import type { SyntheticOptions } from '../data/synthetic.js';
import type { FitSettings } from '../fit/run-fit.js';
import { FormFields } from './form-fields.js';

/** What the form of a mixture says. */
export class Settings extends FormFields {
  get fit(): FitSettings {
    return {
      nComponents: this.number('nComponents'),
      covarianceType: this.text('covarianceType') as CovarianceName,
      init: this.text('init') as 'k-means++',
      nInit: this.number('nInit'),
      tol: this.number('tol'),
      maxIter: this.number('maxIter'),
      regCovar: this.number('regCovar'),
      seed: this.number('seed'),
      watch: this.checked('watch'),
    };
  }

  get synthetic(): SyntheticOptions {
    return {
      nRows: this.number('nRows'),
      nFeatures: this.number('nFeatures'),
      nClusters: this.number('nClusters'),
      seed: this.number('dataSeed'),
    };
  }
}
