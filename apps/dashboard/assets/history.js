// Charts of what is kept: of the fleet, or of one key; read again each minute.

import { showCharts } from './plot.js';

const SPANS = { hour: 3600, day: 86_400, week: 604_800 };
const AGAIN_MS = 60_000;
const place = document.querySelector('[data-history]');
const note = document.getElementById('history-note');
const none = note.textContent;
let samples = { at: [], series: {} };
let isRead = true;

const update = showCharts(place, (name) => {
  const { range } = place.dataset;
  return {
    at: samples.at,
    values: samples.series[name] ?? [],
    span: SPANS[range],
    over: `the last ${range}`,
    // The worst since the sample before, up to a minute ago.
    latest: 'last sample',
    none: isRead ? 'no reading yet' : 'not known now',
  };
});

async function read() {
  const answer = await fetch(place.dataset.history, { headers: { accept: 'application/json' } }).catch(
    () => undefined,
  );
  isRead = answer?.ok === true;
  if (isRead) samples = await answer.json();
  update();
  // The history is in MongoDB alone.
  const away = answer?.status === 503 ? 'MongoDB does not answer: the' : 'The';
  note.textContent = isRead ? none : `${away} history cannot be read now; it is tried again.`;
  note.hidden = isRead && samples.at.length > 0;
}

void read();
setInterval(() => {
  if (!document.hidden) void read();
}, AGAIN_MS);
