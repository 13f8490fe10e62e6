'use strict';

// Beside a running step: sends a text through the book's own server to step 4, and shows the bytes
// that passed. A page does not see them, and a static host does not stand in between.

/** The part of the explorer that does it; `shows(bytes, isFromClient)` takes one piece apart. */
websocket.live = (text, shows) => {
  const { element } = websocket;
  const send = element('button', { type: 'button', textContent: 'Send the text to step 4' });
  const told = element('p', { className: 'hint', role: 'status' });
  const list = element('ol', { className: 'pieces' });
  told.textContent = 'Served by “just book”, with “just step 4” running, this shows the real bytes.';

  function tell(message, isWrong) {
    told.textContent = message;
    told.classList.toggle('wrong', isWrong);
  }

  async function showPieces() {
    const pieces = await (await fetch('live/bytes')).json();
    const items = pieces.map(({ from_client: isFromClient, bytes }) => {
      const arrow = isFromClient ? '→' : '←';
      const piece = element('button', {
        type: 'button',
        textContent: `${arrow} ${websocket.hex(bytes)}`,
        title: 'take it apart',
      });
      piece.addEventListener('click', () => shows(bytes, isFromClient));
      return element('li', {}, piece);
    });
    list.replaceChildren(...items);
    tell('What passed: → from this browser, ← from step 4. Choose a piece to take it apart.', false);
  }

  send.addEventListener('click', () => {
    const address = new URL('live', location.href);
    if (!address.protocol.startsWith('http')) {
      tell('this page comes from a file: open it with just book', true);
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
    // The answer has passed, and so has what it answers.
    socket.addEventListener('message', () => showPieces().finally(() => socket.close(1000)));
    socket.addEventListener('close', () => {
      send.disabled = false;
      if (!isOpen) {
        tell('step 4 is not running here: just step 4, beside just book', true);
      }
    });
  });
  return element('div', { className: 'live' }, send, told, list);
};
