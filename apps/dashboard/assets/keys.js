// The list of keys, and the page of one: search as one types, links that change the list alone, and news with each tick.

import { show } from './patch.js';

const form = document.getElementById('filters');
const rows = document.getElementById('rows');
const detail = document.getElementById('detail');
const old = document.getElementById('old');
const TYPING_MS = 200;
let asked = 0;
let typing;

function source() {
  return detail ? detail.dataset.source : `keys/rows${location.search}`;
}

/** Fetches what the address says; an answer that a newer question overtook is dropped. */
async function refresh() {
  asked += 1;
  const mine = asked;
  const answer = await fetch(source()).catch(() => undefined);
  if (mine !== asked) return;
  old.hidden = answer?.ok === true;
  if (!answer?.ok) return;
  const html = await answer.text();
  if (mine === asked) show(detail ?? rows, html);
}

function go(address, isNewPlace) {
  if (isNewPlace) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  document.querySelector('.skip').setAttribute('href', `${address}#main`);
  return refresh();
}

function filtered() {
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== '') params.set(name, value);
  const sort = new URLSearchParams(location.search).get('sort');
  if (sort) params.set('sort', sort);
  return params.size === 0 ? 'keys' : `keys?${params}`;
}

/** Brings the form in line with the address. */
function fill() {
  const params = new URLSearchParams(location.search);
  for (const field of form.elements) if (field.name) field.value = params.get(field.name) ?? '';
}

if (form) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void go(filtered(), true);
  });
  form.addEventListener('input', ({ target }) => {
    clearTimeout(typing);
    typing = setTimeout(() => void go(filtered(), false), target.type === 'search' ? TYPING_MS : 0);
  });
  rows.addEventListener('click', (event) => {
    const link = event.target.closest('thead a, .pager a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void go(link.getAttribute('href'), true);
  });
  window.addEventListener('popstate', () => {
    fill();
    void refresh();
  });
}

document.addEventListener('r2m:tick', () => void refresh());
document.addEventListener('r2m:changed', () => void refresh());
