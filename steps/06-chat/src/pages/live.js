/** The pauses before the first new attempt and between the last ones, in milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;
/** An attempt that takes longer has failed. */
const ATTEMPT_TIME = 10_000;
/** The server refuses us, and says why: coming back would not help. */
const POLICY_VIOLATION = 1008;

const encoder = new TextEncoder();
const bytesOf = (text) => encoder.encode(text).length;

/** 32 random digits: a secret, or the key by which a message that is said twice is known. */
function freshKey() {
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
 * so that a server that comes back is not run over by all its visitors at once. Shows in #state and
 * #now how things stand.
 *
 * - `heard(told)` is given each message.
 * - `refused(reason)` is called when the server will not have us; nothing more happens then.
 * - `opened()`, `closed(event)` and `carried(text, isUp)`, which tells of each frame, need not be there.
 */
function stayConnected(path, { heard, refused, opened, closed, carried }) {
  let socket;
  let pause = FIRST_PAUSE;
  let timer; // until the next attempt
  let isWanted = true;

  function connect() {
    clearTimeout(timer);
    timer = undefined;
    tellState(pause === FIRST_PAUSE ? "Connecting …" : "Connection lost. Trying again …");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}${path()}`);
    const isTooLong = setTimeout(() => socket.close(), ATTEMPT_TIME);
    socket.addEventListener("open", () => {
      if (isWanted) opened?.();
    });
    socket.addEventListener("message", ({ data }) => {
      if (!isWanted) return;
      clearTimeout(isTooLong);
      // The first message is the server's welcome: not before that are we really there.
      pause = FIRST_PAUSE;
      tellState("Connected.");
      carried?.(data, false);
      heard(JSON.parse(data));
    });
    socket.addEventListener("close", (event) => {
      clearTimeout(isTooLong);
      if (!isWanted) return;
      closed?.(event);
      if (event.code === POLICY_VIOLATION) {
        end();
        refused(event.reason);
      } else {
        tryLater();
      }
    });
  }

  // ANCHOR: later
  function tryLater() {
    // Somewhat more or less than the others who were here.
    const wait = pause * (0.75 + Math.random() / 2);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    timer = setTimeout(connect, wait);
    tellState("Connection lost. Trying again", performance.now() + wait);
  }
  // ANCHOR_END: later

  /** Tries at once, if it is time that we wait for. */
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
    tellState("");
  }

  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurryIfSeen);
  find("now").addEventListener("click", hurry);
  connect();
  return {
    /** Sends what becomes JSON; `false` if there is no connection. */
    send(said) {
      if (socket.readyState !== WebSocket.OPEN) return false;
      const text = JSON.stringify(said);
      socket.send(text);
      carried?.(text, true);
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
/** Says how the connection stands, and until when nothing will happen. */
function tellState(text, until) {
  clearInterval(ticking);
  find("now").hidden = until === undefined;
  find("state").classList.toggle("bad", text.startsWith("Connection lost"));
  // A text that stays the same is not read out again.
  if (find("what").textContent !== text) find("what").textContent = text;
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    find("when").textContent = until === undefined ? "" : ` in ${seconds} s`;
  };
  tick();
  if (until !== undefined) ticking = setInterval(tick, 250);
}
