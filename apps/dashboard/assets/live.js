// Keeps the page current: one stream of server-sent events, which brings the parts that changed. What else wants to
// know listens to the events `r2m:*` of the document.

/* global htmx */

const headline = document.getElementById('headline');
const stale = document.getElementById('stale');
const AGAIN_MS = 3000;
let stream;

function open() {
  stream = new EventSource('live');
  stream.addEventListener('part', ({ data }) => {
    const { id, html } = JSON.parse(data);
    const part = document.querySelector(`[data-part="${id}"]`);
    if (part) void htmx.swap({ text: html, target: part, swap: 'innerMorph', sourceElement: part });
  });
  stream.addEventListener('health', ({ data }) => tellHealth(JSON.parse(data)));
  for (const name of ['history', 'moment', 'tick']) {
    stream.addEventListener(name, ({ data }) => {
      stale.hidden = true;
      document.dispatchEvent(new CustomEvent(`r2m:${name}`, { detail: JSON.parse(data) }));
    });
  }
  stream.addEventListener('error', () => {
    stale.hidden = false;
    // The browser comes back by itself, unless it was turned away.
    if (stream.readyState === EventSource.CLOSED) setTimeout(comeBack, AGAIN_MS);
  });
}

const words = document.title.split(' · ');
const title = words.slice(-2).join(' · ');
let last;

/** In the tab at each reading, and read out when it changes. */
function tellHealth({ word, icon, is, says }) {
  document.title = `${word} · ${title}`;
  document.getElementById('icon').href = icon;
  if (last !== undefined && last !== is) headline.textContent = says;
  last = is;
}

async function comeBack() {
  if (document.hidden) return;
  const answer = await fetch('api/status', { headers: { accept: 'text/html' } }).catch(() => undefined);
  if (answer?.status === 401 || answer?.redirected)
    location.reload(); // leads to the login, and back
  else open();
}

// A page that nobody sees needs no stream; a browser has only six for one server.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) stream.close();
  else if (stream.readyState === EventSource.CLOSED) open();
});
window.addEventListener('pagehide', () => stream.close());
window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) open();
});

// Not before the page's other scripts run, which come behind this one: what came first would be lost to them.
document.addEventListener('DOMContentLoaded', open, { once: true });
