// A transcript in which the words that the model is not sure of are marked.

import { element } from './dom.js';

const isLetter = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);

/** Finds `word` as a whole word, not far after `from`. */
function find(text, word, from) {
  for (let start = text.indexOf(word, from); start >= 0 && start - from <= 40; start = text.indexOf(word, start + 1)) {
    const cut = (isLetter(word[0]) && isLetter(text[start - 1])) || (isLetter(word.at(-1)) && isLetter(text[start + word.length]));
    if (!cut) return start;
  }
  return -1;
}

/** The nodes of `text`; screen readers hear how sure the marked words are. */
export function marked(text, words) {
  const nodes = [];
  let position = 0;
  for (const { word, confidence } of words ?? []) {
    const start = word && typeof confidence === 'number' ? find(text, word, position) : -1;
    if (start < 0) continue;
    const sure = `${Math.round(confidence * 100)} % sure`;
    const kind = confidence < 0.5 ? 'doubtful' : confidence < 0.8 ? 'unsure' : '';
    nodes.push(text.slice(position, start), element('span', { class: `word ${kind}`, title: sure, text: word }));
    if (kind) nodes.push(element('span', { class: 'unseen', text: ` (${sure})` }));
    position = start + word.length;
  }
  return [...nodes, text.slice(position)];
}
