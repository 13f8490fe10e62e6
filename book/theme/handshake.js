'use strict';

// The handshake calculator: from a client's key to the server's answer, RFC 6455 §4.2.2.

websocket.GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

websocket.base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** The steps from a `Sec-WebSocket-Key` to its `Sec-WebSocket-Accept`. */
websocket.acceptKey = (key) => {
  const joined = key + websocket.GUID;
  const hash = websocket.sha1(new TextEncoder().encode(joined));
  return { joined, hash, accept: websocket.base64(hash) };
};

/** Whether this is the base64 form of sixteen bytes, as RFC 6455 §4.1 asks of a client. */
websocket.isKey = (key) => {
  // 22 digits. The last one has two bits of the sixteenth byte, and then four bits that are zero.
  return /^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key);
};

websocket.widgets['handshake-calculator'] = () => {
  const { element } = websocket;
  const key = element('input', { autocomplete: 'off', spellcheck: false, className: 'bytes' });
  const another = element('button', { type: 'button', textContent: websocket.text('Another key') });
  const verdict = element('p', { className: 'verdict', role: 'status' });
  const steps = element('dl', { className: 'steps' });

  function calculate() {
    const { joined, hash, accept } = websocket.acceptKey(key.value);
    const isKey = websocket.isKey(key.value);
    verdict.textContent = isKey
      ? websocket.text('a key: sixteen bytes in base64')
      : websocket.text('400 Bad Request: There must be exactly one Sec-WebSocket-Key header, and it must hold 16 bytes in base64.');
    verdict.classList.toggle('wrong', !isKey);
    steps.replaceChildren();
    for (const [name, value] of [
      [websocket.text('the key and the GUID'), joined],
      [websocket.text('their SHA-1, 20 bytes'), websocket.hex(hash)],
      [websocket.text('in base64: Sec-WebSocket-Accept'), accept],
    ]) {
      steps.append(element('dt', { textContent: name }), element('dd', { textContent: value }));
    }
  }

  function draw() {
    key.value = websocket.base64(websocket.random(16));
    calculate();
  }

  key.addEventListener('input', calculate);
  another.addEventListener('click', draw);
  // The example of RFC 6455 §1.3.
  key.value = 'dGhlIHNhbXBsZSBub25jZQ==';
  calculate();
  return element(
    'div',
    { className: 'tool' },
    element('label', { className: 'wide' }, 'Sec-WebSocket-Key', key),
    another,
    verdict,
    steps,
  );
};
