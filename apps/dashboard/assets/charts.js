// The charts of the last hour. Drawn by uPlot; the colours are those of the style sheet.

/* global uPlot */

const HOUR_S = 3600;
const HEIGHT = 150;
const LINES = { behind: 'busy', lag: 'busy', rate: 'link' };
/** The least that an axis reaches up to: small noise must not look like a mountain. */
const LEAST = { behind: 2, lag: 10, rate: 10 };
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

let history = { at: [], behind: [], lag: [], rate: [] };
const charts = [...document.querySelectorAll('[data-chart]')].map((figure) => ({
  figure,
  name: figure.dataset.chart,
  title: figure.querySelector('h2').textContent,
  plot: figure.querySelector('.plot'),
  reading: figure.querySelector('.reading'),
  uplot: undefined,
}));

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// All times of the pages are UTC, whatever the browser's zone: what is seen here is compared with logs.
function clock(seconds) {
  return `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`;
}

function minutes(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}

function options(chart) {
  const line = colour(LINES[chart.name]);
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: chart.plot.clientWidth,
    height: HEIGHT,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: {
        time: true,
        range: (_plot, _min, max) => [(max ?? Date.now() / 1000) - HOUR_S, max ?? Date.now() / 1000],
      },
      y: { range: (_plot, _min, max) => [0, Math.max(LEAST[chart.name], (max ?? 0) * 1.1)] },
    },
    series: [{}, { stroke: line, width: 1.6, fill: `${line}1f`, spanGaps: false, points: { show: false } }],
    axes: [
      { ...axis, font: '12px system-ui', size: 26, space: 70, values: (_plot, ticks) => ticks.map(minutes) },
      {
        ...axis,
        font: '12px system-ui',
        size: 44,
        space: 34,
        values: (_plot, ticks) => ticks.map((tick) => short.format(tick)),
      },
    ],
    hooks: { setCursor: [() => tell(chart)] },
  };
}

/** What the chart shows in words: at the cursor, else now and at most. */
function tell(chart) {
  const values = history[chart.name];
  const at = chart.uplot?.cursor.idx;
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    chart.reading.textContent = 'no reading yet';
    return;
  }
  const most = whole.format(known.reduce((a, b) => Math.max(a, b), 0));
  const now = whole.format(known.at(-1));
  const value = at === null || at === undefined ? null : values[at];
  chart.reading.textContent =
    value === null || value === undefined
      ? `now ${now}, at most ${most}`
      : `${whole.format(value)} at ${clock(history.at[at])}`;
  chart.plot.setAttribute('aria-label', `${chart.title}, over the last hour: now ${now}, at most ${most}`);
}

function data(chart) {
  return [history.at, history[chart.name]];
}

function draw() {
  for (const chart of charts) {
    chart.uplot?.destroy();
    chart.uplot = new uPlot(options(chart), data(chart), chart.plot);
    tell(chart);
  }
}

function update() {
  for (const chart of charts) {
    chart.uplot?.setData(data(chart));
    tell(chart);
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

new ResizeObserver(() => {
  for (const { uplot, plot } of charts) uplot?.setSize({ width: plot.clientWidth, height: HEIGHT });
}).observe(document.querySelector('.charts'));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
draw();
