// How charts look and read, the same on all pages. Drawn by uPlot; the colors are those of the style sheet.

/* global uPlot */

import { isLocal, timeText, zoneName } from './zone.js';

const HEIGHT = 150;
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const DAY_S = 86_400;

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A moment by the clock, and its zone. */
export function clock(seconds) {
  return `${timeText(seconds * 1000).slice(11)} ${zoneName()}`;
}

/**
 * @param plot the element that it is drawn in.
 * @param line the color of its line.
 * @param least what the axis reaches up to at least: small noise must not look like a mountain.
 * @param span seconds that it shows, up to the last moment.
 */
export function plotOptions({ plot, line, least, span, onCursor }) {
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
    padding: [8, 14, 0, 0],
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
      { ...axis, size: 44, space: 34, values: (_plot, ticks) => ticks.map((tick) => short.format(tick)) },
    ],
    hooks: { setCursor: [onCursor] },
  };
}

/** What a chart shows in words: at the cursor, else now and at most. @param over which time, in words. */
export function describePlot({ reading, plot, title, at, values, cursor, over }) {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    reading.textContent = 'no reading yet';
    return;
  }
  const most = whole.format(known.reduce((a, b) => Math.max(a, b), 0));
  const now = whole.format(known.at(-1));
  const value = cursor === null || cursor === undefined ? null : values[cursor];
  reading.textContent =
    value === null || value === undefined
      ? `now ${now}, at most ${most}`
      : `${whole.format(value)} at ${clock(at[cursor])}`;
  plot.setAttribute('aria-label', `${title}, over ${over}: now ${now}, at most ${most}`);
}

/** Keeps charts as wide as their place, and in the colors and the zone of the moment. */
export function keepDrawn(place, charts, draw) {
  new ResizeObserver(() => {
    for (const { uplot, plot } of charts) uplot?.setSize({ width: plot.clientWidth, height: HEIGHT });
  }).observe(place);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  document.addEventListener('r2m:zone', draw);
}
