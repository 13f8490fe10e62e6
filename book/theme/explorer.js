'use strict';

// The frame explorer: type a text or paste bytes, turn a bit, and see the frame taken apart.

/** What each bit of the first two bytes is for. */
websocket.BITS = [
  'FIN', 'RSV1', 'RSV2', 'RSV3', 'opcode', 'opcode', 'opcode', 'opcode',
  'MASK', 'length', 'length', 'length', 'length', 'length', 'length', 'length',
];

/** All that can be said of these bytes: a verdict, and if the header is whole, its picture. */
websocket.explain = (bytes, fromClient) => {
  let header;
  try {
    header = websocket.decodeHeader(bytes, fromClient);
  } catch (error) {
    const verdict = `${error.message} (RFC 6455 ${error.section}): the connection fails`;
    return { isWrong: true, verdict, details: [] };
  }
  if (header === null) {
    return { verdict: 'so far so good: the header is not there whole', details: [] };
  }
  const there = bytes.slice(header.end);
  const length = Number(header.length);
  const wire = there.slice(0, length);
  const payload = header.maskingKey ? websocket.mask(wire, header.maskingKey) : wire;
  const details = [`header: ${header.end} bytes`];
  if (there.length < length) {
    details.push(`payload: ${there.length} of ${header.length} bytes are there`);
  } else {
    details.push(...websocket.meaning(header, payload));
  }
  if (there.length > length) {
    details.push(`behind it, the next frame: ${websocket.hex(there.slice(length))}`);
  }
  const picture = websocket.drawFrame(header, payload);
  return { verdict: websocket.summary(header), details, picture };
};

/** What a whole payload says. */
websocket.meaning = ({ opcode, fin }, payload) => {
  const text = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  try {
    if (opcode === 0x1 && fin) {
      return [`payload: “${text(payload)}”`];
    }
    if (opcode === 0x8 && payload.length >= 2) {
      return [`status code ${payload[0] * 256 + payload[1]}, reason “${text(payload.slice(2))}”`];
    }
  } catch {
    return ['payload: no UTF-8 (RFC 6455 §8.1): the connection fails with 1007'];
  }
  if (opcode === 0x8 && payload.length === 1) {
    return ['payload: half a status code (RFC 6455 §5.5.1)'];
  }
  return payload.length > 0 ? [`payload: ${websocket.hex(payload.slice(0, 16))}`] : [];
};

websocket.widgets['frame-explorer'] = () => {
  const { element } = websocket;
  const text = element('input', { value: 'hello', autocomplete: 'off' });
  const sender = element(
    'select',
    {},
    element('option', { value: 'client', textContent: 'a browser' }),
    element('option', { value: 'server', textContent: 'a server' }),
  );
  const hex = element('textarea', { rows: 2, spellcheck: false, className: 'bytes' });
  const bits = element('div', { className: 'bits', role: 'group', 'aria-label': 'The first bits' });
  const verdict = element('p', { className: 'verdict', role: 'status' });
  const details = element('ul', { className: 'details' });
  const picture = element('figure');
  // The same key for a text while it is typed: one sees what the text changes.
  const key = websocket.random(4);

  const fromClient = () => sender.value === 'client';

  function encode() {
    hex.value = websocket.hex(websocket.encodeText(text.value, fromClient() ? key : null));
    explain();
  }

  function explain() {
    let explained;
    let bytes = new Uint8Array();
    try {
      bytes = websocket.parseHex(hex.value);
      explained = websocket.explain(bytes, fromClient());
    } catch (error) {
      explained = { isWrong: true, verdict: error.message, details: [] };
    }
    verdict.textContent = explained.verdict;
    verdict.classList.toggle('wrong', explained.isWrong === true);
    details.replaceChildren(
      ...explained.details.map((line) => element('li', { textContent: line })),
    );
    picture.innerHTML = explained.picture ?? '';
    showBits(bytes);
  }

  /** The bits of the first two bytes, each a button that turns it. */
  function showBits(bytes) {
    const count = Math.min(bytes.length, 2) * 8;
    const focused = [...bits.querySelectorAll('button')].indexOf(document.activeElement);
    const buttons = websocket.BITS.slice(0, count).map((name, index) => {
      const bit = (bytes[index >> 3] >> (7 - (index & 7))) & 1;
      const button = element('button', {
        type: 'button',
        textContent: String(bit),
        title: `turn ${name}`,
        'aria-label': `${name}, bit ${index & 7} of byte ${(index >> 3) + 1}, is ${bit}: turn it`,
        className: index === 0 || websocket.BITS[index - 1] !== name ? 'first' : '',
      });
      button.dataset.name = button.className ? name : '';
      button.addEventListener('click', () => {
        bytes[index >> 3] ^= 0x80 >> (index & 7);
        hex.value = websocket.hex(bytes);
        explain();
      });
      return button;
    });
    const bytesOfButtons = [buttons.slice(0, 8), buttons.slice(8)];
    bits.replaceChildren(...bytesOfButtons.map((byte) => element('span', {}, ...byte)));
    buttons[focused]?.focus();
  }

  text.addEventListener('input', encode);
  sender.addEventListener('change', encode);
  hex.addEventListener('input', explain);
  encode();
  return element(
    'div',
    { className: 'tool' },
    element('label', {}, 'A text', text),
    element('label', {}, 'sent by', sender),
    element('label', { className: 'wide' }, 'Its bytes, to be changed as you like', hex),
    element('p', { className: 'hint', textContent: 'The first two bytes. Turn a bit:' }),
    bits,
    verdict,
    details,
    picture,
    websocket.live(text, (bytes, isFromClient) => {
      sender.value = isFromClient ? 'client' : 'server';
      hex.value = websocket.hex(bytes);
      explain();
    }),
  );
};
