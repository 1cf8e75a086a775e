// Keeps the page current: one stream of server-sent events, which brings the parts that changed. What else wants to
// know listens to the events `r2m:*` of the document.

import { show } from './patch.js';

const stale = document.getElementById('stale');
const AGAIN_MS = 3000;
let stream;

function open() {
  stream = new EventSource('live');
  stream.addEventListener('part', ({ data }) => {
    const { id, html } = JSON.parse(data);
    const part = document.querySelector(`[data-part="${id}"]`);
    if (part) show(part, html);
  });
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

open();
