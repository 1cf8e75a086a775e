// Puts new content in place, changing only what differs: nothing jumps, and a selection or the keyboard's focus stays
// where it is.

/** Makes the children of `old` look like the markup `html`. */
export function show(old, html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  patchChildren(old, template.content);
}

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
