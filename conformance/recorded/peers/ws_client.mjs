// A client on the npm library `ws` that runs every case of a fuzzing server.
//
//     npm install ws
//     node ws_client.mjs ws://127.0.0.1:9001

import WebSocket from "ws";

const AGENT = "ws";
const server = process.argv[2].replace(/\/$/, "");

/** Echoes what it receives until the connection ends. Returns the last message. */
function run(target) {
  return new Promise((resolve) => {
    let last;
    const socket = new WebSocket(server + target);
    socket.on("error", (problem) => console.error(problem.message));
    socket.on("close", () => resolve(last));
    socket.on("message", (data, binary) => {
      last = data;
      if (target.startsWith("/runCase")) socket.send(data, { binary });
    });
  });
}

const count = Number(await run("/getCaseCount"));
for (let number = 1; number <= count; number += 1) {
  await run(`/runCase?case=${number}&agent=${AGENT}`);
}
await run(`/updateReports?agent=${AGENT}`);
