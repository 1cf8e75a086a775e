// What is done to all that a list's filter shows: a dialog asks first and shows their number; then it shows the progress.

import { announce, ask, onYes, send } from './dialog.js';

const panel = document.getElementById('bulk');
const says = document.getElementById('bulk-says');
const bar = document.getElementById('bulk-bar');
const stop = document.getElementById('bulk-stop');
const ROUND_MS = 500;
let asked;

/** A size as the list's foot shows it: about 200,000. */
function sizeText({ count, isMore, isAbout }) {
  return `${isAbout ? 'about ' : isMore ? 'more than ' : ''}${count.toLocaleString('en-US')}`;
}

async function question(button) {
  const bulk = button.closest('[data-bulk]');
  const list = bulk.dataset.bulk;
  announce('Counting…');
  const { error, ...size } = await send(`bulk/count?${new URLSearchParams({ list })}`);
  announce(error ?? '', error !== undefined);
  if (error !== undefined) return;
  const { count, isMore } = size;
  if (count === 0 && !isMore) return announce('The filter shows nothing.');
  const [one, many] = bulk.dataset.nouns.split(' ');
  const number =
    count === 0 ? `an unknown number of ${many}` : `${sizeText(size)} ${count === 1 ? one : many}`;
  asked = { action: button.dataset.action, list, count };
  ask({
    question: button.dataset.question.replace('{n}', number),
    key: readable(list),
    effect: button.dataset.effect,
    yes: `${button.textContent} ${number}`,
    isDanger: button.classList.contains('bad'),
  });
}

/** The address of a list in words: keys, search shop:1, type set. */
function readable(list) {
  const [page, query] = list.split('?');
  const filters = [...new URLSearchParams(query)].map(([name, value]) =>
    name === 'q' ? `search ${value}` : `${name} ${value}`,
  );
  return [page.replace('-', ' '), ...filters].join(', ');
}

function show({ action, filter, total, done, failed, is, code }) {
  panel.hidden = false;
  bar.max = Math.max(1, total.count);
  // The progress through an unknown number is unknown.
  if (total.isMore && is === 'running') bar.removeAttribute('value');
  else bar.value = is === 'done' ? bar.max : done + failed;
  stop.hidden = is !== 'running';
  const words = { running: 'under way', done: 'done', stopped: 'stopped' };
  const lost = failed > 0 || code ? `, ${failed} failed${code ? ` (${code})` : ''}` : '';
  const what = action[0].toUpperCase() + action.slice(1);
  says.textContent = `${what}: ${words[is]}, ${done.toLocaleString('en-US')} of ${sizeText(total)}${lost} (${readable(filter)})`;
}

/** Follows the work under way until it has ended. @param isOld says nothing of one that ended before. */
async function follow(isOld) {
  const { progress, error } = await send('bulk');
  if (error !== undefined) return void setTimeout(follow, 4 * ROUND_MS);
  if (!progress || (isOld && progress.is !== 'running')) return;
  show(progress);
  if (progress.is === 'running') setTimeout(follow, ROUND_MS);
  else document.dispatchEvent(new CustomEvent('r2m:changed'));
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-bulk] [data-action]');
  if (button) void question(button);
});
onYes(async () => {
  if (!asked) return;
  const { error } = await send('bulk', asked);
  asked = undefined;
  if (error === undefined) await follow();
  else announce(error, true);
});
stop?.addEventListener('click', () => void send('bulk/stop', {}));
void follow(true);
