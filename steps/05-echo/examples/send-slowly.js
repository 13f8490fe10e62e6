async function sendSlowly(socket, pieces) {
  for (const piece of pieces) {
    while (socket.bufferedAmount > 1_000_000) await new Promise((done) => setTimeout(done, 50));
    socket.send(piece);
  }
}
