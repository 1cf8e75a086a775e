// The buttons of a key's page, and of a dead letter's: a dialog asks first, then the request is sent.

import { announce, ask, onYes, send } from './dialog.js';

const SHOWN_MS = 8000;
let asked;
let hiding;

document.getElementById('main').addEventListener('click', ({ target }) => {
  const button = target.closest('[data-action]');
  if (!button) return;
  const { action, question, effect } = button.dataset;
  asked = { action, incarnation: Number(button.parentElement.dataset.incarnation) };
  const key = document.querySelector('h1').textContent;
  ask({ question, key, effect, yes: button.textContent, isDanger: action === 'resync' });
});

onYes(async () => {
  announce('…');
  const { path = 'keys/actions', key, letter } = document.getElementById('actions').dataset;
  const { message, error } = await send(
    path,
    letter === undefined ? { ...asked, key } : { action: asked.action, letter },
  );
  announce(error ?? message, error !== undefined);
  clearTimeout(hiding);
  hiding = setTimeout(announce, SHOWN_MS, '');
  document.dispatchEvent(new CustomEvent('r2m:changed'));
});
