'use strict';

// The masking animation: each byte of a text is combined with a byte of the key.

websocket.widgets.masking = () => {
  const { element } = websocket;
  const SHOWN_MAX = 12;
  const PACE = 700;
  const text = element('input', { value: 'hello', autocomplete: 'off' });
  const key = element('input', { autocomplete: 'off', spellcheck: false, className: 'bytes' });
  const another = element('button', { type: 'button', textContent: websocket.text('Another key') });
  const step = element('button', { type: 'button', textContent: websocket.text('Next byte') });
  const play = element('button', { type: 'button', textContent: websocket.text('Play') });
  const verdict = element('p', { className: 'verdict', role: 'status' });
  const table = element('table', { className: 'masking' });
  let columns = [];
  let done = 0;
  let timer = null;

  const binary = (byte) => byte.toString(2).padStart(8, '0');

  /** Reads both inputs, and shows all bytes masked. */
  function begin() {
    stop();
    columns = [];
    verdict.classList.remove('wrong');
    try {
      const keyBytes = websocket.parseHex(key.value);
      if (keyBytes.length !== 4) {
        const count = keyBytes.length;
        throw new Error(websocket.text('a masking key has 4 bytes, and these are {count}', { count }));
      }
      const bytes = new TextEncoder().encode(text.value).slice(0, SHOWN_MAX);
      const masked = websocket.mask(bytes, keyBytes);
      columns = Array.from(bytes, (byte, index) => [byte, keyBytes[index % 4], masked[index]]);
    } catch (error) {
      verdict.textContent = error.message;
      verdict.classList.add('wrong');
    }
    done = columns.length;
    show();
  }

  function show() {
    const isVisible = (byte) => byte > 0x20 && byte < 0x7f;
    const rows = [
      [websocket.text('byte'), (index) => String(index + 1)],
      [websocket.text('text'), (index) => (isVisible(columns[index][0]) ? String.fromCharCode(columns[index][0]) : '·')],
      [websocket.text('its bits'), (index) => binary(columns[index][0])],
      [websocket.text('key'), (index) => binary(columns[index][1])],
      [websocket.text('on the wire'), (index) => (index < done ? binary(columns[index][2]) : '')],
      [websocket.text('in hex'), (index) => (index < done ? websocket.hex([columns[index][2]]) : '')],
    ];
    table.replaceChildren(
      ...rows.map(([name, value]) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row', textContent: name }),
          ...columns.map((_, index) =>
            element('td', { textContent: value(index), className: index === done - 1 ? 'now' : '' }),
          ),
        ),
      ),
    );
    if (columns.length > 0 && done > 0) {
      const [byte, keyByte, wire] = columns[done - 1];
      const sum = `${websocket.hex([byte])} ⊕ ${websocket.hex([keyByte])} = ${websocket.hex([wire])}`;
      const values = { byte: done, ofKey: ((done - 1) % 4) + 1, sum };
      verdict.textContent = websocket.text('byte {byte} with byte {ofKey} of the key: {sum}', values);
    }
    step.disabled = play.disabled = columns.length === 0;
    play.textContent = timer === null ? websocket.text('Play') : websocket.text('Stop');
  }

  function next() {
    done = done >= columns.length ? 1 : done + 1;
    if (done >= columns.length) {
      stop();
    }
    show();
    // On a phone, the table is wider than the window.
    table.querySelector('.now').scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  function stop() {
    clearInterval(timer);
    timer = null;
  }

  function draw() {
    key.value = websocket.hex(websocket.random(4));
    begin();
  }

  text.addEventListener('input', begin);
  key.addEventListener('input', begin);
  another.addEventListener('click', draw);
  step.addEventListener('click', () => {
    stop();
    next();
  });
  play.addEventListener('click', () => {
    if (timer === null) {
      timer = setInterval(next, PACE);
      done = 0;
      next();
    } else {
      stop();
      show();
    }
  });
  // The key of RFC 6455 §5.7.
  key.value = '37 fa 21 3d';
  begin();
  // A reader who prefers no motion uses the button for the next byte.
  play.hidden = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return element(
    'div',
    { className: 'tool' },
    element('label', {}, websocket.text('A text'), text),
    element('label', {}, websocket.text('Masking key'), key),
    element('div', { className: 'buttons' }, another, step, play),
    element('div', { className: 'scroll', tabIndex: 0, role: 'region', 'aria-label': websocket.text('Byte by byte') }, table),
    verdict,
  );
};
