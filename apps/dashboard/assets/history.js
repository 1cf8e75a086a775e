// Charts of what is kept: of the fleet, or of one key; read again each minute.

/* global uPlot */

import { describePlot, keepDrawn, plotOptions } from './plot.js';

const SPANS = { hour: 3600, day: 86_400, week: 604_800 };
const AGAIN_MS = 60_000;
const place = document.querySelector('[data-history]');
const note = document.getElementById('history-note');
const charts = [...place.querySelectorAll('[data-series]')].map((figure) => ({
  name: figure.dataset.series,
  line: figure.dataset.line,
  title: figure.querySelector('h2, h3').textContent,
  plot: figure.querySelector('.plot'),
  reading: figure.querySelector('.reading'),
  uplot: undefined,
}));
let samples = { at: [], series: {} };

function range() {
  return place.dataset.range;
}

function describe({ name, title, plot, reading, uplot }) {
  const values = samples.series[name] ?? [];
  const over = `the last ${range()}`;
  describePlot({ reading, plot, title, at: samples.at, values, cursor: uplot?.cursor.idx, over });
}

function draw() {
  for (const chart of charts) {
    chart.uplot?.destroy();
    const { name, plot, line } = chart;
    const options = { plot, line, least: 1, span: SPANS[range()], onCursor: () => describe(chart) };
    chart.uplot = new uPlot(plotOptions(options), [samples.at, samples.series[name] ?? []], plot);
    describe(chart);
  }
}

async function read() {
  const answer = await fetch(place.dataset.history, { headers: { accept: 'application/json' } }).catch(
    () => undefined,
  );
  if (answer?.ok) {
    samples = await answer.json();
    draw();
  }
  note.hidden = samples.at.length > 0;
}

keepDrawn(place, charts, draw);
draw();
void read();
setInterval(() => {
  if (!document.hidden) void read();
}, AGAIN_MS);
