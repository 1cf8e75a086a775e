// The charts of the last hour.

/* global uPlot */

import { describePlot, keepDrawn, plotOptions } from './plot.js';

const HOUR_S = 3600;
const LINES = { behind: 'busy', lag: 'busy', rate: 'link' };
const LEAST = { behind: 2, lag: 10, rate: 10 };

let history = { at: [], behind: [], lag: [], rate: [] };
const charts = [...document.querySelectorAll('[data-chart]')].map((figure) => ({
  name: figure.dataset.chart,
  title: figure.querySelector('h2').textContent,
  plot: figure.querySelector('.plot'),
  reading: figure.querySelector('.reading'),
  uplot: undefined,
}));

function describe({ name, title, plot, reading, uplot }) {
  const { at } = history;
  describePlot({
    reading,
    plot,
    title,
    at,
    values: history[name],
    cursor: uplot?.cursor.idx,
    over: 'the last hour',
  });
}

function draw() {
  for (const chart of charts) {
    chart.uplot?.destroy();
    const { name, plot } = chart;
    const options = {
      plot,
      line: LINES[name],
      least: LEAST[name],
      span: HOUR_S,
      onCursor: () => describe(chart),
    };
    chart.uplot = new uPlot(plotOptions(options), [history.at, history[name]], plot);
    describe(chart);
  }
}

function update() {
  for (const chart of charts) {
    chart.uplot?.setData([history.at, history[chart.name]]);
    describe(chart);
  }
}

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

keepDrawn(document.querySelector('.charts'), charts, draw);
draw();
