const pause = () => new Promise((done) => setTimeout(done, 50));

async function sendSlowly(socket, pieces) {
  for (const piece of pieces) {
    while (socket.bufferedAmount > 1_000_000) await pause();
    socket.send(piece);
  }
}
