// An echo server on the npm library `ws`, with compression, which is off by default.
//
//     npm install ws
//     node ws_server.mjs 127.0.0.1:9103

import { WebSocketServer } from "ws";

const [host, port] = process.argv[2].split(":");
const server = new WebSocketServer({ host, port: Number(port), perMessageDeflate: true });

server.on("listening", () => {
  const { address, port } = server.address();
  console.log(`listening on http://${address}:${port}`);
});
server.on("connection", (socket) => {
  socket.on("error", (problem) => console.error(problem.message));
  socket.on("message", (data, binary) => socket.send(data, { binary }));
});
