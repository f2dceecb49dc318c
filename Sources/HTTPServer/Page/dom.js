// Small helpers to build the page's elements. Text is always set as text, never as HTML.

export const byId = (id) => document.getElementById(id);

/** `element('p', { class: 'quiet', text: 'Hello' }, child, …)`; other keys are attributes, functions are listeners. */
export function element(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), properties, children);
}

function fill(node, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (key === 'text') node.textContent = value;
    else if (typeof value === 'function') node.addEventListener(key, value);
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** A list of names and values, without those that are not known. */
export const facts = (pairs) => element('dl', { class: 'facts' }, ...pairs.filter(([, value]) => value).map(([name, value]) =>
  element('div', {}, element('dt', { text: name }), element('dd', { text: value }))));

/** Sets the text only if it changes, so that nothing flickers and a selection survives. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Says something to screen readers without moving anything on the page. */
export function announce(text) {
  const line = element('p', { text });
  byId('announcements').append(line);
  setTimeout(() => line.remove(), 10_000);
}

/** Storage can be forbidden, for example in a frame: then nothing is remembered. */
export const remember = {
  get(key, storage = 'localStorage') {
    try {
      return window[storage].getItem(`lorikeet.${key}`);
    } catch {
      return null;
    }
  },
  set(key, value, storage = 'localStorage') {
    try {
      window[storage].setItem(`lorikeet.${key}`, value);
    } catch {
      // The choice holds until the page is closed.
    }
  },
};
