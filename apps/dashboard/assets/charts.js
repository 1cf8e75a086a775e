// The charts of the last hour.

import { showCharts } from './plot.js';

const HOUR_S = 3600;
let history = { at: [], behind: [], lag: [], rate: [] };

const update = showCharts(document.querySelector('.charts'), (name) => ({
  at: history.at,
  values: history[name],
  span: HOUR_S,
  over: 'the last hour',
  latest: 'now',
  none: 'no reading yet',
}));

document.addEventListener('r2m:history', ({ detail }) => {
  history = detail;
  update();
});
document.addEventListener('r2m:moment', ({ detail }) => {
  const from = history.at.findIndex((at) => at >= detail.at[0] - HOUR_S);
  const names = Object.keys(history);
  history = Object.fromEntries(
    names.map((name) => [name, [...history[name].slice(Math.max(0, from)), ...detail[name]]]),
  );
  update();
});
