'use strict';

// mdBook's search divides a text at its spaces, and Chinese is written without any. In a Chinese
// page we look for what was typed anywhere in a text.

if (globalThis.elasticlunr !== undefined && document.documentElement.lang.startsWith('zh')) {
  /** The number of characters to show before and after the first place that was found. */
  const AROUND = 40;

  /** What a reader types, divided at spaces; Chinese words that are written together stay together. */
  const wordsOf = (typed) => typed.toLowerCase().split(/\s+/).filter((word) => word !== '');

  /** Each two characters that are side by side in a word: a text with all of them is a result, too. */
  const pairsOf = (word) => Array.from(word.slice(1), (second, at) => word[at] + second);

  const count = (text, word) => text.split(word).length - 1;

  /** How well a text fits: 0 if a word is not in it. A word in the title counts ten times. */
  const score = ({ title, body }, words) => {
    const counts = words.map((word) => 10 * count(title.toLowerCase(), word) + count(body.toLowerCase(), word));
    return counts.every((found) => found > 0) ? counts.reduce((sum, found) => sum + Math.sqrt(found), 0) : 0;
  };

  /** The text around the first place, in which spaces make a word of what was found. */
  const excerpt = (body, words) => {
    const places = words.map((word) => [body.toLowerCase().indexOf(word), word]);
    const [at, word] = places.find(([place]) => place >= 0) ?? [0, ''];
    const before = body.slice(Math.max(0, at - AROUND), at);
    const after = body.slice(at + word.length, at + word.length + AROUND);
    return `${before} ${body.slice(at, at + word.length)} ${after}`;
  };

  /** The sections of the book that have all words, the best one first. */
  const find = (docs, words) => docs
    .map((doc) => ({ ref: doc.id, score: score(doc, words), doc: { ...doc, body: excerpt(doc.body, words) } }))
    .filter((result) => result.score > 0)
    .sort((one, other) => other.score - one.score);

  // mdBook calls this when the reader opens the search for the first time, and `search` at each key.
  globalThis.elasticlunr.Index.load = ({ documentStore }) => {
    const docs = Object.values(documentStore.docs);
    return {
      search(typed) {
        const words = wordsOf(typed);
        const results = words.length > 0 ? find(docs, words) : [];
        return results.length > 0 ? results : find(docs, words.flatMap(pairsOf));
      },
    };
  };
}

document.addEventListener('DOMContentLoaded', () => {
  // mdBook searches when a key is released. An input method, dictation or a paste may change the text
  // without one.
  const bar = document.querySelector('#mdbook-searchbar');
  bar?.addEventListener('input', () => bar.dispatchEvent(new KeyboardEvent('keyup')));

  // The line above the results, in the language of the page.
  const line = document.querySelector('#mdbook-searchresults-header');
  if (line !== null && globalThis.websocketTexts !== undefined) {
    new MutationObserver(() => {
      const [, found, typed] = /^(\d+|No) search results? for '(.*)'[:.]$/s.exec(line.textContent) ?? [];
      if (found !== undefined) {
        const results = found === 'No' ? 0 : found;
        line.textContent = websocket.text('{results} results for “{typed}”', { results, typed });
      }
    }).observe(line, { childList: true });
  }
});
