// How charts look and read, the same on all pages. Drawn by uPlot; the colors are those of the style sheet.

/* global uPlot */

import { isLocal, timeText, zoneName } from './zone.js';

const HEIGHT = 150;
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const DAY_S = 86_400;
/** Steps between two lines of an axis: keys and entries are whole. */
const STEPS = Array.from({ length: 13 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A moment by the clock, and its zone. */
function clock(seconds) {
  return `${timeText(seconds * 1000).slice(11)} ${zoneName()}`;
}

/**
 * Draws the charts of a place, and keeps them as wide as it, and in the colors and the zone of the moment.
 * @param samplesOf gives, for a chart's name, the times (`at`, in seconds since 1970), the values, the seconds that are shown (`span`),
 * these in words (`over`), what the last value is called, which may be null (`latest`), and what to say if there is no value (`none`).
 * @returns what draws the samples of now.
 */
export function showCharts(place, samplesOf) {
  const charts = [...place.querySelectorAll('[data-chart]')].map((figure) => ({
    ...figure.dataset,
    title: figure.querySelector('h2').textContent,
    plot: figure.querySelector('.plot'),
    reading: figure.querySelector('.reading'),
    uplot: undefined,
  }));
  const draw = () => {
    for (const drawn of charts) {
      const { chart, line, least, plot } = drawn;
      const { at, values, span } = samplesOf(chart);
      const options = {
        plot,
        line,
        least: Number(least),
        span,
        onCursor: () => describe(drawn, samplesOf(chart)),
      };
      drawn.uplot?.destroy();
      drawn.uplot = new uPlot(plotOptions(options), [at, values], plot);
      describe(drawn, samplesOf(chart));
    }
  };
  new ResizeObserver(() => {
    for (const { uplot, plot } of charts) uplot?.setSize({ width: plot.clientWidth, height: HEIGHT });
  }).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  document.addEventListener('r2m:zone', draw);
  draw();
  return () => {
    for (const drawn of charts) {
      const samples = samplesOf(drawn.chart);
      drawn.uplot?.setData([samples.at, samples.values]);
      describe(drawn, samples);
    }
  };
}

/**
 * @param plot the element that it is drawn in.
 * @param line the color of its line.
 * @param least what the axis reaches up to at least: small noise must not look like a mountain.
 * @param span seconds that it shows, up to the last moment.
 */
function plotOptions({ plot, line, least, span, onCursor }) {
  const stroke = color(line);
  const axis = {
    stroke: color('muted'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  const part = span > DAY_S ? [5, 10] : [11, 16];
  return {
    width: plot.clientWidth,
    height: HEIGHT,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    ...(isLocal() ? {} : { tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') }),
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: {
      x: {
        time: true,
        range: (_plot, _min, max) => [(max ?? Date.now() / 1000) - span, max ?? Date.now() / 1000],
      },
      y: { range: (_plot, _min, max) => [0, Math.max(least, (max ?? 0) * 1.1)] },
    },
    series: [{}, { stroke, width: 1.6, fill: `${stroke}1f`, spanGaps: false, points: { show: false } }],
    axes: [
      {
        ...axis,
        size: 26,
        space: 70,
        values: (_plot, ticks) => ticks.map((tick) => timeText(tick * 1000).slice(...part)),
      },
      {
        ...axis,
        ...{ size: 44, space: 34, incrs: STEPS },
        values: (_plot, ticks) => ticks.map((tick) => short.format(tick)),
      },
    ],
    hooks: { setCursor: [onCursor] },
  };
}

/** What a chart shows in words: at the cursor, else last and at most. */
function describe({ reading, plot, title, uplot }, { at, values, over, latest, none }) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    reading.textContent = none;
    return;
  }
  const most = whole.format(known.reduce((a, b) => Math.max(a, b), 0));
  // Not the last known value: it may be old.
  const current = values.at(-1);
  const last = `${latest} ${current === null ? 'not known' : whole.format(current)}`;
  const cursor = uplot?.cursor.idx;
  const value = values[cursor] ?? null;
  reading.textContent =
    value === null ? `${last}, at most ${most}` : `${whole.format(value)} at ${clock(at[cursor])}`;
  plot.setAttribute('aria-label', `${title}, over ${over}: ${last}, at most ${most}`);
}
