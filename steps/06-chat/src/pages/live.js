/** The pauses before the first new attempt and between the last ones, in milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** An attempt that takes longer has failed. A server without its Redis refuses us after 8 s, and says why. */
const ATTEMPT_TIME = 15_000;
/** The page sends a ping when nothing has arrived for this time, and sooner when an answer is missing. */
const SILENCE = 15_000;
const MISSING = 3000;
/** When nothing arrives for this time after a ping, the connection is dead. */
const PONG_TIME = 4000;
/** The same if other messages come meanwhile: the pong may be queued behind them. */
const QUEUED_PONG_TIME = 15_000;
/** How often the page looks at the clock. */
const LOOK_EVERY = 500;
/** The server refuses us and says why: a new attempt would not help. */
const POLICY_VIOLATION = 1008;
/** The server cannot serve us now and says why: a later attempt may succeed. */
const TRY_AGAIN_LATER = 1013;

const encoder = new TextEncoder();
const bytesOf = (text) => encoder.encode(text).length;

/** Returns 32 random digits: a secret, or the key by which a message that is sent twice is recognised. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The length of a text's frame, in bytes (RFC 6455 §5.2). What goes up is masked. */
function frameBytes(text, isUp) {
  const payload = bytesOf(text);
  const length = payload <= 125 ? 0 : payload <= 65_535 ? 2 : 8;
  return 2 + length + (isUp ? 4 : 0) + payload;
}

/** A value as JSON. Half of a surrogate pair is not a character: it is replaced, as UTF-8 has none. */
function jsonOf(value) {
  return JSON.stringify(value, (_, part) => (typeof part === "string" ? part.toWellFormed() : part));
}

/**
 * Notices a dead connection, which a browser may not notice for many minutes. If nothing has arrived
 * for some time, or an answer is missing, it calls `ask()`, which sends a ping. If no pong comes, it
 * calls `lost()`.
 */
function watchLine(ask, lost) {
  let heardAt = performance.now();
  let askedAt; // when a ping was sent that has no answer
  let wasOverdue = false;
  const owed = new Map(); // by key: when a message was sent that has no answer

  function askNow() {
    askedAt = performance.now();
    ask();
  }

  // ANCHOR: look
  function look() {
    const now = performance.now();
    if (askedAt === undefined) {
      const [oldest] = owed.values();
      if (now - heardAt > SILENCE || now - oldest > MISSING) askNow();
      return;
    }
    const isOverdue =
      now - Math.max(askedAt, heardAt) > PONG_TIME || now - askedAt > QUEUED_PONG_TIME;
    // Twice, because the computer may have slept: an answer may have arrived
    // that was not read yet.
    if (isOverdue && wasOverdue) lost();
    wasOverdue = isOverdue;
  }
  // ANCHOR_END: look

  const looking = setInterval(look, LOOK_EVERY);
  return {
    /** This message has arrived. */
    heard({ type, key }) {
      heardAt = performance.now();
      owed.delete(key);
      if (type !== "pong") return;
      askedAt = undefined;
      owed.clear();
    },
    /** This message was sent. One with a key has an answer. */
    sent({ key }) {
      if (key !== undefined) owed.set(key, performance.now());
    },
    /** Asks at once, if that has not been done. */
    check() {
      if (askedAt === undefined) askNow();
    },
    end: () => clearInterval(looking),
  };
}

/**
 * Connects to the WebSocket at `path()`, which is relative to the page, and again whenever the
 * connection is lost, with growing pauses, so that a server that comes back does not get all its
 * visitors at the same moment. Shows the state of the connection in #state and #now.
 *
 * - `hello()` returns what the page says about itself in its first message. It is not in the
 *   address, because proxies and logs keep addresses.
 * - `received(message)` is called with each message.
 * - `refused(reason)` is called when the server refuses us for good; then there is no new attempt.
 * - `opened()`, `closed(event)` and `transferred(text, isUp)`, called for each frame, are optional.
 */
function stayConnected(path, { hello, received, refused, opened, closed, transferred }) {
  let socket;
  let line; // the watch over the connection, once the server has admitted us
  let lose; // gives up the connection that there is
  let pause = FIRST_PAUSE;
  let timer; // until the next attempt
  let problem; // why there is no connection
  let isWanted = true;

  function transfer(message) {
    const text = jsonOf(message);
    socket.send(text);
    transferred?.(text, true);
  }

  function connect() {
    clearTimeout(timer);
    timer = undefined;
    if (problem) showProblem(phrase`${problem}. Trying again …`);
    else showState(phrase`Connecting …`);
    const current = new WebSocket(socketUrl(path()));
    socket = current;
    let isOver = false;
    /** Does what is to be done when the connection is over, once. */
    function over(event) {
      if (isOver) return;
      isOver = true;
      clearTimeout(isTooLong);
      line?.end();
      line = undefined;
      // A dead line has no closing handshake: we do not wait for it.
      current.close();
      if (!isWanted) return;
      closed?.(event);
      if (event.code === POLICY_VIOLATION) {
        end();
        refused(event.reason);
      } else {
        tryLater(event);
      }
    }
    lose = () => over({ code: 1006, reason: "" });
    const isTooLong = setTimeout(lose, ATTEMPT_TIME);
    current.addEventListener("open", () => {
      if (!isWanted || isOver) return;
      opened?.();
      transfer({ hello: hello() });
    });
    current.addEventListener("message", ({ data }) => {
      if (!isWanted || isOver) return;
      clearTimeout(isTooLong);
      // The server admits us with its first message. Until then, this is only an attempt.
      pause = FIRST_PAUSE;
      problem = undefined;
      showState(phrase`Connected.`);
      line ??= watchLine(() => transfer({ ping: true }), lose);
      const message = JSON.parse(data);
      line.heard(message);
      transferred?.(data, false);
      received(message);
    });
    current.addEventListener("close", over);
  }

  // ANCHOR: later
  function tryLater({ code, reason }) {
    const isExplained = code === TRY_AGAIN_LATER && reason;
    problem = isExplained ? phrase`The server says “${reason}”` : phrase`Connection lost`;
    // Half the pause to one and a half times, at random: the pages do not all
    // come at once.
    const wait = pause * (0.5 + Math.random());
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    timer = setTimeout(connect, wait);
    showProblem(phrase`${problem}. Trying again`, performance.now() + wait);
  }
  // ANCHOR_END: later

  /** Tries at once if we are waiting for the next attempt, and else looks whether the line is alive. */
  function hurry() {
    if (timer !== undefined) connect();
    else line?.check();
  }
  const hurryIfSeen = () => document.visibilityState === "visible" && hurry();
  const check = () => line?.check();

  function end() {
    isWanted = false;
    clearTimeout(timer);
    line?.end();
    removeEventListener("online", hurry);
    removeEventListener("offline", check);
    document.removeEventListener("visibilitychange", hurryIfSeen);
    find("now").removeEventListener("click", hurry);
    showState("");
  }

  addEventListener("online", hurry);
  addEventListener("offline", check);
  document.addEventListener("visibilitychange", hurryIfSeen);
  find("now").addEventListener("click", hurry);
  connect();
  return {
    /** Sends a value as JSON. Returns `false` if there is no connection. */
    send(message) {
      if (!line || socket.readyState !== WebSocket.OPEN) return false;
      transfer(message);
      line.sent(message);
      return true;
    },
    /** Ends the connection for good. */
    close() {
      end();
      socket.close(1000);
    },
  };
}

let ticking;
/** Shows that there is no connection and why, and the time `until` the next attempt. */
function showProblem(text, until) {
  showState(text, until);
  find("state").classList.add("bad");
}

/** Shows the state of the connection, and the time `until` the next attempt. */
function showState(text, until) {
  clearInterval(ticking);
  find("now").hidden = until === undefined;
  find("state").classList.remove("bad");
  // A text that stays the same is not read out again.
  if (find("what").textContent !== text) find("what").textContent = text;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    find("when").textContent = until === undefined ? "" : phrase` in ${seconds} s`;
  };
  tick();
  if (until !== undefined) ticking = setInterval(tick, 250);
}
