import type { Forecast, HiddenMarkovModel } from '../../src/index.js';
import type { Series } from '../data/series.js';
import { factsOf } from '../fit/chain-facts.js';
import { element } from './elements.js';
import { formatAt, moment, percent } from './format.js';

/** The value to expect after the last one, and the likeliest state then. */
export function showForecast({ time, values }: Series, model?: HiddenMarkovModel, forecast?: Forecast): void {
  const at = element('forecast', HTMLDataElement);
  const label = element('forecast-label', HTMLElement);
  label.textContent = `Expected next (${time.unit} ${moment(time.first + values.length)})`;
  at.value = forecast ? String(forecast.means[0]) : '';
  at.textContent = '–';
  if (!model || !forecast) return;
  const { stateProbs, means } = forecast;
  const likeliest = stateProbs.indexOf(Math.max(...stateProbs));
  const format = formatAt(Math.max(...factsOf(model).map(({ deviation }) => deviation)) || 1);
  at.textContent = `${format(means[0])}, in state ${likeliest} with ${percent(stateProbs[likeliest])}`;
}
