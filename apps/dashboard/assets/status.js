// Keeps the status page current: fetches its changing part, and puts in place only what differs, so that nothing
// jumps, and a selection or the keyboard's focus stays where it is.

const EVERY_MS = 2000;
const TIMEOUT_MS = 15000;

const live = document.getElementById('live');
const stale = document.getElementById('stale');

/** Makes `old` look like `fresh`, changing as little as possible. */
function patch(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  patchChildren(old, fresh);
}

function patchChildren(old, fresh) {
  const olds = [...old.childNodes];
  const news = [...fresh.childNodes];
  for (const [i, node] of news.entries()) {
    if (olds[i]) patch(olds[i], node);
    else old.append(node);
  }
  for (const node of olds.slice(news.length)) node.remove();
}

async function refresh() {
  const answer = await fetch(live.dataset.source, {
    headers: { accept: 'text/plain' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (answer.status === 401) return location.reload(); // leads to the login, and back
  if (!answer.ok) throw new Error(`answered with ${answer.status}`);
  const fresh = new DOMParser().parseFromString(`<main>${await answer.text()}</main>`, 'text/html');
  patchChildren(live, fresh.querySelector('main'));
}

async function tick() {
  try {
    if (!document.hidden) {
      await refresh();
      stale.hidden = true;
    }
  } catch {
    stale.hidden = false;
  }
  setTimeout(tick, EVERY_MS);
}

setTimeout(tick, EVERY_MS);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) refresh().catch(() => undefined);
});
