'use strict';

// What the things to play with have in common. A page says where one stands:
// <div class="widget" data-widget="NAME">what is shown without JavaScript, and in print</div>

/** Functions that are held against the Rust code of the steps, and the widgets by name. */
const websocket = { widgets: {} };

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

/** Bytes from hexadecimal digits, however they are spaced; throws an Error that says what is none. */
websocket.parseHex = (text) => {
  const pairs = text.replace(/\s+/g, '').match(/..?/gsu) ?? [];
  const wrong = pairs.find((pair) => !/^[0-9a-f]{2}$/i.test(pair));
  if (wrong !== undefined) {
    throw new Error(`${wrong} is no byte in two hexadecimal digits`);
  }
  return Uint8Array.from(pairs, (pair) => parseInt(pair, 16));
};

/** Bytes as hexadecimal digits, with a space between each two bytes. */
websocket.hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** So many bytes, drawn as a browser draws its masking keys. */
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
