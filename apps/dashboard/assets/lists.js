// Beside htmx, which fetches the part of a list or of a key's page that changes: says when that can't be read.

const old = document.getElementById('old');

const form = document.getElementById('filters');

/** Brings the form in line with the address, but for what is being typed. */
function fill() {
  const params = new URLSearchParams(location.search);
  for (const field of form?.querySelectorAll('[name]') ?? [])
    if (field !== document.activeElement) field.value = params.get(field.name) ?? '';
}

document.addEventListener('htmx:after:request', ({ detail }) => {
  old.hidden = detail.ctx.response.status < 400;
});
document.addEventListener('htmx:error', () => {
  old.hidden = false;
});
// All links go from the base: that to the content has to name the place.
document.addEventListener('htmx:after:history:update', ({ detail }) => {
  // An answer to the form may be older than what was chosen in it since.
  if (detail.sourceElement !== form) fill();
  document.querySelector('.skip').setAttribute('href', `${detail.history.path}#main`);
});
