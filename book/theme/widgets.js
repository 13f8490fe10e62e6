'use strict';

// What the interactive parts have in common. A page says where one is:
// <div class="widget" data-widget="NAME">what is shown without JavaScript, and in print</div>

/** Functions that a test compares with the Rust code of the steps, and the widgets by name. */
const websocket = { widgets: {} };

/**
 * A text that the reader sees, in the language of the page, which has a table of translations. The
 * values replace `{name}` in it.
 */
websocket.text = (english, values = {}) => {
  const text = globalThis.websocketTexts?.[english] ?? english;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
};

/** An element with these properties, `{ dataset }` and attributes with a dash included. */
websocket.element = (name, properties = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes('-') || key === 'role') {
      element.setAttribute(key, value);
    } else {
      element[key] = value;
    }
  }
  element.append(...children);
  return element;
};

/** Bytes from hexadecimal digits, with or without spaces; throws an Error that names a wrong pair. */
websocket.parseHex = (text) => {
  const pairs = text.replace(/\s+/g, '').match(/..?/gsu) ?? [];
  const wrong = pairs.find((pair) => !/^[0-9a-f]{2}$/i.test(pair));
  if (wrong !== undefined) {
    throw new Error(websocket.text('{pair} is not a byte in two hexadecimal digits', { pair: wrong }));
  }
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
};

/** Bytes as hexadecimal digits, with a space between each two bytes. */
websocket.hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Random bytes, from the same source as a browser's masking keys. */
websocket.random = (count) => crypto.getRandomValues(new Uint8Array(count));

document.addEventListener('DOMContentLoaded', () => {
  for (const place of document.querySelectorAll('.widget[data-widget]')) {
    const widget = websocket.widgets[place.dataset.widget];
    if (widget !== undefined) {
      const fallback = websocket.element('div', { className: 'fallback' });
      fallback.append(...place.childNodes);
      place.append(fallback, widget());
    }
  }
});
