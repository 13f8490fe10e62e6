// ANCHOR: constants
/** Times in milliseconds. */
const TIMES = {
  attempt: 10_000, // for the opening handshake
  silence: 20_000, // without a message, until we send a ping
  answer: 5_000, // for the answer to a ping
  firstPause: 500, // before a new attempt
  longestPause: 30_000,
};
/** After these status codes, a new connection would end in the same way. */
const FINAL_CODES = new Set([1000, 1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003]);
const isFinal = (code) => FINAL_CODES.has(code) || code >= 4000;
// ANCHOR_END: constants

// ANCHOR: public
class ReconnectingSocket {
  onmessage; // is called with each message
  onclose; // is called with `{ code, reason }` when there will be no new attempt
  #unconfirmed = new Map(); // by id: messages without an answer
  #url; #times; #pause; #socket; #timer;

  constructor(url, times = TIMES) {
    [this.#url, this.#times, this.#pause] = [url, times, times.firstPause];
    this.#connect();
  }

  send(message) {
    const id = crypto.randomUUID();
    const text = JSON.stringify({ ...message, id });
    this.#unconfirmed.set(id, text);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  close() {
    this.#over({ code: 1000, reason: "" });
  }
  // ANCHOR_END: public

  // ANCHOR: private
  #connect() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    const on = (type, act) =>
      socket.addEventListener(type, (event) => socket === this.#socket && act(event));
    on("open", () => {
      for (const text of this.#unconfirmed.values()) socket.send(text);
      this.#ping();
    });
    on("message", ({ data }) => {
      this.#pause = this.#times.firstPause;
      this.#after(this.#times.silence, () => this.#ping());
      const message = JSON.parse(data);
      this.#unconfirmed.delete(message.id);
      if (!message.ping) this.onmessage?.(message);
    });
    on("close", (event) => this.#over(event));
    this.#after(this.#times.attempt, () => this.#over({ code: 1006 }));
  }

  #ping() {
    this.#socket.send(JSON.stringify({ ping: true }));
    this.#after(this.#times.answer, () => this.#over({ code: 1006 }));
  }

  #over({ code, reason }) {
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = undefined; // its later events are ignored
    if (isFinal(code)) return this.onclose?.({ code, reason });
    this.#after(this.#pause * (0.5 + Math.random()), () => this.#connect());
    this.#pause = Math.min(this.#pause * 2, this.#times.longestPause);
  }

  #after(time, act) {
    clearTimeout(this.#timer); // one timer: we wait for one thing at a time
    this.#timer = setTimeout(act, time);
  }
}
// ANCHOR_END: private
