/** What this page has cost so far. The tab keeps it, so that it survives a reload. */
const place = `cost of ${location.pathname}`;
let cost = JSON.parse(sessionStorage.getItem(place)) ?? startCost();

function startCost() {
  return { since: Date.now(), requests: 0, bytes: 0, delays: 0, delay: 0, total: 0 };
}

/** Adds what the browser has measured: its bytes are a body and 300 for each answer's header. */
function addCost(entries) {
  for (const entry of entries) {
    cost.requests += 1 + (entry.redirectCount ?? 0);
    cost.bytes += entry.transferSize;
  }
  showCost();
}

/** Adds the time from `id`, when a piece of news was made, to `now`, both by the server's clock. */
function addDelay(id, now) {
  cost.delay = Math.max(0, now - parseInt(id));
  cost.total += cost.delay;
  cost.delays += 1;
  showCost();
}

function showCost() {
  sessionStorage.setItem(place, JSON.stringify(cost));
  if (!find("requests")) return;
  const seconds = Math.round((Date.now() - cost.since) / 1000);
  find("requests").textContent = phrase`${cost.requests} in ${seconds} s`;
  find("bytes").textContent = cost.bytes.toLocaleString("en");
  find("delay").textContent = cost.delays
    ? phrase`${cost.delay} ms, on average ${Math.round(cost.total / cost.delays)} ms`
    : "–";
}

/** A random key for a message or a vote, by which the server recognises one that is sent twice. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const HELD = phrase`The server holds our question until there is news.`;
/** How long the server holds a request, in milliseconds, and how much later an answer may come. */
const HOLD_TIME = 10_000;
const ANSWER_TIME = HOLD_TIME + 5000;
/** The pauses after the first failure and after many, in milliseconds. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
/** Somewhat more or less, so that thousands of pages that lost one server do not all come back at once. */
const spread = (milliseconds) => milliseconds * (0.5 + Math.random());
const inSeconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

function showState(text, kind = "") {
  find("state").className = kind;
  // A text that stays the same is not read out again.
  if (find("state").textContent !== text) find("state").textContent = text;
}

/**
 * Long polling: requests from `path` what comes after `newest`, passes each answer to `use`, and
 * requests again, without end. The server holds each request until there is news. An answer without
 * news is normal. If there is no answer in time, the next request waits a little longer each time.
 */
// ANCHOR: follow
async function follow(path, newest, use) {
  let rest = FIRST_PAUSE;
  showState(HELD);
  for (;;) {
    try {
      const url = `${path}?after=${newest}`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_TIME) });
      if (answer.status === 200) {
        const news = await answer.json();
        newest = news.newest;
        use(news);
      } else if (answer.status !== 204) {
        throw new Error(await answer.text());
      }
      showState(HELD);
      rest = FIRST_PAUSE;
    } catch {
      const wait = spread(rest);
      showState(phrase`No answer. Asking again in ${inSeconds(wait)}.`, "bad");
      await pause(wait);
      rest = Math.min(rest * 2, LONGEST_PAUSE);
    }
  }
}
// ANCHOR_END: follow

/**
 * Posts `body`, again and again until the server answers that it is stored. The server recognises
 * by the key in it what it has received before. Throws the reason if the server refuses it.
 */
async function post(path, body) {
  for (let rest = FIRST_PAUSE; ; rest = Math.min(rest * 2, LONGEST_PAUSE)) {
    const signal = AbortSignal.timeout(ANSWER_TIME);
    const answer = await fetch(path, { method: "POST", body: JSON.stringify(body), signal }).catch(() => null);
    if (answer?.ok) {
      if (rest > FIRST_PAUSE) showState(HELD);
      return;
    }
    if (answer && answer.status < 500) throw new Error(await answer.text());
    const wait = spread(rest);
    const seconds = inSeconds(wait);
    showState(answer ? phrase`Not stored yet. Trying again in ${seconds}.` : phrase`Not sent yet. Trying again in ${seconds}.`, "bad");
    await pause(wait);
  }
}

/**
 * Posts what is added, under random keys and one after the other, so that all of it arrives in the
 * order in which it was added. The tab keeps what is not stored yet, and a page that is loaded again
 * sends it again. `stored(body)` or `refused(body, reason)` is called for each.
 */
function sendAll(path, { stored, refused }) {
  const unsent = JSON.parse(sessionStorage.getItem(`unsent ${path}`)) ?? [];
  const keep = () => sessionStorage.setItem(`unsent ${path}`, JSON.stringify(unsent));
  let isSending = false;

  async function send() {
    if (isSending) return;
    isSending = true;
    while (unsent.length) {
      const error = await post(path, unsent[0]).catch((error) => error);
      const body = unsent.shift();
      keep();
      if (error) refused(body, error.message);
      else stored(body);
    }
    isSending = false;
  }

  send();
  return {
    /** What is not stored yet. */
    unsent,
    /** Adds a body, and returns it with its key. */
    add(body) {
      const added = { key: randomKey(), ...body };
      unsent.push(added);
      keep();
      send();
      return added;
    },
  };
}

addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll("nav a")) {
    if (link.href === location.href) link.ariaCurrent = "page";
  }
  // Everybody's votes would be read out.
  for (const count of document.querySelectorAll("#votes output")) {
    count.ariaLive = "off";
    count.ariaLabel = phrase`Votes for ${count.closest("li").dataset.candidate}`;
  }
  if (!find("cost")) return;
  addEventListener("load", () => addCost(performance.getEntriesByType("navigation")));
  const observer = new PerformanceObserver((list) => addCost(list.getEntries()));
  observer.observe({ type: "resource", buffered: true });
  find("reset").addEventListener("click", () => {
    cost = { ...cost, ...startCost() };
    showCost();
  });
  setInterval(showCost, 1000);
  showCost();
});
