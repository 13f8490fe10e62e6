/** The pauses before the first new attempt and between the last ones, in milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** An attempt that takes longer has failed. */
const ATTEMPT_TIME = 10_000;
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

/**
 * Connects to what `path()` returns, and again whenever the connection is lost, with growing pauses,
 * so that a server that comes back does not get all its visitors at the same moment. Shows the state
 * of the connection in #state and #now.
 *
 * - `received(message)` is called with each message.
 * - `refused(reason)` is called when the server refuses us for good; then there is no new attempt.
 * - `opened()`, `closed(event)` and `transferred(text, isUp)`, called for each frame, are optional.
 */
function stayConnected(path, { received, refused, opened, closed, transferred }) {
  let socket;
  let pause = FIRST_PAUSE;
  let timer; // until the next attempt
  let problem; // why there is no connection
  let isWanted = true;

  function connect() {
    clearTimeout(timer);
    timer = undefined;
    if (problem) showProblem(`${problem}. Trying again …`);
    else showState("Connecting …");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}${path()}`);
    const isTooLong = setTimeout(() => socket.close(), ATTEMPT_TIME);
    socket.addEventListener("open", () => {
      if (isWanted) opened?.();
    });
    socket.addEventListener("message", ({ data }) => {
      if (!isWanted) return;
      clearTimeout(isTooLong);
      // The server admits us with its first message. Until then, this is only an attempt.
      pause = FIRST_PAUSE;
      problem = undefined;
      showState("Connected.");
      transferred?.(data, false);
      received(JSON.parse(data));
    });
    socket.addEventListener("close", (event) => {
      clearTimeout(isTooLong);
      if (!isWanted) return;
      closed?.(event);
      if (event.code === POLICY_VIOLATION) {
        end();
        refused(event.reason);
      } else {
        tryLater(event);
      }
    });
  }

  // ANCHOR: later
  function tryLater({ code, reason }) {
    const isExplained = code === TRY_AGAIN_LATER && reason;
    problem = isExplained ? `The server says “${reason}”` : "Connection lost";
    // Somewhat more or less than the others who were here.
    const wait = pause * (0.75 + Math.random() / 2);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    timer = setTimeout(connect, wait);
    showProblem(`${problem}. Trying again`, performance.now() + wait);
  }
  // ANCHOR_END: later

  /** Tries at once, if we are waiting for the next attempt. */
  function hurry() {
    if (timer !== undefined) connect();
  }
  const hurryIfSeen = () => document.visibilityState === "visible" && hurry();

  function end() {
    isWanted = false;
    clearTimeout(timer);
    removeEventListener("online", hurry);
    document.removeEventListener("visibilitychange", hurryIfSeen);
    find("now").removeEventListener("click", hurry);
    showState("");
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurryIfSeen);
  find("now").addEventListener("click", hurry);
  connect();
  return {
    /** Sends a value as JSON. Returns `false` if there is no connection. */
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      const text = JSON.stringify(message);
      socket.send(text);
      transferred?.(text, true);
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
    find("when").textContent = until === undefined ? "" : ` in ${seconds} s`;
  };
  tick();
  if (until !== undefined) ticking = setInterval(tick, 250);
}
