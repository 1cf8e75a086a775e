// Times of the pages are UTC, or those of the browser's zone: as one chooses once, below any page. The choice stays in this
// browser.

const NAME = 'r2m-times';
const button = document.getElementById('zone');
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const local = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

export function isLocal() {
  return localStorage.getItem(NAME) === 'local';
}

/** A time as the pages show it: 2026-01-02 03:04:05. @param at in ms since 1970. */
export function timeText(at) {
  const date = new Date(at);
  return isLocal() ? local.format(date) : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** What the times of the pages are. */
export function zoneName() {
  return isLocal() ? zone : 'UTC';
}

function showTimes() {
  for (const time of document.querySelectorAll('time.clock')) {
    const text = timeText(time.dateTime);
    if (time.textContent !== text) time.textContent = text;
  }
  for (const name of document.querySelectorAll('.zone-name'))
    if (name.textContent !== zoneName()) name.textContent = zoneName();
  if (!button) return;
  const text = isLocal() ? 'Show UTC' : `Show local times (${zone})`;
  if (button.textContent !== text) button.textContent = text;
  // In UTC there is nothing to choose.
  button.hidden = zone === 'UTC' && !isLocal();
}

button?.addEventListener('click', () => {
  localStorage.setItem(NAME, isLocal() ? 'utc' : 'local');
  showTimes();
  document.dispatchEvent(new CustomEvent('r2m:zone'));
});
// What is put in place again comes in UTC.
new MutationObserver(showTimes).observe(document.body, {
  childList: true,
  subtree: true,
  characterData: true,
});
showTimes();
