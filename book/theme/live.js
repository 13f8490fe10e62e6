'use strict';

// Beside a running step: sends a text through the book's own server to step 4, and shows the bytes
// that passed. A page cannot see them, and neither can a host of static files.

/** The part of the explorer that does it; `shows(bytes, isFromClient)` takes one piece apart. */
websocket.live = (text, shows) => {
  const { element } = websocket;
  const send = element('button', { type: 'button', textContent: websocket.text('Send the text to step 4') });
  const status = element('p', { className: 'hint', role: 'status' });
  const list = element('ol', { className: 'pieces' });
  status.textContent = websocket.text('With “just book” and “just step 4” running, this button shows the real bytes.');

  function report(message, isWrong) {
    status.textContent = message;
    status.classList.toggle('wrong', isWrong);
  }

  async function showPieces() {
    const pieces = await (await fetch('live/bytes')).json();
    const items = pieces.map(({ from_client: isFromClient, bytes }) => {
      const arrow = isFromClient ? '→' : '←';
      const piece = element('button', {
        type: 'button',
        textContent: `${arrow} ${websocket.hex(bytes)}`,
        title: websocket.text('take it apart'),
      });
      piece.addEventListener('click', () => shows(bytes, isFromClient));
      return element('li', {}, piece);
    });
    list.replaceChildren(...items);
    report(websocket.text('The bytes on the wire: → from this browser, ← from step 4. Choose a piece to take it apart.'), false);
  }

  send.addEventListener('click', () => {
    const address = new URL('live', location.href);
    if (!address.protocol.startsWith('http')) {
      report(websocket.text('this page comes from a file: open it with just book'), true);
      return;
    }
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    let isOpen = false;
    send.disabled = true;
    socket.addEventListener('open', () => {
      isOpen = true;
      socket.send(text.value);
    });
    // When the answer is here, all bytes have passed.
    socket.addEventListener('message', () => showPieces().finally(() => socket.close(1000)));
    socket.addEventListener('close', () => {
      send.disabled = false;
      if (!isOpen) {
        report(websocket.text('step 4 is not running: run just step 4 while just book runs'), true);
      }
    });
  });
  return element('div', { className: 'live' }, send, status, list);
};
