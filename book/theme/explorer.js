'use strict';

// The frame explorer: type a text or paste bytes, flip a bit, and see the parts of the frame.

/** What each bit of the first two bytes is for. */
websocket.BITS = [
  'FIN', 'RSV1', 'RSV2', 'RSV3', ...Array(4).fill(websocket.text('opcode')),
  'MASK', ...Array(7).fill(websocket.text('length')),
];

/** What these bytes mean: a verdict, details, and if the header is complete, its picture. */
websocket.explain = (bytes, fromClient) => {
  let header;
  try {
    header = websocket.decodeHeader(bytes, fromClient);
  } catch (error) {
    const fault = `${error.message} (RFC 6455 ${error.section})`;
    const verdict = websocket.text('{fault}: the connection fails', { fault });
    return { isWrong: true, verdict, details: [] };
  }
  if (header === null) {
    return { verdict: websocket.text('valid so far: the header is not complete'), details: [] };
  }
  const there = bytes.slice(header.end);
  const length = Number(header.length);
  const wire = there.slice(0, length);
  const payload = header.maskingKey ? websocket.mask(wire, header.maskingKey) : wire;
  const details = [websocket.text('header: {count} bytes', { count: header.end })];
  if (there.length < length) {
    details.push(websocket.text('payload: {count} of {length} bytes are here', { count: there.length, length }));
  } else {
    details.push(...websocket.meaning(header, payload));
  }
  if (there.length > length) {
    details.push(websocket.text('after it, the next frame: {bytes}', { bytes: websocket.hex(there.slice(length)) }));
  }
  const picture = websocket.drawFrame(header, payload);
  return { verdict: websocket.summary(header), details, picture };
};

/** What a complete payload means. */
websocket.meaning = ({ opcode, fin }, payload) => {
  const text = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  try {
    if (opcode === 0x1 && fin) {
      return [websocket.text('payload: “{text}”', { text: text(payload) })];
    }
    if (opcode === 0x8 && payload.length >= 2) {
      const values = { code: payload[0] * 256 + payload[1], reason: text(payload.slice(2)) };
      return [websocket.text('status code {code}, reason “{reason}”', values)];
    }
  } catch {
    return [websocket.text('payload: not UTF-8 (RFC 6455 §8.1): the connection fails with 1007')];
  }
  if (opcode === 0x8 && payload.length === 1) {
    return [websocket.text('payload: half a status code (RFC 6455 §5.5.1)')];
  }
  const bytes = websocket.hex(payload.slice(0, 16));
  return payload.length > 0 ? [websocket.text('payload: {bytes}', { bytes })] : [];
};

websocket.widgets['frame-explorer'] = () => {
  const { element } = websocket;
  const text = element('input', { value: 'hello', autocomplete: 'off' });
  const sender = element(
    'select',
    {},
    element('option', { value: 'client', textContent: websocket.text('a browser') }),
    element('option', { value: 'server', textContent: websocket.text('a server') }),
  );
  const hex = element('textarea', { rows: 2, spellcheck: false, className: 'bytes' });
  const bits = element('div', { className: 'bits', role: 'group', 'aria-label': websocket.text('The first bits') });
  const verdict = element('p', { className: 'verdict', role: 'status' });
  const details = element('ul', { className: 'details' });
  const picture = element('figure');
  // The key stays the same while a text is typed, so that only the text changes the bytes.
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

  /** The bits of the first two bytes, each a button that flips it. */
  function showBits(bytes) {
    const count = Math.min(bytes.length, 2) * 8;
    const focused = [...bits.querySelectorAll('button')].indexOf(document.activeElement);
    const buttons = websocket.BITS.slice(0, count).map((name, index) => {
      const bit = (bytes[index >> 3] >> (7 - (index & 7))) & 1;
      const button = element('button', {
        type: 'button',
        textContent: String(bit),
        title: websocket.text('flip {name}', { name }),
        'aria-label': websocket.text('{name}, bit {index} of byte {byte}, is {bit}: flip it', {
          name,
          index: index & 7,
          byte: (index >> 3) + 1,
          bit,
        }),
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
    element('label', {}, websocket.text('A text'), text),
    element('label', {}, websocket.text('sent by'), sender),
    element('label', { className: 'wide' }, websocket.text('Its bytes, which you can change'), hex),
    element('p', { className: 'hint', textContent: websocket.text('The first two bytes. Flip a bit:') }),
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
