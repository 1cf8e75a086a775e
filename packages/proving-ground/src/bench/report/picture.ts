import { type BenchResult, LIMIT } from '../bench-result.js';
import { SIZES } from '../bench-sizes.js';
import { figure, known, medianOf } from './figures.js';
import { type Standing, standings, summaryLoad } from './summary.js';

/** Positions and sizes, in px. */
const WIDTH = 920;
const NAMES = 270;
/** A bar is cut at this many times the median, so the others remain distinguishable. */
const LONGEST = 4;
const ROW = 34;
const TOP = 96;
const FOOT = 44;
const BAR = 16;

interface Panel {
  readonly title: string;
  readonly better: 'higher is better' | 'lower is better';
  readonly of: (standing: Standing) => number | undefined;
  readonly digits: number;
}

const PANELS: readonly Panel[] = [
  {
    ...{ title: 'entries/s', better: 'higher is better', digits: 0 },
    of: ({ perSec }) => medianOf(perSec),
  },
  {
    ...{ title: 'CPU s per million', better: 'lower is better', digits: 1 },
    of: ({ cpuPerMillion }) => medianOf(cpuPerMillion),
  },
  {
    ...{ title: 'latency p99, ms', better: 'lower is better', digits: 0 },
    of: ({ p99 }) => medianOf(p99),
  },
  {
    ...{ title: 'errors after kill -9', better: 'lower is better', digits: 0 },
    of: ({ missing, doubled }) =>
      missing === undefined || doubled === undefined ? undefined : missing + doubled,
  },
];

/** Names that need an explanation in the picture, which has no text beside it. */
const NAMES_HERE: Readonly<Record<string, string>> = { [LIMIT]: 'a bare loop (the limit)' };

const STYLE = `
text { font: 13px system-ui, -apple-system, Helvetica, Arial, sans-serif; fill: #1f2328; }
.card { fill: #ffffff; stroke: #d1d9e0; }
.head { font-size: 16px; font-weight: 600; }
.title { font-weight: 600; }
.dim { fill: #59636e; font-size: 12px; }
.bar { fill: #8c96a0; }
.ours { fill: #1a7f37; }
.name-ours { font-weight: 600; }
.track { stroke: #d1d9e0; }
.cut { stroke: #ffffff; stroke-width: 4; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .card { fill: #0d1117; stroke: #3d444d; }
  .dim { fill: #9198a1; }
  .bar { fill: #6e7681; }
  .ours { fill: #3fb950; }
  .track { stroke: #3d444d; }
  .cut { stroke: #0d1117; }
}`;

/** The summary table as a picture (SVG) that is readable on light and on dark pages. */
export function reportPicture(result: BenchResult): string {
  const all = standings(result);
  const height = TOP + all.length * ROW + FOOT;
  const { perSec, streams } = SIZES[result.size].latency;
  const rough = result.size === 'full' || result.size === 'large' ? '' : ' Rough figures: small loads.';
  const { cpu, cores, mongo, redis, date } = result.machine;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(spoken(all))}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>`,
    `<text class="head" x="20" y="32">Streams from Redis to MongoDB</text>`,
    ...all.map(({ who }, row) => nameOf(who, row)),
    ...PANELS.flatMap((panel, column) => panelOf(panel, column, all)),
    `<text class="dim" x="20" y="${height - 26}">${escaped(`Backlog of ${summaryLoad(result)} entries; latency at ${perSec}/s over ${streams} streams; entries missing or doubled after kill -9 of everything.${rough}`)}</text>`,
    `<text class="dim" x="20" y="${height - 10}">${escaped(`${date}, ${cores} cores (${cpu}), Redis ${redis}, ${mongo}`)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

function nameOf(who: string, row: number): string {
  const y = TOP + row * ROW + BAR - 3;
  return `<text${row === 0 ? ' class="name-ours"' : ''} x="20" y="${y}">${escaped(NAMES_HERE[who] ?? who)}</text>`;
}

function panelOf({ title, better, of, digits }: Panel, column: number, all: readonly Standing[]): string[] {
  const width = (WIDTH - NAMES - 20) / PANELS.length;
  const x = NAMES + column * width;
  const values = all.map(of);
  const there = known(values);
  const most = Math.max(...there, Number.MIN_VALUE);
  const middle = medianOf(there.filter((value) => value > 0)) ?? most;
  const scale = Math.min(most, LONGEST * middle);
  const longest = width - 70; // room for the figure after the bar
  return [
    `<text class="title" x="${x}" y="60">${escaped(title)}</text>`,
    `<text class="dim" x="${x}" y="77">${better}</text>`,
    `<line class="track" x1="${x}" x2="${x}" y1="${TOP - 6}" y2="${TOP + all.length * ROW - 12}"/>`,
    ...values.flatMap((value, row) => {
      const y = TOP + row * ROW;
      if (value === undefined) return [`<text class="dim" x="${x + 6}" y="${y + BAR - 3}">–</text>`];
      const bar = Math.round((longest * Math.min(value, scale)) / scale);
      const cut = value > scale ? [cutAt(x + bar - 14, y)] : [];
      const color = row === 0 ? 'ours' : 'bar';
      return [
        `<rect class="${color}" x="${x}" y="${y}" width="${bar}" height="${BAR}" rx="2"/>`,
        ...cut,
        `<text x="${x + bar + 6}" y="${y + BAR - 3}">${figure(value, digits)}</text>`,
      ];
    }),
  ];
}

/** A gap across a bar that is longer than can be shown. */
function cutAt(x: number, y: number): string {
  return `<path class="cut" d="M${x} ${y + BAR + 2}l6 ${-BAR - 4}"/>`;
}

/** The picture in words, for screen readers. */
function spoken(all: readonly Standing[]): string {
  return all
    .map((one) => {
      const facts = PANELS.flatMap(({ title, of, digits }) => {
        const value = of(one);
        return value === undefined ? [] : [`${title} ${figure(value, digits)}`];
      });
      return `${one.who}: ${facts.join(', ')}`;
    })
    .join('; ');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
